/** One run of one contender on one world, in a process of its own: `bench/contest.ts` keeps two of these busy. */
import './quiet.ts';

import { performance } from 'node:perf_hooks';
import { play } from './play.ts';
import { runReference } from './reference/run.ts';
import { type MeasuredUnit, trueEffects } from './true-effects.ts';
import type { Family } from './worlds/families.ts';
import { simulate } from './worlds/simulate.ts';

export const contenders = ['attribution', 'gepa', 'reference'] as const;
export type Contender = (typeof contenders)[number];

export interface Job {
  readonly contender: Contender;
  readonly family: Family;
  readonly seed: number;
  readonly rollouts: number;
  /** Share of the task calls that fail for good; our strategies alone. */
  readonly failing: number;
}

export interface Outcome {
  readonly job: Job;
  /** True gain of the prompt that was found, and share of the attainable gain (of nothing: the gain itself). */
  readonly gain: number;
  readonly share: number;
  readonly verdict: 'improved' | 'no_significant_gain' | 'regressed' | null;
  /** Whether the verdict's interval holds the true gain; null where no other prompt was found. */
  readonly covered: boolean | null;
  readonly keepsDefect: boolean;
  /** Memorising edits that were proposed, and that are in the prompt. */
  readonly memorising: { readonly proposed: number; readonly kept: number };
  readonly rollouts: number;
  readonly reflections: number;
  readonly stages: number;
  readonly seconds: number;
  /** True effects of the units beside what the run says of them. */
  readonly units: readonly MeasuredUnit[];
}

export async function run(job: Job): Promise<Outcome> {
  const { contender, family, seed, rollouts, failing } = job;
  const world = simulate(family, seed);
  const started = performance.now();
  const base = world.trueScore(world.prompt);
  const judge = (components: Readonly<Record<string, string>>) => {
    const gain = world.trueScore(components) - base;
    const room = world.attainable - base;
    const lines = Object.values(components).flatMap((text) => text.split('\n'));
    const natures = lines.filter((line) => line.trim() !== '').map((line) => world.natureOfLine(line));
    return {
      gain,
      share: room < 0.001 ? gain : gain / room,
      keepsDefect: natures.includes('defect'),
      kept: natures.filter((nature) => nature === 'memorising').length,
    };
  };
  if (contender === 'reference') {
    const { components, taskCalls, reflectionCalls, sequentialReflections, seconds } = await runReference({
      family,
      seed,
      rollouts,
    });
    const { kept, ...judged } = judge(components);
    return {
      job,
      ...judged,
      verdict: null,
      covered: null,
      memorising: { proposed: 0, kept },
      rollouts: taskCalls,
      reflections: reflectionCalls,
      stages: sequentialReflections,
      seconds,
      units: [],
    };
  }
  const played = play(world, { rollouts, strategy: contender, failing });
  const seconds = (performance.now() - started) / 1000;
  const { kept, ...judged } = judge(played.best);
  const { verdict, testDelta } = played.verdict;
  const units = played.archive.attribution?.pool.units ?? [];
  return {
    job,
    ...judged,
    verdict,
    covered:
      played.archive.winnerId === 'baseline'
        ? null
        : testDelta.ci95[0] <= judged.gain && judged.gain <= testDelta.ci95[1],
    memorising: {
      proposed: units.filter(({ origins, text }) => origins.length > 0 && world.natureOfLine(text) === 'memorising')
        .length,
      kept,
    },
    rollouts: played.rollouts,
    reflections: played.reflections,
    stages: played.reflectionRounds,
    seconds,
    units: trueEffects(world, played.archive),
  };
}

process.on('message', (job: Job) => {
  void run(job).then(
    // Without a callback, a parent that has gone would be an error nobody handles.
    (outcome) => process.send?.(outcome, undefined, undefined, () => undefined),
    (error: unknown) => {
      console.error(job, error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
