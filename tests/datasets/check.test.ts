import { describe, expect, it } from 'vitest';
import type { Example, SplitName } from '../../lambdas/contracts/dataset.ts';
import { describeProblem } from '../../lambdas/contracts/errors.ts';
import { checkDatasetSplits } from '../../lambdas/datasets/check.ts';
import type { Finding } from '../../lambdas/datasets/finding.ts';
import { examplesFor, powerOf } from '../../lambdas/optimizer/power.ts';

type Fields = Partial<Example> & Pick<Example, 'input'>;

/** Splits as files hold them: ids `train-1`, … and the first example on line 1. */
function check(given: Partial<Record<SplitName, readonly (string | Fields)[]>>, testDraws = 1) {
  const splits = Object.fromEntries(
    Object.entries(given).map(([name, items]) => {
      const examples = items.map((item, i) => ({
        id: `${name}-${i + 1}`,
        ...(typeof item === 'string' ? { input: item } : item),
      }));
      const lineOf = (id: string): number => examples.findIndex((one) => one.id === id) + 1;
      return [name, { file: `${name}.jsonl`, examples, lineOf }];
    }),
  );
  return checkDatasetSplits(splits, { duplicate: 0.7, neighbour: 0.5 }, testDraws);
}

const told = (findings: readonly Finding[], ...kinds: Finding['kind'][]): string[] =>
  findings.filter(({ kind }) => kinds.includes(kind)).map((one) => `${one.level} ${describeProblem(one)}`);

const long =
  'My invoice from last month shows a charge for a second licence that I never ordered, and nobody in your support team has answered my three letters about it so far.';
const changed = long.replace('three', 'four');
const other = 'How do I change the language of the web application to Danish on a shared computer?';
const third = 'The door of the parking garage does not open in the evening when it has rained.';

describe('repeats', () => {
  it('within a split are named with both places', () => {
    const { findings } = check({ train: [long, other, `  ${long}\n`], test: [third] });

    expect(told(findings, 'duplicate', 'leak')).toEqual([
      'warning train.jsonl:3: "train-3" has the same input as "train-1" of train (train.jsonl:1). Take one of them out: it counts twice. Validation is carved from train, so the two may end on both sides.',
    ]);
  });

  it('that expect two things are told as a contradiction', () => {
    const { findings } = check({
      train: [
        { input: other, expected: 'a' },
        { input: other, expected: 'b' },
      ],
      validation: [long],
      test: [third],
    });

    expect(told(findings, 'duplicate')).toEqual([
      'warning train.jsonl:2: "train-2" has the same input as "train-1" of train (train.jsonl:1), but expects something else. Decide which is right, and take the other one out.',
    ]);
  });

  it('that are near are notes, each with the one it is most like', () => {
    const { findings } = check({ train: [other], test: [third, long, changed] });

    expect(told(findings, 'duplicate')).toEqual([
      expect.stringMatching(
        /^note test\.jsonl:3: "test-3" is \d\d % like "test-2" of test \(test\.jsonl:2\)\. Take one of them out/,
      ),
    ]);
    expect(findings.find(({ kind }) => kind === 'duplicate')).toMatchObject({ split: 'test', id: 'test-3', line: 3 });
  });

  it('of golden examples are none when they are several answers to one input', () => {
    const { findings } = check({
      train: [other],
      test: [third],
      golden: [
        { input: long, output: 'a' },
        { input: long, output: 'b' },
        { input: long, output: 'a' },
      ],
    });

    expect(findings.filter(({ kind }) => kind === 'duplicate').map(({ id }) => id)).toEqual(['golden-3']);
  });

  it('of what is tested are errors, and the other split is told to give it up', () => {
    const { findings } = check({ train: [third], validation: [other, long], test: [long] });

    expect(told(findings, 'leak')).toEqual([
      'error validation.jsonl:2: "validation-2" has the same input as "test-1" of test (test.jsonl:1). Take it out of validation: what is tested must not have been seen.',
    ]);
  });

  it('in every two splits are found: exact, and near', () => {
    const { findings } = check({ train: [long], validation: [changed], test: [other], golden: [{ input: long }] });

    expect(
      findings.filter(({ kind }) => kind === 'leak').map(({ level, split, id }) => ({ level, split, id })),
    ).toEqual([
      { level: 'warning', split: 'train', id: 'train-1' },
      { level: 'warning', split: 'validation', id: 'validation-1' },
    ]);
  });

  it('near what is tested are warnings', () => {
    const { findings } = check({ train: [other, changed], test: [long] });

    expect(told(findings, 'leak')).toEqual([
      expect.stringMatching(/^warning train\.jsonl:2: "train-2" is \d\d % like "test-1" of test \(test\.jsonl:1\)\./),
    ]);
  });

  it('are none where texts only share a theme', () => {
    expect(told(check({ train: [long, other], test: [third] }).findings, 'leak', 'duplicate')).toEqual([]);
  });
});

/** `counts` examples of each label, all different. */
const labelled = (counts: Record<string, number>, wrap = (label: string): Example['expected'] => label): Fields[] =>
  Object.entries(counts).flatMap(([label, n]) =>
    Array.from({ length: n }, (_, i) => ({ input: `${label}${i} ${i * 7919}${label}`, expected: wrap(label) })),
  );

