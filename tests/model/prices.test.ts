import { describe, expect, it } from 'vitest';
import { priceOf } from '../../lambdas/model/prices.ts';

describe('priceOf', () => {
  it.each([
    { model: 'gpt-4.1-mini', price: { input: 0.4, output: 1.6 } },
    { model: 'gpt-4.1-mini-2025-04-14', price: { input: 0.4, output: 1.6 } },
    { model: 'gpt-4.1-mini-2025', price: null },
    { model: 'my-model', price: null },
    { model: 'constructor', price: null },
  ])('knows $model at $price', ({ model, price }) => {
    expect(priceOf(model, {})).toEqual(price);
  });

  it("takes the task's own prices first", () => {
    const own = { input: 1, output: 2 };

    expect(priceOf('gpt-4.1', { 'gpt-4.1': own })).toBe(own);
    expect(priceOf('gpt-4.1-2025-04-14', { 'gpt-4.1-2025-04-14': own })).toBe(own);
  });
});
