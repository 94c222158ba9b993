/** What a report says of its judges and its test set: how far their own noise goes, and who has looked at what. Pure. */
import type { RunContext } from '../contracts/artifacts.ts';
import type { Report } from '../contracts/report.ts';
import { noiseDifference } from '../evaluation/compare-judges.ts';

export type Judging = NonNullable<Report['judging']>;

/** undefined where no eval asks a judge. */
export function judgingOf({ task, known }: RunContext, testSize: number): Judging | undefined {
  const judged = task.evals.filter(({ type }) => type === 'llm_judge');
  if (judged.length === 0) return undefined;
  const weights = task.evals.reduce((sum, { weight }) => sum + weight, 0);
  const measured = judged.flatMap(({ name, weight }) => {
    const noise = Object.hasOwn(known.judgeNoise, name) ? known.judgeNoise[name] : undefined;
    return noise === undefined ? [] : [{ name, sd: noise.sd, share: weight / weights }];
  });
  // Judges are wrong independently of each other, each for the share of the score that it gives.
  const sd = Math.sqrt(measured.reduce((sum, one) => sum + (one.share * one.sd) ** 2, 0));
  return {
    evals: Object.fromEntries(
      measured.map((one) => [one.name, { sd: one.sd, difference: noiseDifference(one.sd, testSize) }]),
    ),
    score: measured.length === 0 ? null : { sd, difference: noiseDifference(sd, testSize) },
    uncalibrated: judged.map(({ name }) => name).filter((name) => !measured.some((one) => one.name === name)),
  };
}
