/** The steps of a spec's judge, kept beside the spec: `X.judge.yaml`. A person may edit them. */
import { type JudgeSteps, judgeStepsSchema } from '../lambdas/contracts/spec.ts';
import { contentHash } from '../lambdas/rollout/resolve-task.ts';
import { meaningHash } from '../lambdas/synthesis/spec-types.ts';
import { keep, readIfKept } from './spec/beside.ts';
import { besideSpec, type LoadedSpec } from './spec-file.ts';

/**
 * `current`: as a model wrote them from what the spec says now; `edited`: the same, changed by a person; `stale`: the spec
 * has changed since; `missing`: there are none.
 */
export type JudgeStatus = 'current' | 'edited' | 'stale' | 'missing';

export interface KeptJudge {
  /** Empty when there are none. */
  readonly steps: readonly string[];
  readonly status: JudgeStatus;
}

/** @throws InvalidInputError when the file does not have its form */
export function readJudge({ path, spec }: Pick<LoadedSpec, 'path' | 'spec'>): KeptJudge {
  const kept = readIfKept(besideSpec(path).judge, judgeStepsSchema);
  if (kept === null) return { steps: [], status: 'missing' };
  if (kept.specHash !== meaningHash(spec)) return { steps: kept.steps, status: 'stale' };
  return { steps: kept.steps, status: isEdited(kept) ? 'edited' : 'current' };
}

/**
 * Writes the steps down. Those that a person has edited go to `previous`.
 * @param prompt name and version of the prompt that asked for them
 * @returns whether edited steps were put aside
 */
export function writeJudge(
  { path, spec }: Pick<LoadedSpec, 'path' | 'spec'>,
  steps: readonly string[],
  model: string,
  prompt: string,
): boolean {
  const file = besideSpec(path).judge;
  const before = readIfKept(file, judgeStepsSchema);
  const putsAside = before !== null && isEdited(before);
  const previous = [...(putsAside ? [before.steps] : []), ...(before?.previous ?? [])];
  const kept: JudgeSteps = {
    spec: spec.name,
    specHash: meaningHash(spec),
    stepsHash: hashOf(steps),
    model,
    prompt,
    steps: [...steps],
    ...(previous.length === 0 ? {} : { previous }),
  };
  keep(file, HEADER, kept);
  return putsAside;
}

const HEADER = `Steps of the judge of this spec, written from it by a model. Edit them as you like: they are used as they stand,
until the spec says something else; then they are written anew, and yours are kept below, under \`previous\`.`;

function isEdited({ steps, stepsHash }: JudgeSteps): boolean {
  return hashOf(steps) !== stepsHash;
}

function hashOf(steps: readonly string[]): string {
  return contentHash(steps.map((step) => step.trim())).slice(0, 16);
}
