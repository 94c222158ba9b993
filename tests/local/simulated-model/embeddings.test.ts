import { describe, expect, it } from 'vitest';
import { completeEmbeddings, embed } from '../../../local/simulated-model/embeddings.ts';

const cosine = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
const similarity = (a: string, b: string) => cosine(embed(a), embed(b));

describe('embeddings', () => {
  it('are the same for the same text, and of length 1', () => {
    expect(embed('Where is my kettle?')).toEqual(embed('Where is my kettle?'));
    for (const text of ['Where is my kettle?', 'a', '…', '🙂🙂', 'x'.repeat(20_000)]) {
      expect(embed(text)).toHaveLength(256);
      expect(Math.hypot(...embed(text))).toBeCloseTo(1, 9);
    }
  });

  it('are nearer the more two texts have in common', () => {
    const text = 'The kettle has not arrived yet, please trace the parcel.';
    const near = similarity(text, 'My kettle has not arrived, please trace my parcel!');
    const far = similarity(text, 'Does the oak table need oil, and which one?');
    expect(similarity(text, text)).toBeCloseTo(1, 9);
    expect(near).toBeGreaterThan(0.7);
    expect(far).toBeLessThan(0.4);
    expect(similarity('deliver', 'delivery')).toBeGreaterThan(similarity('deliver', 'refund'));
  });

  it('are answered as OpenAI does, one for each text, with usage', () => {
    const result = completeEmbeddings({ model: 'text-embedding-3-small', input: ['12345678', 'b'], dimensions: 64 });
    expect(result).toMatchObject({
      status: 200,
      body: { object: 'list', data: [{ index: 0 }, { index: 1 }], usage: { prompt_tokens: 3, total_tokens: 3 } },
    });
    if (result.status === 200) expect(result.body.data[1]?.embedding).toEqual(embed('b', 64));
  });

  it('are 32-bit floats in base64 where the request wants that', () => {
    const result = completeEmbeddings({ model: 'm', input: 'hello', encoding_format: 'base64' });
    const data = result.status === 200 ? result.body.data[0]?.embedding : undefined;
    const bytes = Uint8Array.from(Buffer.from(String(data), 'base64'));
    expect([...new Float32Array(bytes.buffer)]).toEqual([...Float32Array.from(embed('hello'))]);
  });

  it.each([
    ['no model', { input: 'a' }, 'model'],
    ['no text', { model: 'm', input: '' }, 'input'],
    ['an empty list', { model: 'm', input: [] }, 'input'],
    ['a number', { model: 'm', input: 3 }, 'input'],
    ['too many dimensions', { model: 'm', input: 'a', dimensions: 100_000 }, 'dimensions'],
  ])('are refused to a request with %s', (_what, body, param) => {
    expect(completeEmbeddings(body)).toMatchObject({
      status: 400,
      part: null,
      body: { error: { type: 'invalid_request_error', param } },
    });
  });
});
