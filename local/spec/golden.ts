/** Rated examples: `X.golden.jsonl`, the golden split of what comes out of the spec. */
import { existsSync, readFileSync } from 'node:fs';
import type { Example } from '../../lambdas/contracts/dataset.ts';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';
import type { Review, ReviewExample } from '../../lambdas/contracts/spec.ts';
import { parseDataset } from '../../lambdas/store/datasets.ts';
import { boundaryPrompt } from '../../lambdas/synthesis/prompts/boundary-examples.ts';
import { generatorOf } from '../../lambdas/synthesis/resolve-spec.ts';
import { besideSpec, type LoadedSpec } from '../spec-file.ts';
import { replaceFile } from './beside.ts';
import { filesOf, type SpecCommand, shown } from './command.ts';

/** @throws InvalidInputError when the file is no dataset */
export function readGolden({ path: specPath }: Pick<LoadedSpec, 'path'>): Example[] {
  const path = besideSpec(specPath).golden;
  if (!existsSync(path)) return [];
  const { lines, problems } = parseDataset(shown(path), readFileSync(path, 'utf-8'));
  if (problems.length > 0) throw new InvalidInputError(problems);
  return lines.map(({ example }) => example);
}

/** Adds rated examples; one that is there already gets the new rating. @throws InvalidInputError when the file is no dataset */
export function keepGolden(command: SpecCommand, { round }: Review, rated: readonly ReviewExample[]): void {
  const kept = new Map(readGolden(command.loaded).map((example) => [example.id, example]));
  for (const example of rated) {
    const golden = goldenOf(command, round, example);
    if (golden === null) continue;
    const before = kept.get(example.id);
    const isKnown = before !== undefined && before.ratings?.[command.spec.name] === example.rating;
    if (!isKnown) kept.set(example.id, golden);
  }
  const lines = [...kept.values()].map((example) => `${JSON.stringify(example)}\n`);
  if (lines.length > 0) replaceFile(filesOf(command).golden, lines.join(''));
}

function goldenOf({ spec }: SpecCommand, round: number, example: ReviewExample): Example | null {
  const { id, input, output, expected, rating, intended } = example;
  if (rating === null) return null;
  const { prompt } = boundaryPrompt({ spec, pass: 1, fail: 1, shown: [] });
  return {
    id,
    input,
    ...(expected === undefined ? {} : { expected }),
    output,
    ratings: { [spec.name]: rating },
    tags: [`golden_${spec.name}`],
    metadata: { spec: spec.name, session: 'review', round, intended, model: generatorOf(spec.task).name, prompt },
  };
}
