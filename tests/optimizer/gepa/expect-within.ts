import { expect } from 'vitest';
import type { Amount } from '../../../lambdas/optimizer/budget.ts';

/** Sums of a few thousand costs differ by rounding. */
const ROUNDING = 1e-9;

export function expectWithin(amount: Amount, limit: Amount): void {
  expect(amount.calls).toBeLessThanOrEqual(limit.calls);
  expect(amount.tokens).toBeLessThanOrEqual(limit.tokens);
  expect(amount.costUsd).toBeLessThanOrEqual(limit.costUsd + ROUNDING);
}
