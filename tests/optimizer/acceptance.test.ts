import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAccepted, pairedDifferences } from '../../lambdas/optimizer/acceptance.ts';

const maybeScore = fc.option(fc.constantFrom(0, 0.1, 0.2, 0.3, 0.5, 1), { nil: null });
const pairs = fc.array(fc.tuple(maybeScore, maybeScore), { maxLength: 8 });

describe('isAccepted', () => {
  it.each([
    { case: 'a higher sum', before: [0, 1, 0.5], after: [1, 1, 0], strict: true, orEqual: true },
    { case: 'the same sum', before: [0, 1], after: [1, 0], strict: false, orEqual: true },
    { case: 'a lower sum', before: [1, 1], after: [1, 0.9], strict: false, orEqual: false },
    { case: 'a gain that is rounding alone', before: [0.3], after: [0.1 + 0.2], strict: false, orEqual: true },
    { case: 'a loss that is rounding alone', before: [0.1 + 0.2], after: [0.3], strict: false, orEqual: true },
    { case: 'a gain where the parent failed', before: [null, 1], after: [1, 1], strict: false, orEqual: true },
    { case: 'a loss where the child failed', before: [1, 0], after: [null, 1], strict: true, orEqual: true },
    { case: 'no pair at all', before: [null, 1], after: [1, null], strict: false, orEqual: false },
    { case: 'no example at all', before: [], after: [], strict: false, orEqual: false },
  ])('judges $case', ({ before, after, strict, orEqual }) => {
    expect(isAccepted('strict_improvement', before, after)).toBe(strict);
    expect(isAccepted('improvement_or_equal', before, after)).toBe(orEqual);
  });

  it('accepts a strict improvement one way round at most, and equality both ways', () => {
    fc.assert(
      fc.property(pairs, (scores) => {
        const before = scores.map(([score]) => score);
        const after = scores.map(([, score]) => score);
        const gained = isAccepted('strict_improvement', before, after);
        const lost = isAccepted('strict_improvement', after, before);

        expect(gained && lost).toBe(false);
        if (pairedDifferences(before, after).length > 0) {
          expect(isAccepted('improvement_or_equal', before, after)).toBe(!lost);
        }
      }),
    );
  });

  it('refuses lists of different length', () => {
    expect(() => isAccepted('strict_improvement', [1], [1, 0])).toThrow(RangeError);
  });
});

describe('pairedDifferences', () => {
  it('gives after minus before where both are there', () => {
    expect(pairedDifferences([0.5, null, 1, 0], [1, 1, null, 0])).toEqual([0.5, 0]);
  });
});
