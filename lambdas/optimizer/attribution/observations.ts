/** Scored rollouts as what the fit walks over. */

/** One scored rollout. `terms` are the parameters that act on it, with their values. */
export interface Observation {
  readonly example: number;
  readonly terms: readonly Term[];
  /** [0, 1] */
  readonly score: number;
}

export interface Term {
  readonly parameter: number;
  readonly value: number;
}

/** The observations as the fit walks over them: in an order of their own, parameters by their place in the matrix. */
export interface Data {
  readonly examples: number;
  readonly example: Int32Array;
  readonly score: Float64Array;
  /** By observation: the level (row 0 of the matrix), then the parameters in order, and their values. */
  readonly rows: readonly Int32Array[];
  readonly values: readonly Float64Array[];
  /** By example: the rows that act on any of its rollouts, in order. */
  readonly touched: readonly Int32Array[];
}

export function usedIn(observations: readonly Observation[]): number[] {
  const used = new Set<number>();
  for (const { terms } of observations) for (const { parameter } of terms) used.add(parameter);
  return [...used].sort((a, b) => a - b);
}

/** Sums in floating point depend on their order, so there is one, whichever the observations came in. */
export function dataOf(
  observations: readonly Observation[],
  examples: number,
  place: ReadonlyMap<number, number>,
): Data {
  const ordered = observations
    .map(({ example, score, terms }) => {
      const sorted = terms.toSorted((a, b) => a.parameter - b.parameter);
      return {
        example,
        score,
        row: Int32Array.from([0, ...sorted.map(({ parameter }) => (place.get(parameter) ?? 0) + 1)]),
        value: Float64Array.from([1, ...sorted.map(({ value }) => value)]),
      };
    })
    .sort(
      (a, b) =>
        a.example - b.example || a.score - b.score || compareEach(a.row, b.row) || compareEach(a.value, b.value),
    );
  const sets = Array.from({ length: examples }, () => new Set<number>());
  for (const { example, row } of ordered) for (const i of row) sets[example]?.add(i);
  return {
    examples,
    example: Int32Array.from(ordered, ({ example }) => example),
    score: Float64Array.from(ordered, ({ score }) => score),
    rows: ordered.map(({ row }) => row),
    values: ordered.map(({ value }) => value),
    touched: sets.map((set) => Int32Array.from(set).sort()),
  };
}

function compareEach(a: Int32Array | Float64Array, b: Int32Array | Float64Array): number {
  if (a.length !== b.length) return a.length - b.length;
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** Chance (or expected score) of an observation. */
export function chanceOf({ example, rows, values }: Data, r: number, at: Float64Array, ease: Float64Array): number {
  const row = rows[r] as Int32Array;
  const value = values[r] as Float64Array;
  let odds = ease[example[r] as number] as number;
  for (let k = 0; k < row.length; k += 1) odds += (at[row[k] as number] as number) * (value[k] as number);
  return sigmoid(odds);
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
