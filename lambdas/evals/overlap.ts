/** How one set or list matches another, in the four ways that evals know. */

export const overlapModes = ['f1', 'equal', 'subset', 'superset'] as const;
export type OverlapMode = (typeof overlapModes)[number];

/** What was found in both, what only one side has. */
export interface Overlap {
  readonly matched: number;
  /** Wanted and not given. */
  readonly missing: readonly string[];
  /** Given and not wanted. */
  readonly surplus: readonly string[];
}

/** `subset`: nothing that is not wanted; `superset`: all that is wanted; `f1`: the harmonic mean of precision and recall. */
export function overlapScore({ matched, missing, surplus }: Overlap, mode: OverlapMode): number {
  switch (mode) {
    case 'equal':
      return missing.length + surplus.length === 0 ? 1 : 0;
    case 'subset':
      return surplus.length === 0 ? 1 : 0;
    case 'superset':
      return missing.length === 0 ? 1 : 0;
    case 'f1': {
      const all = 2 * matched + missing.length + surplus.length;
      return all === 0 ? 1 : (2 * matched) / all;
    }
  }
}

/** What was wrong, by what the mode asks: `missing "a", "b"; not wanted "c"`. */
export function describeOverlap({ missing, surplus }: Overlap, mode: OverlapMode): string {
  const lists = [
    ...(mode === 'subset' || missing.length === 0 ? [] : [`missing ${cut(missing)}`]),
    ...(mode === 'superset' || surplus.length === 0 ? [] : [`not wanted ${cut(surplus)}`]),
  ];
  return lists.join('; ');
}

const MOST_SHOWN = 10;

function cut(items: readonly string[]): string {
  const shown = items.slice(0, MOST_SHOWN).join(', ');
  return items.length > MOST_SHOWN ? `${shown} and ${items.length - MOST_SHOWN} more` : shown;
}
