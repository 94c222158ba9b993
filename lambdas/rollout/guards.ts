/** Guards: what a new text must pass before a rollout is spent on it (DESIGN §7.3). */
import type { Example, Json } from '../contracts/dataset.ts';
import { placeholdersOf } from '../model/templates.ts';

export interface GuardContext {
  readonly parentText: string;
  readonly maxChars: number;
  /** Whether the whole prompt with this text was tried before, under which candidate. */
  readonly triedAs: (text: string) => string | null;
  /** Examples that reflection has seen. */
  readonly examples: readonly Example[];
}

/** A text may not share this many characters in a row with a training input: that is a copy and no rule. */
const COPIED_CHARS = 80;
/** Positions of the text are tried this far apart. */
const STRIDE = 8;

/** Why the text cannot be used, in words for the model that wrote it; null when it can. */
export function guardText(text: string, context: GuardContext): string | null {
  if (text.trim() === '') return 'the text is empty';
  if (text.length > context.maxChars) return `the text has ${text.length} characters, more than ${context.maxChars}`;
  const placeholders = guardPlaceholders(text, context.parentText);
  if (placeholders !== null) return placeholders;
  if (text === context.parentText) return 'the text is unchanged';
  const twin = context.triedAs(text);
  if (twin !== null) return `the text was already tried (${twin})`;
  const copied = copiedRun(text, context.parentText, context.examples);
  return copied === null ? null : `the text copies a training input word for word (${JSON.stringify(copied)})`;
}

function guardPlaceholders(text: string, parentText: string): string | null {
  const before = placeholdersOf(parentText);
  let after: string[];
  try {
    after = placeholdersOf(text);
  } catch (error) {
    return `the placeholders do not parse (${error instanceof Error ? error.message : error})`;
  }
  const lost = before.filter((placeholder) => !after.includes(placeholder));
  if (lost.length > 0) return `the text lost ${lost.join(', ')}`;
  const added = after.filter((placeholder) => !before.includes(placeholder));
  return added.length > 0 ? `the text has the unknown ${added.join(', ')}` : null;
}

/** The beginning of a long verbatim copy of an input that was not in the parent already; null when there is none. */
function copiedRun(text: string, parentText: string, examples: readonly Example[]): string | null {
  const flat = flatten(text);
  const parent = flatten(parentText);
  for (const source of examples.flatMap(({ input }) => sourcesOf(input))) {
    // A run of 80 characters holds one of these shorter windows whole, wherever it begins.
    const window = COPIED_CHARS - STRIDE + 1;
    for (let i = 0; i + window <= flat.length; i += STRIDE) {
      if (!source.includes(flat.slice(i, i + window))) continue;
      for (let start = Math.max(0, i - STRIDE + 1); start <= i && start + COPIED_CHARS <= flat.length; start += 1) {
        const run = flat.slice(start, start + COPIED_CHARS);
        if (source.includes(run) && !parent.includes(run)) return `${run.slice(0, 40)}…`;
      }
    }
  }
  return null;
}

/** What of an input could be copied: the text, or each text of an object, and the JSON that reflection is shown. */
function sourcesOf(input: Example['input']): string[] {
  if (typeof input === 'string') return [flatten(input)];
  const texts = (value: Json): string[] => {
    if (typeof value === 'string') return [value];
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
  };
  return [...texts(input), JSON.stringify(input)].map(flatten).filter(({ length }) => length >= COPIED_CHARS);
}

function flatten(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
