/** The check of a task's datasets: repeats, leaks, labels, empty fields, and what the test set can prove. Pure. */
import { splitNames } from '../contracts/dataset.ts';
import { COARSE_GAIN, examplesFor, powerOf } from '../optimizer/power.ts';
import { findEmpty } from './check-empty.ts';
import { findLabelProblems } from './check-labels.ts';
import { findDuplicates, findLeaks, type Thresholds } from './check-repeats.ts';
import { type CheckedSplits, type Finding, levels } from './finding.ts';

/** A gain that is worth proving. */
export const FINE_GAIN = 0.05;

/** What the sealed test can show. */
export interface TestSize {
  readonly examples: number;
  /** Times that each is run. */
  readonly draws: number;
  /** The smallest gain that it shows four times in five, in [0, 1]. */
  readonly detectableGain: number;
  /** Examples that a gain of `FINE_GAIN` would need. */
  readonly examplesForFineGain: number;
}

export interface DatasetCheck {
  /** Errors first, then by split and line. */
  readonly findings: readonly Finding[];
  readonly testSize: TestSize;
}

/** @param testDraws how often each test example is run (`optimizer.testDraws`) */
export function checkDatasetSplits(splits: CheckedSplits, thresholds: Thresholds, testDraws: number): DatasetCheck {
  const n = splits.test?.examples.length ?? 0;
  const testSize: TestSize = {
    examples: n,
    draws: testDraws,
    detectableGain: powerOf(n, testDraws).detectableGain,
    examplesForFineGain: examplesFor(FINE_GAIN, testDraws),
  };
  const findings = [
    ...findLeaks(splits, thresholds),
    ...findDuplicates(splits, thresholds.duplicate),
    ...findEmpty(splits),
    ...findLabelProblems(splits),
    ...findSmallTest(splits, testSize),
  ];
  return { findings: inOrder(findings), testSize };
}

export function inOrder(findings: readonly Finding[]): Finding[] {
  const rank = ({ split }: Finding): number => (split === undefined ? -1 : splitNames.indexOf(split));
  return findings.toSorted(
    (a, b) => levels.indexOf(a.level) - levels.indexOf(b.level) || rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0),
  );
}

function findSmallTest({ test }: CheckedSplits, size: TestSize): Finding[] {
  if (size.detectableGain <= FINE_GAIN) return [];
  const drawn = size.draws > 1 ? `, each run ${size.draws} times,` : '';
  const needed = size.examplesForFineGain.toLocaleString('en-US');
  return [
    {
      level: size.detectableGain > COARSE_GAIN ? 'warning' : 'note',
      kind: 'size',
      split: 'test',
      file: test?.file,
      message: `${size.examples} test example${size.examples === 1 ? '' : 's'}${drawn} can show a gain of ${points(size.detectableGain)} points or more; a gain of ${points(FINE_GAIN)} points needs ${needed}.`,
      remedy:
        size.draws > 1
          ? 'Add test examples.'
          : 'Add test examples, or run each several times with optimizer.testDraws, which helps where the model answers by chance.',
    },
  ];
}

/** As the reports round it. */
const points = (gain: number): string =>
  gain < COARSE_GAIN ? (gain * 100).toFixed(1).replace(/\.0$/, '') : String(Math.round(gain * 100));
