/** Guards: what a new text must pass before a rollout is spent on it (DESIGN §7.3). */
import type { Example } from '../contracts/dataset.ts';
import { placeholdersOf } from '../model/templates.ts';

export interface GuardContext {
  readonly parentText: string;
  readonly maxChars: number;
  /** Whether the whole prompt with this text was tried before, under which candidate. */
  readonly triedAs: (text: string) => string | null;
  /** Examples that reflection has seen. */
  readonly examples: readonly Example[];
}

/** Longest run of characters that a text may share with a training input and still count as a rule. */
const MAX_COPIED_CHARS = 80;

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
  for (const { input } of examples) {
    const source = flatten(
      typeof input === 'string'
        ? input
        : Object.values(input)
            .filter((v) => typeof v === 'string')
            .join(' '),
    );
    for (let i = 0; i + MAX_COPIED_CHARS <= flat.length; i += 8) {
      // Windows are tried every 8 characters, so each is 8 shorter than the limit.
      const run = flat.slice(i, i + MAX_COPIED_CHARS - 8);
      if (source.includes(run) && !parent.includes(run)) return `${run.slice(0, 40)}…`;
    }
  }
  return null;
}

function flatten(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
