/** How the winner did against the champion, in a sentence: the page and the terminal say the same. */
import type { Report } from '../contracts/report.ts';
import { ROUNDING_ERROR } from '../optimizer/statistics.ts';
import { ALPHA, evidenceOf } from './sentence.ts';

type Champion = NonNullable<Report['champion']>;

/** `The new prompt beats the champion (version 3): +4.0 points on 60 sealed examples (…).` Null without a champion. */
export function championSentence({ champion, best, baseline }: Report): string | null {
  if (champion === undefined) return null;
  const subject = best.candidateId === baseline.candidateId ? 'Your prompt' : 'The best prompt of this search';
  const name = nameOf(champion);
  if (champion.same) return `${subject} is ${name}, word for word.`;
  if (champion.delta.n === 0) return `Nothing is known of ${name}: none of its sealed examples could be scored.`;
  return `${subject} ${findingOf(champion, name)}: ${evidenceOf(champion.delta)}.`;
}

function nameOf({ version }: Champion): string {
  return version === null ? 'the prompt that it was compared with' : `the champion (version ${version})`;
}

function findingOf({ beaten, delta }: Champion, name: string): string {
  const [low, high] = delta.ci95;
  const isSignificant = delta.pValue < ALPHA;
  if (beaten) return `beats ${name}`;
  if (isSignificant && high < -ROUNDING_ERROR) return `is worse than ${name}`;
  // Only a guard, or too few scores, stand between such a difference and a gain.
  if (isSignificant && low > ROUNDING_ERROR) {
    return `scores higher than ${name}, but a guarded eval fell too far or too little of the test was scored`;
  }
  return `is not shown to be better than ${name}`;
}
