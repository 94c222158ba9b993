/** Finds which values of which decisions a sentence of a prompt speaks about. */
import type { Decision } from './answer-shape.ts';
import { stemmed } from './text.ts';
import type { Token } from './wording.ts';

/** One possible outcome; a flag has the single value `true`. */
export type Target = Readonly<{ decision: Decision; value: string }>;

export function targetKey(decision: Decision, value: string): string {
  return `${decision.path.join('.')}=${value}`;
}

export type Mention = Readonly<{ at: number; length: number; target: Target; negated: boolean }>;

/** A decision with its name as the prompt may write it. */
export type Naming = Readonly<{ decision: Decision; raw: string; stems: readonly string[] }>;

/** What the reader keeps while it goes through the lines. */
export type Context = { decision: Decision | null; target: Target | null };

/** Words behind which the name of a value is meant as the value. */
const LEADS_TO_VALUE = new Set(
  stemmed(
    'is are as be choose use answer label mark pick prefer set means not stay stays to give assign remain remains than of or into under say call becomes counts',
  ),
);

/** "One of a, b, c" says which values there are, nothing about when to give them. */
export function isListing(sentence: string, list: readonly Token[], decisions: readonly Decision[]): boolean {
  return decisions.some((decision) => {
    const named = decision.values.filter((value) => list.some((_, at) => namesValue(list, at, value) > 0)).length;
    return (
      named >= 2 &&
      (/\b(?:one of|either)\b/i.test(sentence) ||
        (named >= 3 && named === decision.values.length && list.length < 3 * named))
    );
  });
}

/** The word by which a sentence names the decision ("urgency") is no cue. */
export function isNameOf(named: Naming, token: Token): boolean {
  return token.raw === named.raw || (named.stems.length === 1 && token.raw === named.stems[0]);
}

/** A choice that the sentence names ("urgency", "the sentiment"). */
export function decisionNamed(list: readonly Token[], namings: readonly Naming[]): Naming | undefined {
  return namings.find(
    ({ decision, raw, stems }) =>
      decision.kind === 'choice' &&
      raw !== '' &&
      list.some(
        (token, at) => token.raw === raw || (stems.length > 0 && stems.every((word, i) => list[at + i]?.stem === word)),
      ),
  );
}

/** The values that a sentence speaks about, in its order. */
export function findMentions(
  list: readonly Token[],
  decisions: readonly Decision[],
  namings: readonly Naming[],
  context: Context,
  named: Naming | undefined,
): Mention[] {
  const colon = list.findIndex((token) => token.stem === ':');
  const mentions: Mention[] = [];
  const choices = named ? [named.decision] : decisions.filter((decision) => decision.kind === 'choice');
  for (let at = 0; at < list.length; at += 1) {
    const token = list[at];
    if (!token) continue;
    for (const decision of choices) {
      const value = decision.values.find((candidate) => namesValue(list, at, candidate) > 0);
      if (value === undefined) continue;
      const length = namesValue(list, at, value);
      const before = list[at - 1];
      const known = context.decision === decision;
      const opens = at === 0 || before?.stem === ',' || before?.stem === ':' || before?.raw === 'and';
      const isName = token.quoted || token.raw.includes('_');
      const beside =
        known &&
        named !== undefined &&
        [at - 2, at - 1, at + length, at + length + 1].some((i) => named.stems.includes(list[i]?.stem ?? '-'));
      const head = colon >= 0 && at < colon && colon <= 6;
      const led =
        before !== undefined &&
        LEADS_TO_VALUE.has(before.stem) &&
        (known || decision.path.length === 0 || isDistinct(value));
      const single = decision.path.length === 0;
      const accepted =
        isName ||
        head ||
        beside ||
        led ||
        (opens && (known || (single && at === 0 && !isVerbObject(list, at + length))));
      // Behind a head ("billing: …") only names and "not x" count: other words are what the head is about.
      const behindHead = colon >= 0 && at > colon && mentions.some((mention) => mention.at < colon);
      if (!accepted || (behindHead && !isName && !(before && ['not', 'than', 'of'].includes(before.raw)))) continue;
      mentions.push({ at, length, target: { decision, value }, negated: isNegatedMention(list, at) });
      at += length - 1;
      break;
    }
  }
  for (const { decision, raw, stems } of namings) {
    if (decision.kind !== 'flag') continue;
    for (let at = 0; at < list.length; at += 1) {
      const exact =
        list[at]?.raw === raw && (raw.includes('_') || list[at]?.quoted === true || (colon > 0 && at < colon));
      const spelled =
        !exact && mentions.length === 0 && stems.length > 0 && stems.every((word, i) => list[at + i]?.stem === word);
      const behindHead = colon >= 0 && at > colon && mentions.some((mention) => mention.at < colon);
      if (
        !(exact || (spelled && (stems.length > 1 || (colon > 0 && at < colon)))) ||
        (behindHead && !isNegatedMention(list, at))
      )
        continue;
      const negated =
        isNegatedMention(list, at) ||
        /^(?:is |to |= ?)?false\b/.test(
          list
            .slice(at + 1, at + 4)
            .map((token) => token.raw)
            .join(' '),
        );
      mentions.push({ at, length: exact ? 1 : stems.length, target: { decision, value: 'true' }, negated });
    }
  }
  return mentions.sort((a, b) => a.at - b.at);
}

/** Words that a value's name has at this place, or 0. */
function namesValue(list: readonly Token[], at: number, value: string): number {
  const lower = value.toLowerCase();
  if (list[at]?.raw === lower) return 1;
  const parts = lower.split(/[_-]/);
  return parts.length > 1 && parts.every((part, i) => list[at + i]?.raw === part) ? parts.length : 0;
}

/** "cancel or downgrade" begins a sentence with a label's word without naming the label. */
function isVerbObject(list: readonly Token[], next: number): boolean {
  return !['is', 'are', 'for', 'covers', 'means', 'only', 'when', 'if', 'also', 'includes', 'beats', 'wins'].includes(
    list[next]?.raw ?? '',
  );
}

/** Values that nobody uses as an ordinary word of a guideline. */
function isDistinct(value: string): boolean {
  return !['high', 'low', 'medium', 'normal', 'other', 'none', 'yes', 'no', 'true', 'false'].includes(
    value.toLowerCase(),
  );
}

function isNegatedMention(list: readonly Token[], at: number): boolean {
  for (let i = at - 1; i >= Math.max(0, at - 6); i -= 1) {
    const raw = list[i]?.raw ?? '';
    if (raw === ',' || raw === ':') return false;
    if (raw === 'not' || raw === 'never' || raw === 'avoid' || raw === 'nor') return true;
    if ((raw === 'than' || raw === 'of') && ['rather', 'instead'].includes(list[i - 1]?.raw ?? '')) return true;
  }
  return false;
}
