/** Correlations of paired values with ties. null where one side does not vary, or there are fewer than two pairs. */

/** Pearson's r. */
export function pearson(xs: readonly number[], ys: readonly number[]): number | null {
  if (xs.length < 2 || !varies(xs) || !varies(ys)) return null;
  const [meanX, meanY] = [meanOf(xs), meanOf(ys)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < xs.length; i++) {
    const dx = (xs[i] ?? 0) - meanX;
    const dy = (ys[i] ?? 0) - meanY;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx) / Math.sqrt(yy)));
}

/** Spearman's rho: Pearson's r of the ranks, ties sharing the mean of theirs. */
export function spearman(xs: readonly number[], ys: readonly number[]): number | null {
  return pearson(ranksOf(xs), ranksOf(ys));
}

/** Kendall's tau-b (Kendall, 1945): concordant less discordant pairs, over what they could be given the ties. O(n²). */
export function kendallTauB(xs: readonly number[], ys: readonly number[]): number | null {
  if (xs.length < 2 || !varies(xs) || !varies(ys)) return null;
  let [difference, untiedX, untiedY] = [0, 0, 0];
  for (let i = 0; i < xs.length; i++) {
    for (let j = 0; j < i; j++) {
      const x = Math.sign((xs[i] ?? 0) - (xs[j] ?? 0));
      const y = Math.sign((ys[i] ?? 0) - (ys[j] ?? 0));
      difference += x * y;
      untiedX += Math.abs(x);
      untiedY += Math.abs(y);
    }
  }
  return difference / Math.sqrt(untiedX) / Math.sqrt(untiedY);
}

function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = values.map(() => 0);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to += 1;
    for (const i of order.slice(from, to)) ranks[i] = (from + to + 1) / 2;
    from = to;
  }
  return ranks;
}

function varies(values: readonly number[]): boolean {
  return values.some((value) => value !== values[0]);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
