/** `similarity`: the answer means what the expected text means, by the embeddings of a model on the same server. */
import { z } from 'zod';
import { evalFields, expectedFields } from '../contracts/evals.ts';
import { cutNote, type EvalDefinition, missingText, show, wantedOf } from './scorer.ts';

const schema = z.strictObject({
  ...evalFields,
  ...expectedFields,
  type: z.literal('similarity'),
  /** The expected text; default: the example's `expected`. */
  value: z.string().min(1).optional(),
  /** The embedding model. */
  model: z.string().min(1).default('text-embedding-3-small'),
});

/** Time limit of an embedding, seconds. */
export const EMBEDDING_SECONDS = 30;

export const similarity: EvalDefinition<z.infer<typeof schema>> = {
  schema,
  threshold: () => 0.75,
  missing: (settings, example) => missingText(settings, example, (wanted) => wanted !== ''),
  calls: ({ model, value = '' }) => {
    const call = { model, times: 1, outputTokens: 0, timeoutSeconds: EMBEDDING_SECONDS };
    // Once the answer, once what it is compared with.
    return [
      { ...call, promptBytes: 0, withExample: false },
      { ...call, promptBytes: Buffer.byteLength(value), withExample: true },
    ];
  },
  scorer: (settings) => async (example, answer, services) => {
    const wanted = String(wantedOf(settings, example));
    const rule = `mean the same as ${show(wanted)}`;
    // Servers refuse to embed nothing.
    if (answer.text.trim() === '')
      return { score: 0, feedback: `The answer was empty, expected ${show(wanted)}.`, rule };
    const texts = [answer.text, wanted];
    // Both are paid for, so each is finished whatever becomes of the other.
    const settled = await Promise.allSettled(texts.map((text) => services.embed(settings.model, text)));
    const [given = [], reference = []] = settled.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
    const score = Math.max(0, Math.min(1, cosine(given, reference)));
    return score >= 1 - 1e-9
      ? { score: 1, feedback: 'Right.', rule }
      : {
          score,
          feedback: `The answer is ${Math.round(score * 100)} % similar in meaning to what was expected: it was ${show(answer.text)}, expected ${show(wanted)}.${cutNote(answer)}`,
          rule,
        };
  },
};

/** @throws Error when the two are no vectors of one space */
function cosine(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) throw new Error(`similarity: embeddings of ${a.length} and ${b.length} numbers.`);
  let [aa, bb, ab] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? 0;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  const value = aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa) / Math.sqrt(bb);
  if (!Number.isFinite(value)) throw new Error('similarity: the embeddings hold numbers too large to compare, or NaN.');
  return value;
}
