/** Prices and worst cases of an evaluation's variants, as its plan takes them. */
import type { EvaluationPlan } from '../contracts/evaluation.ts';
import type { VariantFacts } from '../evaluation/plan.ts';
import { pricesOf } from '../model/prices.ts';
import { judgingOf } from './facts.ts';

export function variantFacts({
  variants,
  maxExpectedBytes: most,
}: Pick<EvaluationPlan, 'variants' | 'maxExpectedBytes'>): VariantFacts[] {
  return variants.map(({ task }) => ({
    prices: pricesOf(task),
    judging: judgingOf(task, { train: most, validation: most, test: most }),
  }));
}
