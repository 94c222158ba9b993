/**
 * The embeddings route: a text as the words and the runs of letters it is made of, each hashed to a dimension and a sign.
 * Texts that share wording point the same way; what they mean plays no part. Pure, and the same under every seed.
 */
import { z } from 'zod';
import { type ErrorBody, invalidRequest, tokensOf } from './protocol.ts';
import { hash, words } from './text.ts';

const DIMENSIONS = 256;
/** Lengths of the runs of letters. A run may hold the end of a word, which is written as a space. */
const RUN_LENGTHS = [3, 4] as const;
/** A whole word counts for as much as this many of its runs. */
const WORD_WEIGHT = 2;

const text = z.string().min(1);
const requestSchema = z.object({
  model: z.string().min(1),
  input: z.union([text, z.array(text).min(1).max(2048)], { error: 'input must be a text, or a list of texts' }),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.number().int().min(1).max(4096).nullish(),
});

export type Embeddings = Readonly<{
  object: 'list';
  model: string;
  /** Numbers, or 32-bit floats in base64 where the request wants that. */
  data: ReadonlyArray<{ object: 'embedding'; index: number; embedding: readonly number[] | string }>;
  usage: { prompt_tokens: number; total_tokens: number };
}>;

export type EmbeddingsResult =
  | Readonly<{ status: 200; part: 'embedding'; body: Embeddings }>
  | Readonly<{ status: 400; part: null; body: ErrorBody }>;

/** Answers a parsed request body. */
export function completeEmbeddings(body: unknown): EmbeddingsResult {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) return { status: 400, part: null, body: invalidRequest(parsed.error) };
  const { model, input, encoding_format: format, dimensions } = parsed.data;
  const texts = typeof input === 'string' ? [input] : input;
  const promptTokens = texts.reduce((total, one) => total + tokensOf(one), 0);
  const data = texts.map((one, index) => {
    const vector = embed(one, dimensions ?? DIMENSIONS);
    const embedding = format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector;
    return { object: 'embedding' as const, index, embedding };
  });
  const usage = { prompt_tokens: promptTokens, total_tokens: promptTokens };
  return { status: 200, part: 'embedding', body: { object: 'list', model, data, usage } };
}

/** The vector of a text, of length 1. */
export function embed(given: string, dimensions = DIMENSIONS): number[] {
  const counts = new Map<string, number>();
  const count = (feature: string, weight: number) => counts.set(feature, (counts.get(feature) ?? 0) + weight);
  for (const word of words(given)) {
    count(`=${word}`, WORD_WEIGHT);
    const padded = ` ${word} `;
    for (const length of RUN_LENGTHS) {
      for (let at = 0; at + length <= padded.length; at += 1) count(padded.slice(at, at + length), 1);
    }
  }
  // A text without letters and digits (an emoji, a row of dots) stands for itself.
  if (counts.size === 0) count(given, 1);
  const vector = new Array<number>(dimensions).fill(0);
  for (const [feature, weight] of counts) {
    const place = hash(feature);
    const at = (place >>> 1) % dimensions;
    // What is repeated counts for less each time.
    vector[at] = (vector[at] ?? 0) + ((place & 1) === 0 ? 1 : -1) * Math.sqrt(weight);
  }
  const length = Math.hypot(...vector);
  // Features that cancel out leave no direction; the text's own hash then gives one.
  if (length === 0) return vector.map((_, at) => (at === hash(given) % dimensions ? 1 : 0));
  return vector.map((value) => value / length);
}
