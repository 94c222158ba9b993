/** The verdict on the sealed test set (DESIGN §7.4): is the winner better than the baseline, beyond luck and at no cost? */
import type { Verdict } from '../contracts/payloads.ts';
import type { Report } from '../contracts/report.ts';
import { brokenGuard, type Guards } from './guards.ts';
import { stream } from './random.ts';
import { bootstrapInterval, type Interval, mean, ROUNDING_ERROR, signFlipPValue } from './statistics.ts';

/** Significance level of the permutation test; the interval is its counterpart, 95 %. */
const ALPHA = 0.05;

export interface VerdictInput {
  /** Winner minus baseline, one an example that both were scored on. */
  readonly differences: readonly number[];
  /** The same for each eval, by name. */
  readonly perEval: Readonly<Record<string, readonly number[]>>;
  /** Largest fall of the mean that a guarded eval may have, by name. */
  readonly guards: Guards;
  readonly seed: number;
}

export interface VerdictOutcome {
  readonly verdict: Verdict;
  readonly testDelta: Report['testDelta'];
  /** The first guarded eval that fell by more than it may; null when none did. */
  readonly guardBroken: string | null;
}

/**
 * Decides. `improved`: the interval's lower end is above 0, p < 0.05 and every guard held. `regressed`: the interval's
 * upper end is below 0 and p < 0.05. Everything else, a broken guard included, is `no_significant_gain`.
 *
 * A guarded eval that was not measured counts as broken: nothing shows that it held. Without any pair the difference is
 * 0 and p = 1, with an interval that leaves everything open.
 */
export function decideVerdict({ differences, perEval, guards, seed }: VerdictInput): VerdictOutcome {
  const [low, high] = bootstrapInterval(differences, stream(seed, 'verdict', 'bootstrap'));
  const pValue = signFlipPValue(differences, stream(seed, 'verdict', 'sign-flip'));
  const guardBroken = brokenGuard(perEval, guards);
  const significant = pValue < ALPHA;
  const regressed = significant && high < -ROUNDING_ERROR;
  const improved = significant && low > ROUNDING_ERROR && guardBroken === null;
  return {
    verdict: improved ? 'improved' : regressed ? 'regressed' : 'no_significant_gain',
    testDelta: {
      mean: mean(differences) ?? 0,
      ci95: [low, high],
      pValue,
      n: differences.length,
      perEval: Object.fromEntries(
        Object.entries(perEval).map(([name, values]) => [
          name,
          { mean: mean(values) ?? 0, ci95: bootstrapInterval(values, stream(seed, 'verdict', 'bootstrap')) },
        ]),
      ),
    },
    guardBroken,
  };
}

/** When the search found nothing better than the baseline: compared with itself, it differs by nothing, for certain. */
export function nothingCompared(n: number, evalNames: readonly string[]): VerdictOutcome {
  const none = () => ({ mean: 0, ci95: [0, 0] as Interval });
  const perEval = Object.fromEntries(evalNames.map((name) => [name, none()]));
  return { verdict: 'no_significant_gain', testDelta: { ...none(), pValue: 1, n, perEval }, guardBroken: null };
}
