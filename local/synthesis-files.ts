/** What lies beside specs and is used for a synthesis: steps of judges, rated examples; and real inputs that set the style. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import type { Example } from '../lambdas/contracts/dataset.ts';
import { InvalidInputError } from '../lambdas/contracts/errors.ts';
import { LIKE_CHARS, MOST_LIKE } from '../lambdas/contracts/synthesis.ts';
import type { SynthesisReport } from '../lambdas/contracts/synthesis-report.ts';
import { textOfInput } from '../lambdas/datasets/similarity.ts';
import { parseDataset } from '../lambdas/store/datasets.ts';
import { judgeStepsPrompt } from '../lambdas/synthesis/prompts/judge-steps.ts';
import { generatorOf } from '../lambdas/synthesis/resolve-spec.ts';
import { readJudge, writeJudge } from './judge-file.ts';
import { besideSpec, type LoadedSpec } from './spec-file.ts';

/** Steps that are there and fit what the spec says now. */
export function judgesBeside(specs: readonly LoadedSpec[]): Record<string, string[]> {
  return Object.fromEntries(
    specs.flatMap((spec) => {
      const { steps, status } = readJudge(spec);
      return status === 'current' || status === 'edited' ? [[spec.spec.name, [...steps]] as const] : [];
    }),
  );
}

/** Writes the steps that a synthesis has written beside their specs. @returns the files */
export function keepJudges(specs: readonly LoadedSpec[], report: SynthesisReport): string[] {
  return specs.flatMap((loaded) => {
    const made = report.specs.find(({ name }) => name === loaded.spec.name);
    if (made?.judge !== 'written') return [];
    const { task } = loaded.spec;
    writeJudge(loaded, made.steps, generatorOf(task).name, judgeStepsPrompt(loaded.spec).prompt);
    return [besideSpec(loaded.path).judge];
  });
}

/** Examples that people have rated, of all specs; the same answer rated by two specs is one example with both ratings. */
export function goldenBeside(specs: readonly LoadedSpec[]): Example[] {
  const byAnswer = new Map<string, Example>();
  const taken = new Set<string>();
  for (const { path, spec } of specs) {
    const file = besideSpec(path).golden;
    if (!existsSync(file)) continue;
    for (const example of readExamples(file)) {
      const key = JSON.stringify([example.input, example.output]);
      const other = byAnswer.get(key);
      if (other !== undefined) {
        byAnswer.set(key, { ...other, ratings: { ...other.ratings, ...example.ratings } });
        continue;
      }
      // Files of two specs may have used the same id for different answers.
      const id = taken.has(example.id) ? `${spec.name}-${example.id}` : example.id;
      taken.add(id);
      byAnswer.set(key, { ...example, id });
    }
  }
  return [...byAnswer.values()];
}

/**
 * Real inputs: a text file with one a line, or a dataset whose inputs are taken.
 * @throws InvalidInputError when there are none
 */
export function readLike(path: string): string[] {
  const fail = (message: string, remedy: string): never => {
    throw new InvalidInputError([{ file: `--like ${path}`, message, remedy }]);
  };
  if (!existsSync(path) || !statSync(path).isFile()) {
    return fail('does not exist.', 'Give a file with real inputs: .txt with one a line, .jsonl or .csv.');
  }
  const texts = /\.(?:jsonl|csv)$/i.test(path)
    ? readExamples(path).map(({ input }) => textOfInput(input))
    : readFileSync(path, 'utf-8').split(/\r?\n/);
  const filled = texts.map((text) => text.trim()).filter((text) => text !== '');
  if (filled.length === 0) return fail('holds no input.', 'Give at least one.');
  // From the whole file, and the same each time.
  const step = Math.max(1, filled.length / MOST_LIKE);
  return Array.from({ length: Math.min(MOST_LIKE, filled.length) }, (_, i) =>
    (filled[Math.floor(i * step)] ?? '').slice(0, LIKE_CHARS).toWellFormed(),
  );
}

/** @throws InvalidInputError */
function readExamples(path: string): Example[] {
  const { lines, problems } = parseDataset(relative(process.cwd(), path) || path, readFileSync(path, 'utf-8'));
  if (problems.length > 0) throw new InvalidInputError(problems);
  return lines.map(({ example }) => example);
}
