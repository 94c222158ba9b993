/** What people and a judge say of the examples of a review, side by side. Pure. */
import type { Review, ReviewExample } from '../../lambdas/contracts/spec.ts';
import type { RefineRequest } from '../../lambdas/synthesis/prompts/refine.ts';

export interface Agreement {
  /** Rated by a person and judged. */
  readonly compared: number;
  readonly agreed: number;
  /** Not rated. */
  readonly open: number;
}

export function agreementOf({ examples }: Review): Agreement {
  const compared = examples.filter(({ rating, judge }) => rating !== null && judge !== null);
  return {
    compared: compared.length,
    agreed: compared.filter((example) => !isDisagreement(example)).length,
    open: examples.filter(({ rating }) => rating === null).length,
  };
}

export function isDisagreement({ rating, judge }: ReviewExample): boolean {
  return rating !== null && judge !== null && rating !== judge.verdict;
}

/** What a spec can be refined by. */
export function disagreementsOf({ examples }: Review): RefineRequest['disagreements'] {
  return examples.flatMap((example) => {
    const { input, output, rating, judge, why } = example;
    if (!isDisagreement(example) || rating === null || judge === null) return [];
    return [{ input, output, rating, why: why ?? '', reasoning: judge.reasoning }];
  });
}
