/** A judge's reply as scores: read strictly, and weighted by the probabilities of its tokens where they are known. */
import type { AnswerToken, ChatAnswer } from '../model/chat-model.ts';
import { parseAnswer } from './json-answer.ts';
import type { Criterion } from './judge-prompt.ts';
import { type ScaleName, scales, scoreOfVerdict } from './judge-scale.ts';
import { isRecord, own, show } from './scorer.ts';

/** One criterion as judged. */
export interface Judgement {
  readonly reasoning: string;
  /** [0, 1]. */
  readonly score: number;
}

export type ReadReply =
  | { readonly status: 'read'; readonly judgements: ReadonlyMap<string, Judgement> }
  /** `problem`: a sentence for the judge and for the user. */
  | { readonly status: 'unreadable'; readonly problem: string };

/** @param weighted whether scores are weighted by the probabilities of the tokens, where the reply has them */
export function readJudgeReply(criteria: readonly Criterion[], reply: ChatAnswer, weighted: boolean): ReadReply {
  if (reply.truncated) return unreadable('it was cut off at the length limit; be shorter.');
  const parsed = parseAnswer(reply.text);
  if (parsed.value === undefined) return unreadable(`it is not the JSON object asked for (${parsed.problem})`);
  const judgements = new Map<string, Judgement>();
  for (const criterion of criteria) {
    const { name, scale } = criterion;
    const part = isRecord(parsed.value) ? own(parsed.value, name) : undefined;
    if (!isRecord(part)) return unreadable(`it has no object under ${JSON.stringify(name)}.`);
    const reasoning = own(part, 'reasoning');
    const given = own(part, 'score');
    const score = given === undefined ? null : scoreOfVerdict(scale, given);
    if (typeof reasoning !== 'string') return unreadable(`${name} has no text as reasoning.`);
    if (score === null) {
      const known = scales[scale].verdicts.map(({ verdict }) => JSON.stringify(verdict)).join(', ');
      return unreadable(`the score of ${name} is ${show(given)}, not one of ${known}.`);
    }
    const expected = weighted && reply.tokens !== null ? weightedScore(reply.tokens, criteria, criterion) : null;
    judgements.set(name, { reasoning: reasoning.trim(), score: expected ?? score });
  }
  return { status: 'read', judgements };
}

function unreadable(problem: string): ReadReply {
  return { status: 'unreadable', problem };
}

/**
 * Mean of the scale's scores by the probability of each at the place where the judge wrote its own (G-Eval, Liu et al.
 * 2023, arXiv 2303.16634, equation 1), over those that are among the likeliest tokens. null when the place is not found.
 */
function weightedScore(
  tokens: readonly AnswerToken[],
  criteria: readonly Criterion[],
  { name, scale }: Criterion,
): number | null {
  const text = tokens.map(({ token }) => token).join('');
  const placeOf = (criterion: string): number => text.search(new RegExp(`"${criterion}"\\s*:\\s*\\{`));
  const from = placeOf(name);
  if (from < 0) return null;
  // The next criterion's object begins where this one's has ended.
  const later = criteria.map((one) => placeOf(one.name)).filter((place) => place > from);
  const own = text.slice(from, Math.min(text.length, ...later));
  // Inside a JSON text each quote is escaped, so this is the field and no word of the reasoning.
  const field = /"score"\s*:\s*"?/.exec(own);
  if (field === null) return null;
  const place = tokenAt(tokens, from + field.index + field[0].length);
  if (place === undefined) return null;
  let mass = 0;
  let sum = 0;
  for (const { token, logprob } of place.likeliest) {
    const score = scoreOfToken(scale, token);
    if (score === null) continue;
    const probability = Math.exp(logprob);
    mass += probability;
    sum += probability * score;
  }
  return mass > 0 ? Math.min(1, sum / mass) : null;
}

function tokenAt(tokens: readonly AnswerToken[], offset: number): AnswerToken | undefined {
  let end = 0;
  return tokens.find(({ token }) => {
    end += token.length;
    return end > offset;
  });
}

/** A token may be the beginning of a verdict (`crit`), or hold what stands around it (` "pass`). */
function scoreOfToken(scale: ScaleName, token: string): number | null {
  const bare = token
    .replace(/^[\s":]+/, '')
    .replace(/[\s",}]+$/, '')
    .toLowerCase();
  if (bare === '') return null;
  const meant = scales[scale].verdicts.filter(({ verdict }) => String(verdict).startsWith(bare));
  return meant.length === 1 ? (meant[0]?.score ?? null) : null;
}
