/** Validation examples on which the best did better or worse than the baseline, the most telling first. */
import type { Rollout } from '../contracts/artifacts.ts';
import type { RunContext } from '../contracts/context.ts';
import { ROUNDING_ERROR } from '../optimizer/statistics.ts';
import type { ComparedExample } from './html/input.ts';

const SHOWN = 10;

/** A rollout of one prompt on one validation example, first draw; null where there is none. */
export type FindRollout = (prompt: 'baseline' | 'best', exampleId: string) => Rollout | null;

export function compareExamples(
  context: RunContext,
  find: FindRollout,
): { better: ComparedExample[]; worse: ComparedExample[] } {
  const compared = context.validation.flatMap((example): (ComparedExample & { gain: number })[] => {
    const baseline = find('baseline', example.id);
    const best = find('best', example.id);
    if (baseline?.score == null || best?.score == null) return [];
    return [{ example, baseline, best, gain: best.score - baseline.score }];
  });
  const top = (sign: 1 | -1): ComparedExample[] =>
    compared
      .filter(({ gain }) => sign * gain > ROUNDING_ERROR)
      .sort((a, b) => sign * (b.gain - a.gain))
      .slice(0, SHOWN)
      .map(({ gain: _gain, ...example }) => example);
  return { better: top(1), worse: top(-1) };
}
