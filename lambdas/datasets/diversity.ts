/** How varied generated inputs are. */
import type { Example } from '../contracts/dataset.ts';
import { wordsOf } from './features.ts';
import { FeatureSets } from './jaccard.ts';
import { textOfInput } from './similarity.ts';

export interface Diversity {
  /**
   * Different runs of one, two and three words by all of them, in [0, 1]; 0 where there are none (Li et al. 2016, "A
   * diversity-promoting objective function for neural conversation models"). They fall as a set grows.
   */
  readonly distinct1: number;
  readonly distinct2: number;
  readonly distinct3: number;
  /** Topics that have an example. */
  readonly topics: number;
  /** Mean similarity of an example to the one that it is most like; null for fewer than two examples. */
  readonly meanNearest: number | null;
}

/** Of more examples than this, every so manieth is compared with all others, which takes a second at most. */
const MOST_COMPARED = 500;

export function diversityOf(
  examples: readonly { readonly input: Example['input']; readonly topic: string }[],
): Diversity {
  const texts = examples.map(({ input }) => textOfInput(input));
  const words = texts.map(wordsOf);
  return {
    distinct1: distinct(words, 1),
    distinct2: distinct(words, 2),
    distinct3: distinct(words, 3),
    topics: new Set(examples.map(({ topic }) => topic)).size,
    meanNearest: meanNearest(texts),
  };
}

function distinct(texts: readonly (readonly string[])[], length: number): number {
  const different = new Set<string>();
  let all = 0;
  for (const words of texts) {
    for (let start = 0; start + length <= words.length; start++) {
      different.add(words.slice(start, start + length).join(' '));
      all++;
    }
  }
  return all === 0 ? 0 : different.size / all;
}

function meanNearest(texts: readonly string[]): number | null {
  if (texts.length < 2) return null;
  const sets = new FeatureSets(texts);
  const step = Math.ceil(texts.length / MOST_COMPARED);
  let sum = 0;
  let compared = 0;
  for (let text = 0; text < texts.length; text += step) {
    let nearest = 0;
    for (let other = 0; other < texts.length; other++) {
      if (other !== text) nearest = sets.similarity(text, other, nearest) ?? nearest;
    }
    sum += nearest;
    compared++;
  }
  return sum / compared;
}
