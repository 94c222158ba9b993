/** A judge's reply as scores: read strictly, and weighted by the probabilities of its tokens where they are known. */
import type { AnswerToken, ChatAnswer } from '../model/chat-model.ts';
import { parseAnswer } from './json-answer.ts';
import type { Criterion } from './judge-prompt.ts';
import { type ScaleName, scales, scoreOfVerdict } from './judge-scale.ts';
import { isRecord, own } from './scorer.ts';

/** One criterion as judged. */
export interface Judgement {
  readonly reasoning: string;
  /** [0, 1]. */
  readonly score: number;
  /** Whether the score is the mean by the probabilities of the tokens, and not the verdict alone. */
  readonly isWeighted: boolean;
}

export type ReadReply =
  | { readonly status: 'read'; readonly judgements: ReadonlyMap<string, Judgement> }
  /** `problem`: the end of a sentence, for the judge and for the user. It holds nothing that the judge wrote. */
  | { readonly status: 'unreadable'; readonly problem: string };

/** @param weighted whether scores are weighted by the probabilities of the tokens, where the reply has them */
export function readJudgeReply(criteria: readonly Criterion[], reply: ChatAnswer, weighted: boolean): ReadReply {
  if (reply.truncated) return unreadable('it was cut off at the length limit; be shorter.');
  const parsed = parseAnswer(reply.text);
  if (parsed.value === undefined) return unreadable('it is not the JSON object that was asked for.');
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
      return unreadable(`the score of ${name} is not one of ${known}.`);
    }
    const expected = weighted && reply.tokens !== null ? weightedScore(reply.tokens, criterion) : null;
    judgements.set(name, { reasoning: reasoning.trim(), score: expected ?? score, isWeighted: expected !== null });
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
function weightedScore(tokens: readonly AnswerToken[], { name, scale }: Criterion): number | null {
  const text = textOf(tokens);
  const from = text.search(new RegExp(`"${name}"\\s*:\\s*\\{`));
  if (from < 0) return null;
  // Its object has a score, or the reply could not have been read: the first one from here on is its own.
  const [verdict] = verdictPlaces(text.slice(from));
  if (verdict === undefined) return null;
  const place = tokens[indexAt(tokens, from + verdict)];
  if (place === undefined) return null;
  let mass = 0;
  let sum = 0;
  for (const { token, logprob } of place.likeliest) {
    const score = scoreOfToken(scale, token);
    if (score === null) continue;
    // Servers round: a little above 0 is certainty.
    const probability = Math.exp(Math.min(0, logprob));
    mass += probability;
    sum += probability * score;
  }
  return mass > 0 ? Math.min(1, sum / mass) : null;
}

/**
 * The reply as it is worth keeping: what else might have been written is only ever read where a verdict stands, and twenty
 * tokens for each token of the reasoning would be too much to store.
 */
export function withVerdictsAlone(reply: ChatAnswer): ChatAnswer {
  const { tokens } = reply;
  if (tokens === null) return reply;
  const kept = new Set(verdictPlaces(textOf(tokens)).map((offset) => indexAt(tokens, offset)));
  return { ...reply, tokens: tokens.map((one, i) => (kept.has(i) ? one : { ...one, likeliest: [] })) };
}

/** Where verdicts begin. Inside a JSON text each quote is escaped, so these are fields and no words of a reasoning. */
function verdictPlaces(text: string): number[] {
  return [...text.matchAll(/"score"\s*:\s*"?/g)].map(({ index, 0: field }) => index + field.length);
}

function textOf(tokens: readonly AnswerToken[]): string {
  return tokens.map(({ token }) => token).join('');
}

/** The token that holds the character at an offset of the text; -1: none. */
function indexAt(tokens: readonly AnswerToken[], offset: number): number {
  let end = 0;
  return tokens.findIndex(({ token }) => {
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
