/** One synthesis on one machine: the execution, and the files that come out of it. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { splitNames } from '../lambdas/contracts/dataset.ts';
import { InvalidInputError } from '../lambdas/contracts/errors.ts';
import type { SynthesisInput } from '../lambdas/contracts/synthesis.ts';
import { type SynthesisReport, synthesisReportSchema } from '../lambdas/contracts/synthesis-report.ts';
import { contentHash } from '../lambdas/rollout/resolve-task.ts';
import { runObject } from '../lambdas/store/artifacts.ts';
import { bucketNamed, getArtifact, getText, putText, uriOf } from '../lambdas/store/objects.ts';
import { datasetObject } from '../lambdas/store/synthesis.ts';
import { type EngineOptions, synthesizeDefinitionPath } from './engine.ts';
import { executeMachine, type LocalResult } from './run.ts';

export interface LocalSynthesis {
  readonly runId: string;
  readonly folder: string;
  readonly input: SynthesisInput;
  /** Whether files that were changed, or are of another session, are written over. */
  readonly force: boolean;
}

export interface SynthesisResult {
  readonly report: SynthesisReport;
  /** Paths by what they are. */
  readonly files: Readonly<Record<string, string>>;
}

const REPORT = 'synthesis.json';
const names = [...splitNames.map((name) => `${name}.jsonl`), 'task.yaml'];

/**
 * Runs (or resumes) a synthesis. All sessions of a folder share one store: what was answered once is not paid for again.
 * @throws InvalidInputError when a file of the folder was changed since it was written
 */
export function runSynthesis(
  { runId, folder, input, force }: LocalSynthesis,
  stop?: AbortSignal,
  engine: EngineOptions = { definitionPath: synthesizeDefinitionPath },
): Promise<LocalResult<SynthesisResult>> {
  return executeMachine(
    { runId, stateFolder: join(folder, 'state', 'synthesis') },
    () => inputOf(input),
    () => fetchResult(runId, folder, force),
    stop,
    engine,
  );
}

/** Rated examples may be more than an execution's input can hold: they lie where PrepareSynthesis finds them. */
async function inputOf(input: SynthesisInput): Promise<SynthesisInput> {
  const { golden } = input;
  if (typeof golden === 'string' || golden.length === 0) return input;
  const text = golden.map((example) => `${JSON.stringify(example)}\n`).join('');
  const key = `uploads/${contentHash(text).slice(0, 32)}.jsonl`;
  const location = { bucket: bucketNamed('data'), key };
  await putText(location, text, 'application/jsonl');
  return { ...input, golden: uriOf(location) };
}

/** Before anything is paid for. @throws InvalidInputError when the folder holds datasets that are not of this session */
export function refuseOtherFiles(folder: string, runId: string): void {
  const found = names.filter((name) => existsSync(join(folder, name)));
  if (found.length === 0 || sessionOf(folder) === runId) return;
  refuse(folder, found, 'are not of this session');
}

/**
 * The input as it was when the folder's session began: the judges that the session has written lie beside the specs by now.
 * Without them the same command is the same session.
 */
export function inputAsBegun(folder: string, input: SynthesisInput): SynthesisInput {
  const written = (reportIn(folder)?.specs ?? []).filter(
    ({ name, judge, steps }) => judge === 'written' && isDeepStrictEqual(steps, input.judges[name]),
  );
  const isWritten = (name: string): boolean => written.some((spec) => spec.name === name);
  const judges = Object.fromEntries(Object.entries(input.judges).filter(([name]) => !isWritten(name)));
  return { ...input, judges };
}

/** The session whose files the folder holds; null: nobody knows. */
export function sessionOf(folder: string): string | null {
  return reportIn(folder)?.runId ?? null;
}

function reportIn(folder: string): SynthesisReport | null {
  const path = join(folder, REPORT);
  if (!existsSync(path)) return null;
  try {
    return synthesisReportSchema.parse(JSON.parse(readFileSync(path, 'utf-8')));
  } catch {
    return null;
  }
}

async function fetchResult(runId: string, folder: string, force: boolean): Promise<SynthesisResult> {
  const report = await getArtifact(runObject(runId, REPORT), synthesisReportSchema);
  const made = splitNames.filter((name) => (report.sizes[name] ?? 0) > 0);
  const texts = new Map<string, string>();
  for (const name of made) texts.set(`${name}.jsonl`, (await getText(datasetObject(runId, name))) ?? '');
  texts.set('task.yaml', (await getText(runObject(runId, 'task.yaml'))) ?? '');
  const isChanged = (name: string): boolean => {
    const path = join(folder, name);
    return existsSync(path) && readFileSync(path, 'utf-8') !== texts.get(name);
  };
  const changed = names.filter(isChanged);
  if (changed.length > 0 && !force) refuse(folder, changed, 'were changed since they were written');
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    const text = texts.get(name);
    // A split that this session does not have may be there from another one.
    if (text === undefined) rmSync(join(folder, name), { force: true });
    else writeFileSync(join(folder, name), text);
  }
  writeFileSync(join(folder, REPORT), `${JSON.stringify(report, null, 2)}\n`);
  const files = Object.fromEntries(made.map((name) => [name, join(folder, `${name}.jsonl`)]));
  return { report, files: { ...files, task: join(folder, 'task.yaml'), report: join(folder, REPORT) } };
}

function refuse(folder: string, found: readonly string[], why: string): never {
  throw new InvalidInputError([
    {
      file: relative(process.cwd(), folder) || folder,
      message: `${found.join(', ')} ${why}.`,
      remedy: 'Give another --out, or --force to write over them.',
    },
  ]);
}
