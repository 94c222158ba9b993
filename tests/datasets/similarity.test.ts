import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { synthesisSettingsSchema } from '../../lambdas/contracts/synthesis-settings.ts';
import { bandsFor } from '../../lambdas/datasets/minhash.ts';
import { similarPairs, textOfInput } from '../../lambdas/datasets/similarity.ts';
import { stream } from '../../lambdas/optimizer/random.ts';
import { further, planted, sameFrame } from './planted.ts';

const { duplicateThreshold, neighbourThreshold } = synthesisSettingsSchema.parse({});

function similarity(first: string, second: string): number {
  return similarPairs([first, second], Number.MIN_VALUE)[0]?.similarity ?? 0;
}

function ofAll(pairs: readonly (readonly [string, string])[]): { pair: readonly [string, string]; found: number }[] {
  return pairs.map((pair) => ({ pair, found: similarity(...pair) }));
}

const paraphrases = [...planted, ...further].map(({ text, paraphrase }) => [text, paraphrase] as const);

/** All pairs of different questions of one topic, each as it is and paraphrased. */
const unrelated = [...planted, ...further].flatMap((one, at, all) =>
  all
    .slice(0, at)
    .filter(({ topic }) => topic === one.topic)
    .flatMap((other) => [
      [one.text, other.text] as const,
      [one.text, other.paraphrase] as const,
      [one.paraphrase, other.text] as const,
      [one.paraphrase, other.paraphrase] as const,
    ]),
);

describe('similarPairs', () => {
  it('takes texts that differ in case, punctuation, accents or width alone for the same', () => {
    expect(planted.length).toBeGreaterThan(30);
    expect(ofAll(planted.map(({ text, variant }) => [text, variant])).filter(({ found }) => found < 1)).toEqual([]);
  });

  it('finds paraphrases above the threshold of neighbours', () => {
    const found = ofAll(paraphrases);

    const missed = found.filter((one) => one.found < neighbourThreshold);
    expect(missed.map(({ pair }) => pair[0])).toEqual(['房间里的空调坏了,能换一间吗?']);
    expect(Math.min(...missed.map((one) => one.found))).toBeGreaterThan(0.4);
    expect(found.filter((one) => one.found >= duplicateThreshold).length).toBeGreaterThan(found.length / 2);
  });

  it('keeps different questions of one topic far below it', () => {
    expect(unrelated.length).toBeGreaterThan(300);
    expect(ofAll(unrelated).filter(({ found }) => found > 0.25)).toEqual([]);
  });

  it('does not take one sentence with another matter for a duplicate', () => {
    expect(ofAll(sameFrame).filter(({ found }) => found >= duplicateThreshold - 0.05)).toEqual([]);
  });

  it.each([
    ['', ' \n', 1],
    ['', 'A word', 0],
    ['', '?!', 0],
    ['???', '? ? ?', 1],
    ['???', '...', 0],
    ['👍', '👎', 0],
    ['は', 'は', 1],
    ['12 + 35', '12 + 35', 1],
    ['What is 12 + 35?', 'What is 48 + 7?', 0.13],
  ])('compares %j and %j', (first, second, expected) => {
    expect(similarity(first, second)).toBeCloseTo(expected, 2);
  });

  it('is the same whichever text comes first and whatever else is there', () => {
    const texts = [...planted.flatMap(({ text, paraphrase }) => [text, paraphrase])];
    const backwards = texts.toReversed();

    const pairs = similarPairs(texts, 0.3);

    const last = texts.length - 1;
    const turned = similarPairs(backwards, 0.3).map(({ a, b, similarity }) => ({
      a: last - b,
      b: last - a,
      similarity,
    }));
    expect(turned.sort((one, other) => one.a - other.a || one.b - other.b)).toEqual(pairs);
    for (const { a, b, similarity: found } of pairs) expect(similarity(texts[a] ?? '', texts[b] ?? '')).toBe(found);
  });

  it('gives exactly the pairs at or above the threshold', () => {
    const words = fc.array(fc.constantFrom('kettle', 'lid', 'broken', 'order', '7', 'the', '注文', '!'), {
      maxLength: 5,
    });
    const texts = fc.array(
      words.map((some) => some.join(' ')),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(texts, fc.double({ min: 0.1, max: 1, noNaN: true }), (all, threshold) => {
        const pairs = similarPairs(all, threshold);

        const every = similarPairs(all, Number.MIN_VALUE);
        expect(pairs).toEqual(every.filter(({ similarity: found }) => found >= threshold));
        expect(pairs.every(({ a, b }) => a < b)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('finds among thousands of texts what it finds among few', () => {
    const random = stream(3, 'texts');
    const syllables = ['ka', 'to', 'mi', 'ren', 'sol', 'ba', 'lu', 'der', 'vin', 'pos'];
    const word = (): string => Array.from({ length: 3 }, () => random.pick(syllables)).join('');
    const texts = Array.from({ length: 3000 }, () => Array.from({ length: 4 }, word).join(' '));
    // Every tenth text has a copy with its last word changed, close to the threshold.
    for (let at = 0; at < 300; at++) {
      texts[at + 2000] = `${(texts[at * 3] ?? '').split(' ').slice(0, 3).join(' ')} ${word()}`;
    }

    const pairs = similarPairs(texts, 0.5);

    const few = [...Array(100).keys()].flatMap((at) => [texts[at * 3] ?? '', texts[at + 2000] ?? '']);
    const expected = similarPairs(few, 0.5).filter(({ a, b }) => a % 2 === 0 && b === a + 1);
    expect(expected.length).toBeGreaterThan(50);
    const found = new Set(pairs.map(({ a, b }) => `${a} ${b}`));
    expect(expected.filter(({ a }) => !found.has(`${(a / 2) * 3} ${a / 2 + 2000}`))).toEqual([]);
  });
});

describe('bandsFor', () => {
  it('overlooks a pair at the threshold with a probability of less than 1 in 1,000', () => {
    for (let threshold = 0.1; threshold <= 1; threshold += 0.05) {
      const { bands, rows } = bandsFor(threshold);

      expect((1 - threshold ** rows) ** bands).toBeLessThan(0.001);
      expect(bands * rows).toBeLessThan(1000);
    }
  });
});

describe('textOfInput', () => {
  it('leaves a text as it is', () => {
    expect(textOfInput('My kettle')).toBe('My kettle');
  });

  it('takes the values of an object, however deep, without the names of its fields', () => {
    const input = { subject: 'Kettle', lines: [{ text: 'broken', count: 2 }, 'late'], note: null, urgent: true };

    expect(textOfInput(input)).toBe('Kettle\nbroken\n2\nlate\ntrue');
  });
});