describe('labels', () => {
  it('of which one is nearly always right are told with its share', () => {
    const { findings } = check({ train: labelled({ yes: 9, no: 10 }), test: labelled({ no: 5, yes: 45 }) });

    expect(told(findings, 'labels')).toEqual([
      'warning test.jsonl:6, expected: 45 of 50 examples of test have the label "yes", from "test-6" on. An answer that is always the same is right in 90 % of them: add examples of other labels.',
    ]);
  });

  it('that are rare are told, and so is a split without them', () => {
    const { findings } = check({ train: labelled({ a: 6, b: 6, c: 3 }), test: labelled({ a: 6, b: 6 }) });

    expect(told(findings, 'labels')).toEqual([
      'warning test.jsonl, expected: no example of test has the label "c", which "train-13" of train (train.jsonl:13) has. Move one of its 3 examples here, or add some.',
      'note train.jsonl:13, expected: the label "c" has 3 examples in all splits, "train-13" first. Give at least 5, or take the label out.',
    ]);
  });

  it('are looked for in the fields of an object', () => {
    const wrap = (label: string): Example['expected'] => ({ urgency: label, note: { free: label } });

    const { findings } = check({ train: labelled({ high: 20, low: 20 }, wrap), test: labelled({ high: 10 }, wrap) });

    expect(told(findings, 'labels')).toEqual([
      expect.stringMatching(/^warning test\.jsonl, expected\.urgency: no example of test has the label "low"/),
      expect.stringMatching(/^warning test\.jsonl:1, expected\.urgency: 10 of 10 examples of test/),
    ]);
  });

  it('are none where every expected value is another text', () => {
    const texts = Array.from({ length: 30 }, (_, i) => ({ input: `${i} ${i * 7919}`, expected: `answer ${i}` }));

    expect(told(check({ train: texts.slice(0, 10), test: texts.slice(10) }).findings, 'labels')).toEqual([]);
  });
});

describe('empty fields', () => {
  it('are told with line and id', () => {
    const { findings } = check({
      train: [
        { input: ' \n', expected: 'a' },
        { input: 'x', expected: '' },
        { input: 'y' },
        { input: { q: 'z', lang: '' }, expected: 0 },
        { input: { q: 'w' }, expected: false },
        { input: {}, expected: 'b' },
      ],
      test: ['q'],
    });

    expect(told(findings, 'empty')).toEqual([
      'warning train.jsonl:1, input: is empty in "train-1". Write the input, or take the example out.',
      'warning train.jsonl:2, expected: is empty in "train-2". Write what is expected, or leave the field out where nothing is.',
      'warning train.jsonl:3, expected: is missing in "train-3", while 5 examples of train have it. Add it, or take the example out.',
      'warning train.jsonl:6, input: is empty in "train-6". Write the input, or take the example out.',
      'note train.jsonl:4, input.lang: is empty in "train-4". Fill it in, unless the prompt can do without.',
      'note train.jsonl:5, input.lang: is missing in 2 of 3 inputs of train, "train-5" first. Give it everywhere, or see that the prompt can do without.',
      'note train.jsonl:6, input.q: is missing in 1 of 3 inputs of train, "train-6" first. Give it everywhere, or see that the prompt can do without.',
    ]);
  });
});

describe('the size of the test set', () => {
  const inputs = (n: number): string[] => Array.from({ length: n }, (_, i) => `${i * 104_729} ${i * 7919} ${i}`);

  it.each([
    { n: 60, draws: 1, level: 'warning', gain: '20' },
    { n: 400, draws: 1, level: 'note', gain: '7.3' },
    { n: 400, draws: 3, level: 'note', gain: '6' },
  ])('of $n, drawn $draws times, says what it can show and what 5 points need', ({ n, draws, level, gain }) => {
    const { findings, testSize } = check({ train: ['a', 'b'], test: inputs(n) }, draws);

    const { detectableGain } = powerOf(n, draws);
    expect(testSize).toEqual({ examples: n, draws, detectableGain, examplesForFineGain: examplesFor(0.05, draws) });
    const [size] = findings.filter(({ kind }) => kind === 'size');
    expect(size?.level).toBe(level);
    expect(size?.message).toContain(`a gain of ${gain} points or more`);
    expect(size?.message).toContain(`5 points needs ${examplesFor(0.05, draws)}.`);
  });

  it('is nothing to speak of when 5 points can be shown', () => {
    expect(told(check({ train: ['a', 'b'], test: inputs(examplesFor(0.05)) }).findings, 'size')).toEqual([]);
  });
});

it('puts errors before warnings before notes', () => {
  const { findings } = check({ train: [long, long, ''], test: [long, changed] });

  const levels = findings.map(({ level }) => level);
  expect(new Set(levels)).toEqual(new Set(['error', 'warning', 'note']));
  expect(levels).toEqual(levels.toSorted((a, b) => 'error warning note'.indexOf(a) - 'error warning note'.indexOf(b)));
});
