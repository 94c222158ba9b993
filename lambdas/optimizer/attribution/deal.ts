/** Failing examples dealt out to the slots of a round: like to like, and no example to two slots. */
import type { Random } from '../random.ts';

export interface Failing {
  readonly key: string;
  readonly exampleId: string;
  readonly draw: number;
  readonly score: number;
}

/**
 * Up to `slots` hands of up to `size` examples. Each slot begins with the example that is least like those the others
 * began with, so that slots work on different things; then the examples most like its first one are added, so that what
 * a reply says can be told from what it was written for.
 */
export function dealFailures(
  failing: readonly Failing[],
  slots: number,
  size: number,
  similarity: (first: string, second: string) => number,
  random: Random,
): Failing[][] {
  const left = random.shuffle(failing).sort((a, b) => a.score - b.score);
  const hands: Failing[][] = [];
  // Every slot has its first example before any has its second: failures that are few go round.
  while (hands.length < slots && left.length > 0) {
    const likeness = left.map(({ key }) => Math.max(0, ...hands.map(([first]) => similarity(key, first?.key ?? ''))));
    const least = Math.min(...likeness);
    const [first] = left.splice(likeness.indexOf(least), 1);
    if (first !== undefined) hands.push([first]);
  }
  for (let round = 1; round < size; round += 1) {
    for (const hand of hands) {
      const [first] = hand;
      if (first === undefined || left.length === 0) continue;
      const likeness = left.map(({ key }) => similarity(key, first.key));
      const most = Math.max(...likeness);
      hand.push(...left.splice(likeness.indexOf(most), 1));
    }
  }
  return hands;
}
