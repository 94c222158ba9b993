/** Examples that are there more than once: within a split duplicates, between splits leaks. Pure. */
import { type Example, type SplitName, splitNames } from '../contracts/dataset.ts';
import { type CheckedSplits, describePlace, type Finding, type Level, placeOf } from './finding.ts';
import { leaksBetween } from './leaks.ts';
import { similarPairs, textOfInput } from './similarity.ts';

/** Similarities in [0, 1] from which on two inputs of one split are duplicates, and of two splits neighbours. */
export interface Thresholds {
  readonly duplicate: number;
  readonly neighbour: number;
}

/** The same input, but for blanks and the form of Unicode. */
function keyOf({ input }: Pick<Example, 'input'>): string {
  return textOfInput(input).normalize('NFC').replace(/\s+/g, ' ').trim();
}

export function findDuplicates(splits: CheckedSplits, threshold: number): Finding[] {
  return splitNames.flatMap((name) => [...exactDuplicates(splits, name), ...nearDuplicates(splits, name, threshold)]);
}

/** Where validation is carved from train, duplicates in train can end on both sides. */
function carved(splits: CheckedSplits, name: SplitName): string {
  return name === 'train' && splits.validation === undefined
    ? ' Validation is carved from train, so the two may end on both sides.'
    : '';
}

function exactDuplicates(splits: CheckedSplits, name: SplitName): Finding[] {
  const first = new Map<string, Example>();
  const findings: Finding[] = [];
  for (const example of splits[name]?.examples ?? []) {
    // Several answers to one input are what golden examples are for.
    const key = JSON.stringify([keyOf(example), name === 'golden' ? example.output : null]);
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, example);
      continue;
    }
    const isContradiction = JSON.stringify(earlier.expected) !== JSON.stringify(example.expected);
    const other = describePlace(placeOf(splits, name, earlier.id));
    findings.push({
      level: 'warning',
      kind: 'duplicate',
      ...placeOf(splits, name, example.id),
      similarity: 1,
      message: `${JSON.stringify(example.id)} has the same input as ${other}${isContradiction ? ', but expects something else' : ''}.`,
      remedy: `${isContradiction ? 'Decide which is right, and take the other one out.' : 'Take one of them out: it counts twice.'}${carved(splits, name)}`,
    });
  }
  return findings;
}

/** Each example with the earlier one that it is most like. */
function nearDuplicates(splits: CheckedSplits, name: SplitName, threshold: number): Finding[] {
  const examples = splits[name]?.examples ?? [];
  const keys = examples.map(keyOf);
  const nearest = new Map<number, { a: number; similarity: number }>();
  const exact = new Set<number>();
  const pairs = similarPairs(
    examples.map(({ input }) => textOfInput(input)),
    threshold,
  );
  for (const { a, b, similarity } of pairs) {
    if (keys[a] === keys[b]) exact.add(b);
    else if (similarity > (nearest.get(b)?.similarity ?? 0)) nearest.set(b, { a, similarity });
  }
  return [...nearest].flatMap(([b, { a, similarity }]): Finding[] => {
    const [example, other] = [examples[b], examples[a]];
    if (example === undefined || other === undefined || exact.has(b)) return [];
    return [
      {
        level: 'note',
        kind: 'duplicate',
        ...placeOf(splits, name, example.id),
        similarity,
        message: `${JSON.stringify(example.id)} is ${percent(similarity)} like ${describePlace(placeOf(splits, name, other.id))}.`,
        remedy: `Take one of them out, unless the difference is what matters.${carved(splits, name)}`,
      },
    ];
  });
}

/** Found first where an example can best be taken out: what is tested stays. */
const removal: readonly SplitName[] = ['train', 'validation', 'golden', 'test'];

export function findLeaks(splits: CheckedSplits, { duplicate, neighbour }: Thresholds): Finding[] {
  const exact = exactLeaks(splits);
  const told = new Set(exact.map(({ split, id }) => `${split} ${id}`));
  const given = Object.fromEntries(splitNames.flatMap((name) => (splits[name] ? [[name, splits[name].examples]] : [])));
  const nearest = new Map<string, NearLeak>();
  for (const { a, b, similarity } of leaksBetween(given, neighbour)) {
    const [here, there] = removal.indexOf(a.split) < removal.indexOf(b.split) ? [a, b] : [b, a];
    const key = JSON.stringify([here.split, here.id, there.split]);
    if (told.has(`${here.split} ${here.id}`) || similarity <= (nearest.get(key)?.similarity ?? 0)) continue;
    nearest.set(key, { here, there, similarity });
  }
  const near = [...nearest.values()].map(({ here, there, similarity }): Finding => {
    const level: Level = there.split === 'test' || similarity >= duplicate ? 'warning' : 'note';
    return {
      level,
      kind: 'leak',
      ...placeOf(splits, here.split, here.id),
      similarity,
      message: `${JSON.stringify(here.id)} is ${percent(similarity)} like ${describePlace(placeOf(splits, there.split, there.id))}.`,
      remedy: `Put both into one split, or take it out of ${here.split}.`,
    };
  });
  return [...exact, ...near];
}

interface NearLeak {
  readonly here: { readonly split: SplitName; readonly id: string };
  readonly there: { readonly split: SplitName; readonly id: string };
  readonly similarity: number;
}

function exactLeaks(splits: CheckedSplits): Finding[] {
  const owners = new Map<string, { split: SplitName; id: string }>();
  const findings: Finding[] = [];
  // What is tested is entered first, so that the others are told that they repeat it.
  for (const split of removal.toReversed()) {
    for (const example of splits[split]?.examples ?? []) {
      const { id } = example;
      const owner = owners.get(keyOf(example));
      if (owner === undefined) owners.set(keyOf(example), { split, id });
      else if (owner.split !== split) {
        findings.push({
          level: owner.split === 'test' ? 'error' : 'warning',
          kind: 'leak',
          ...placeOf(splits, split, id),
          similarity: 1,
          message: `${JSON.stringify(id)} has the same input as ${describePlace(placeOf(splits, owner.split, owner.id))}.`,
          remedy: `Take it out of ${split}: ${owner.split === 'test' ? 'what is tested must not have been seen' : 'an example may be in one split only'}.`,
        });
      }
    }
  }
  return findings;
}

const percent = (share: number): string => `${Math.floor(share * 100)} %`;
