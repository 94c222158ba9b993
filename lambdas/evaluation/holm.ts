/** Correction for several comparisons at once (Holm, "A simple sequentially rejective multiple test procedure", 1979). */

/** Adjusted p-values in the order given: each can be held against the usual level, however many there are. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0));
  const adjusted = pValues.map(() => 1);
  let most = 0;
  for (const [rank, i] of order.entries()) {
    most = Math.min(1, Math.max(most, (pValues[i] ?? 1) * (pValues.length - rank)));
    adjusted[i] = most;
  }
  return adjusted;
}
