/** Edits that copy an example instead of stating a rule: they can gain nothing elsewhere, so no rollout is spent on them. */

/** So many words in a row are a copy, unless several examples have them: then they are a phrase of the trade. */
const COPIED_WORDS = 5;

/**
 * Whether a text holds a run of words that it shares with exactly one example.
 * @param own texts of the examples that the edit was written for
 * @param all texts of all examples
 */
export function copiesExample(text: string, own: readonly string[], all: Iterable<string>): boolean {
  const words = wordsOf(text);
  const runs = new Set(
    words
      .slice(0, Math.max(0, words.length - COPIED_WORDS + 1))
      .map((_, i) => ` ${words.slice(i, i + COPIED_WORDS).join(' ')} `),
  );
  if (runs.size === 0) return false;
  const padded = (example: string): string => ` ${wordsOf(example).join(' ')} `;
  const copied = own.map(padded).flatMap((example) => [...runs].filter((run) => example.includes(run)));
  if (copied.length === 0) return false;
  const distinct = [...new Set([...all].map(padded))];
  return copied.some((run) => distinct.filter((example) => example.includes(run)).length === 1);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
