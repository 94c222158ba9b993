/** A judge's reply on the wire: the JSON object, and its tokens with their probabilities where they are wanted. */
import type { Verdict } from './judge-model.ts';

/** A token as chat completions give it. */
export type TokenProbability = Readonly<{
  token: string;
  logprob: number;
  bytes: readonly number[];
  top_logprobs: ReadonlyArray<{ token: string; logprob: number; bytes: readonly number[] }>;
}>;

/** For each criterion the reasoning, then the score. */
export function writeJudgeReply(verdicts: readonly Verdict[]): string {
  // Written out, because an object would put names that are numbers first.
  const criteria = verdicts.map(({ name, reasoning, score }) => [name, { reasoning, score }] as const);
  return `{${criteria.map(([name, judged]) => `${JSON.stringify(name)}:${JSON.stringify(judged)}`).join(',')}}`;
}

/** Of a token that nobody doubts. */
const CERTAIN = -0.001;
/** A probability below this is given as this. */
const LEAST = 1e-9;

/**
 * The tokens of `writeJudgeReply`: they join to its text, and each score is a token of its own (without its quotes).
 * @param most likeliest tokens that are told for each place
 */
export function judgeReplyTokens(verdicts: readonly Verdict[], most: number): TokenProbability[] {
  const tokens: TokenProbability[] = [];
  const write = (text: string) => {
    for (const piece of text.match(/\s?[\p{L}\p{N}]+|\s?[^\s\p{L}\p{N}]+|\s+/gu) ?? []) {
      tokens.push(withProbabilities(piece, CERTAIN, [{ token: piece, logprob: CERTAIN }], most));
    }
  };
  verdicts.forEach(({ name, reasoning, score, likely }, at) => {
    const quote = typeof score === 'string' ? '"' : '';
    write(`${at === 0 ? '{' : ','}${JSON.stringify(name)}:{"reasoning":${JSON.stringify(reasoning)},"score":${quote}`);
    const alternatives = likely
      .map(({ verdict, probability }) => ({ token: String(verdict), logprob: Math.log(Math.max(LEAST, probability)) }))
      .sort((a, b) => b.logprob - a.logprob);
    const own = alternatives.find(({ token }) => token === String(score))?.logprob ?? CERTAIN;
    tokens.push(withProbabilities(String(score), own, alternatives, most));
    write(`${quote}}`);
  });
  write('}');
  return tokens;
}

type Likely = Readonly<{ token: string; logprob: number }>;

function withProbabilities(token: string, logprob: number, likely: readonly Likely[], most: number): TokenProbability {
  const top = likely.slice(0, most).map((one) => ({ ...one, bytes: bytesOf(one.token) }));
  return { token, logprob, bytes: bytesOf(token), top_logprobs: top };
}

function bytesOf(token: string): number[] {
  return [...Buffer.from(token, 'utf8')];
}
