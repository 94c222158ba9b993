/** Inputs and expected values that are empty, and fields that only some inputs have. Pure. */
import { type Example, type Json, type SplitName, splitNames } from '../contracts/dataset.ts';
import { type CheckedSplits, type Finding, placeOf } from './finding.ts';

export function findEmpty(splits: CheckedSplits): Finding[] {
  return splitNames.flatMap((name) => {
    const examples = splits[name]?.examples ?? [];
    const expecting = examples.filter(({ expected }) => expected !== undefined).length;
    return [
      ...examples.flatMap((example) => [
        ...emptyInput(splits, name, example),
        ...emptyExpected(splits, name, example, expecting),
      ]),
      ...unevenFields(splits, name, examples),
    ];
  });
}

function emptyInput(splits: CheckedSplits, name: SplitName, { id, input }: Example): Finding[] {
  const at = placeOf(splits, name, id);
  if (isEmpty(input)) {
    const remedy = 'Write the input, or take the example out.';
    return [
      { level: 'warning', kind: 'empty', ...at, field: 'input', message: `is empty in ${JSON.stringify(id)}.`, remedy },
    ];
  }
  if (typeof input === 'string') return [];
  return Object.entries(input)
    .filter(([, value]) => isEmpty(value))
    .map(([field]) => ({
      level: 'note',
      kind: 'empty',
      ...at,
      field: `input.${field}`,
      message: `is empty in ${JSON.stringify(id)}.`,
      remedy: 'Fill it in, unless the prompt can do without.',
    }));
}

/** @param expecting how many examples of the split have an expected value */
function emptyExpected(
  splits: CheckedSplits,
  name: SplitName,
  { id, expected }: Example,
  expecting: number,
): Finding[] {
  const at = { level: 'warning', kind: 'empty', ...placeOf(splits, name, id), field: 'expected' } as const;
  if (expected === undefined) {
    if (expecting === 0) return [];
    const message = `is missing in ${JSON.stringify(id)}, while ${expecting} examples of ${name} have it.`;
    return [{ ...at, message, remedy: 'Add it, or take the example out.' }];
  }
  if (!isEmpty(expected)) return [];
  const remedy = 'Write what is expected, or leave the field out where nothing is.';
  return [{ ...at, message: `is empty in ${JSON.stringify(id)}.`, remedy }];
}

/** Fields that some inputs of a split lack: each once, at the first example without it. */
function unevenFields(splits: CheckedSplits, name: SplitName, examples: readonly Example[]): Finding[] {
  const objects = examples.flatMap(({ id, input }) => (typeof input === 'string' ? [] : [{ id, input }]));
  const fields = [...new Set(objects.flatMap(({ input }) => Object.keys(input)))];
  return fields.flatMap((field): Finding[] => {
    const lacking = objects.filter(({ input }) => !Object.hasOwn(input, field));
    const [first] = lacking;
    if (first === undefined) return [];
    return [
      {
        level: 'note',
        kind: 'empty',
        ...placeOf(splits, name, first.id),
        field: `input.${field}`,
        message: `is missing in ${lacking.length} of ${objects.length} inputs of ${name}, ${JSON.stringify(first.id)} first.`,
        remedy: 'Give it everywhere, or see that the prompt can do without.',
      },
    ];
  });
}

function isEmpty(value: Json): boolean {
  if (value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return typeof value === 'object' && Object.keys(value).length === 0;
}
