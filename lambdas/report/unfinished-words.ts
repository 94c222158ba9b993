/** How a run ended that has no verdict, in plain words. */
import type { UnfinishedReport } from '../contracts/report.ts';
import { formatInterval, formatPlural, formatPoints, formatSignedPoints } from './format.ts';

export interface UnfinishedWords {
  /** `Stopped before a verdict`. */
  finding: string;
  /** What is known all the same: what the look found, or how far the search had come. */
  detail: string;
  /** What to do. */
  advice: string;
}

export function unfinishedWords(report: UnfinishedReport): UnfinishedWords {
  return report.verdict === 'stopped'
    ? {
        finding: 'Stopped before a verdict',
        detail: progressSentence(report),
        advice: 'Keep your prompt: nothing else is proven.',
      }
    : {
        finding: 'Nothing has changed',
        detail: checkSentence(report.check),
        advice: 'Keep your prompt: no search was needed.',
      };
}

/** An expectation, and called one: the sealed test has not been met. */
function progressSentence({ best, baseline }: UnfinishedReport): string {
  if (best.candidateId === baseline.candidateId || best.expected === null)
    return 'The search had found nothing better yet.';
  const from = baseline.expected === null ? '' : ` against ${formatPoints(baseline.expected)} of your prompt`;
  return `The best candidate so far, ${best.candidateId}, is expected to score ${formatPoints(best.expected)}${from}. That is not proven: the sealed test was not run to its end.`;
}

function checkSentence(check: UnfinishedReport['check']): string {
  if (check === undefined) return 'Task, model and data are as they were.';
  const { mean, reference, delta } = check;
  if (delta === null)
    return `On a fresh draw of validation the prompt scores ${formatPoints(mean)}; there was no earlier score to compare with.`;
  const interval = `95 % interval ${formatInterval(delta.ci95)}`;
  return `On a fresh draw of validation the prompt scores ${formatPoints(mean)}, ${formatPoints(reference)} before: ${formatSignedPoints(delta.mean)} points on ${formatPlural(delta.n, 'example')} (${interval}), which is within noise.`;
}
