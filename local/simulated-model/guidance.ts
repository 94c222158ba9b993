/**
 * Reads the instructions of a prompt as a careful person would: which sentence speaks about which value, what should
 * lead to it, what should not, and what is the default. Generic: it knows no sentence by heart.
 */
import type { Decision } from './answer-shape.ts';
import { type Cue, cuesOf } from './cues.ts';
import {
  type Context,
  decisionNamed,
  findMentions,
  isListing,
  isNameOf,
  type Mention,
  type Naming,
  type Target,
  targetKey,
} from './mentions.ts';
import { stem, stemmed } from './text.ts';
import { NEGATION, STOP, type Token, tokens } from './wording.ts';

/** What the prompt says about one value of one decision. */
export type Guidance = Readonly<{ cues: readonly Cue[]; prior: number; lines: readonly string[] }>;

const FALLBACK =
  /\b(?:default|otherwise|in doubt|unsure|unclear|everything else|all other|anything else|most (?:e-?mails|messages|tickets)|by itself)\b/i;
/** Says that something does not suffice, which is less than that it speaks against the value. */
const ALONE =
  /\b(?:alone|by itself|on (?:its|their) own|merely|just|does not count|do not count|say nothing|says nothing)\b/i;
const PRIOR_STEP = 0.3;

/** Gathers the guidance of a prompt for every value of every decision. */
export function readGuidance(instructions: string, decisions: readonly Decision[]): ReadonlyMap<string, Guidance> {
  const gathered = new Map<string, { cues: Map<string, Cue>; prior: number; lines: string[] }>();
  const namings = decisions.map((decision): Naming => {
    const raw = (decision.path.at(-1) ?? '').toLowerCase();
    return { decision, raw, stems: stemmed(raw.replaceAll('_', ' ')) };
  });

  const note = (target: Target, cues: readonly Cue[], prior: number, line: string) => {
    const key = targetKey(target.decision, target.value);
    const known = gathered.get(key) ?? { cues: new Map<string, Cue>(), prior: 0, lines: [] };
    for (const cue of cues) {
      const earlier = known.cues.get(cue.key);
      // A prompt that says both things about the same cue says nothing.
      if (earlier && earlier.sign !== cue.sign) known.cues.set(cue.key, { ...cue, weight: 0 });
      else if (!earlier || earlier.weight < cue.weight) known.cues.set(cue.key, cue);
    }
    known.prior += prior;
    known.lines.push(line);
    gathered.set(key, known);
  };

  let heading: Context = { decision: null, target: null };
  for (const line of instructions.split('\n')) {
    const bare = line.trim();
    if (bare === '') {
      heading = { decision: null, target: null };
      continue;
    }
    const isBullet = /^(?:[-*•]|\d+[.)])\s/.test(bare);
    const context: Context = isBullet ? { ...heading } : { decision: null, target: null };
    for (const sentence of bare.replace(/^(?:[-*•#]+|\d+[.)])\s*/, '').split(/(?<=[.;!?])\s+/)) {
      readSentence(sentence, decisions, namings, context, note);
    }
    if (!isBullet && /[:.]?\s*$/.test(bare) && (/:$/.test(bare) || /^#/.test(bare))) heading = { ...context };
    else if (!isBullet) heading = { decision: null, target: null };
  }
  return gathered.size === 0
    ? new Map()
    : new Map([...gathered].map(([key, { cues, prior, lines }]) => [key, { cues: [...cues.values()], prior, lines }]));
}

type Note = (target: Target, cues: readonly Cue[], prior: number, line: string) => void;

function readSentence(
  sentence: string,
  decisions: readonly Decision[],
  namings: readonly Naming[],
  context: Context,
  note: Note,
): void {
  const list = tokens(sentence);
  if (isListing(sentence, list, decisions)) return;
  const named = decisionNamed(list, namings);
  if (named) context.decision = named.decision;
  const mentions = findMentions(list, decisions, namings, context, named);
  if (mentions.length > 0) {
    const last = mentions.at(-1);
    if (
      new Set(mentions.map((mention) => targetKey(mention.target.decision, mention.target.value))).size === 1 &&
      last
    ) {
      context.target = last.target;
    }
  } else if (context.target) {
    mentions.push({ at: 0, length: 0, target: context.target, negated: false });
  } else {
    return;
  }

  const isFallback = FALLBACK.test(sentence);
  const isOnly = /\bonly (?:when|if|for|where|by)\b|\bonly\.?$/i.test(sentence);
  const always = /\balways\b/i.test(sentence);
  for (const { mention, part, shared } of assign(list, mentions)) {
    const own = mention.negated ? stem(mention.target.value.toLowerCase()) : '';
    const said = part.filter((token) => token.stem !== own && !(named && isNameOf(named, token)));
    const cues = cuesOf(said, mention.negated ? -1 : 1, mention.negated && ALONE.test(sentence) ? 0.4 : 1);
    let prior = 0;
    if (isFallback && !shared) prior += PRIOR_STEP;
    if (isOnly && !mention.negated) prior -= PRIOR_STEP / 2;
    if (cues.length === 0) {
      if (always) prior += 2 * PRIOR_STEP;
      else if (mention.negated && /\bnever\b/i.test(sentence)) prior -= 2 * PRIOR_STEP;
      else if (!isFallback) continue;
    }
    // In doubt, cues name the doubt, they do not point to the value.
    note(mention.target, isFallback && /\bin doubt|unsure|unclear\b/i.test(sentence) ? [] : cues, prior, sentence);
  }
}

type Part = Readonly<{ mention: Mention; part: readonly Token[]; shared: boolean }>;

const BREAK: Token = { raw: ',', stem: ',', quoted: false, phrase: null };

/** Gives each word of a sentence to the value it speaks about: chunks between commas, the head before a colon. */
function assign(list: readonly Token[], mentions: readonly Mention[]): Part[] {
  const chunks: Token[][] = [[]];
  const owners: Mention[][] = [[]];
  list.forEach((token, at) => {
    const starting = mentions.find((mention) => mention.at === at);
    const covered = mentions.some((mention) => at >= mention.at && at < mention.at + mention.length);
    if (token.stem === ',' || token.raw === 'but' || token.raw === 'while' || token.raw === 'whereas') {
      chunks.push(token.stem === ',' ? [] : [token]);
      owners.push([]);
    } else if (!covered) {
      chunks.at(-1)?.push(token);
    }
    if (starting) owners.at(-1)?.push(starting);
  });
  const parts = new Map<Mention, Token[]>(mentions.map((mention) => [mention, []]));
  const firstOwned = owners.findIndex((owner) => owner.length > 0);
  let current: Mention[] = owners[Math.max(0, firstOwned)] ?? [];
  if (current.length === 0) current = mentions.slice(0, 1);
  let earlier: readonly Token[] = [];
  const shared = new Set<Mention>();
  chunks.forEach((chunk, at) => {
    const own = owners[at] ?? [];
    if (own.length > 0) current = own;
    const content = chunk.filter((token) => !STOP.has(token.stem) && token.stem !== ':' && !NEGATION.has(token.raw));
    for (const mention of current) {
      const aloneNegated = own.includes(mention) && mention.negated && content.length === 0;
      parts.get(mention)?.push(...(aloneNegated ? earlier : chunk), BREAK);
      if (aloneNegated) shared.add(mention);
    }
    if (content.length > 0) earlier = at > 0 && own.length === 0 ? [...earlier, ...chunk] : chunk;
  });
  return mentions.map((mention) => ({ mention, part: parts.get(mention) ?? [], shared: shared.has(mention) }));
}
