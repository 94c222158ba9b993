/** Labels that are unbalanced, rare or missing from a split. Pure. */
import type { SplitName } from '../contracts/dataset.ts';
import { type CheckedSplits, describePlace, type Finding, placeOf } from './finding.ts';
import { type LabelField, labelFields } from './labels.ts';

/** Splits that a prompt is run on; golden examples are for judges. */
const rolledOut = ['train', 'validation', 'test'] as const;
/** From this share of the commonest label on, always giving it is hard to beat. */
const LARGE_SHARE = 0.8;
/** Fewer examples of a label than this say little about it. */
const FEW = 5;

interface Labelled {
  readonly split: SplitName;
  readonly id: string;
  readonly label: string;
}

export function findLabelProblems(splits: CheckedSplits): Finding[] {
  const owned = rolledOut.flatMap((split) => (splits[split]?.examples ?? []).map((example) => ({ split, example })));
  return labelFields(owned.map(({ example }) => example)).flatMap(({ field, labels }: LabelField) => {
    const labelled = owned.flatMap(({ split, example: { id } }, i): Labelled[] => {
      const label = labels[i];
      return label === null || label === undefined ? [] : [{ split, id, label }];
    });
    const byLabel = Map.groupBy(labelled, ({ label }) => label);
    return [
      ...rolledOut.flatMap((split) => findSkew(splits, split, field, labelled)),
      ...[...byLabel.values()].flatMap((members) => findRare(splits, field, members)),
      ...rolledOut.flatMap((split) => findMissing(splits, split, field, byLabel)),
    ];
  });
}

function findSkew(splits: CheckedSplits, split: SplitName, field: string, all: readonly Labelled[]): Finding[] {
  const here = all.filter((one) => one.split === split);
  const [common] = [...Map.groupBy(here, ({ label }) => label).values()].toSorted((a, b) => b.length - a.length);
  const [first] = common ?? [];
  const share = (common?.length ?? 0) / here.length;
  if (common === undefined || first === undefined || share < LARGE_SHARE || here.length < FEW) return [];
  return [
    {
      level: 'warning',
      kind: 'labels',
      ...placeOf(splits, split, first.id),
      field,
      message: `${common.length} of ${here.length} examples of ${split} have the label ${first.label}, from ${JSON.stringify(first.id)} on.`,
      remedy: `An answer that is always the same is right in ${Math.floor(share * 100)} % of them: add examples of other labels.`,
    },
  ];
}

function findRare(splits: CheckedSplits, field: string, members: readonly Labelled[]): Finding[] {
  const [first] = members;
  if (first === undefined || members.length >= FEW) return [];
  const many = members.length === 1 ? 'one example' : `${members.length} examples`;
  return [
    {
      level: 'note',
      kind: 'labels',
      ...placeOf(splits, first.split, first.id),
      field,
      message: `the label ${first.label} has ${many} in all splits, ${JSON.stringify(first.id)} first.`,
      remedy: `Give at least ${FEW}, or take the label out.`,
    },
  ];
}

function findMissing(
  splits: CheckedSplits,
  split: SplitName,
  field: string,
  byLabel: ReadonlyMap<string, readonly Labelled[]>,
): Finding[] {
  const given = rolledOut.filter((name) => splits[name] !== undefined);
  if (splits[split] === undefined) return [];
  return [...byLabel].flatMap(([label, members]): Finding[] => {
    const [first] = members;
    // Fewer examples than splits cannot be in each.
    if (first === undefined || members.length < given.length || members.some((one) => one.split === split)) return [];
    const elsewhere = describePlace(placeOf(splits, first.split, first.id));
    return [
      {
        level: split === 'validation' ? 'note' : 'warning',
        kind: 'labels',
        split,
        id: first.id,
        file: splits[split]?.file,
        field,
        message: `no example of ${split} has the label ${label}, which ${elsewhere} has.`,
        remedy: `Move one of its ${members.length} examples here, or add some.`,
      },
    ];
  });
}
