/** What a report says of its judges and its test set: how far their own noise goes, and who has looked at what. Pure. */
import type { RunContext } from '../contracts/context.ts';
import type { Report } from '../contracts/report.ts';
import { noiseDifference } from '../evaluation/compare-judges.ts';

export type JudgeNoise = NonNullable<Report['judging']>;

/** undefined where no eval asks a judge. @param testSize examples of the sealed test set */
export function judgeNoiseOf({ task, known }: RunContext, testSize: number): JudgeNoise | undefined {
  const judged = task.evals.filter(({ type }) => type === 'llm_judge');
  if (judged.length === 0) return undefined;
  const n = testSize * task.optimizer.testDraws;
  const weights = task.evals.reduce((sum, { weight }) => sum + weight, 0);
  const calibrated = judged.filter(({ name }) => Object.hasOwn(known.judgeNoise, name));
  const measured = calibrated.flatMap(({ name, weight, group }) => {
    const sd = known.judgeNoise[name]?.sd ?? null;
    return sd === null ? [] : [{ name, sd, part: (weight / weights) * sd, call: group ?? name }];
  });
  // What one call is wrong about, it may be wrong about together; different calls are wrong independently of each other.
  const byCall = [...Map.groupBy(measured, ({ call }) => call).values()];
  const sd = Math.sqrt(byCall.reduce((sum, call) => sum + call.reduce((part, one) => part + one.part, 0) ** 2, 0));
  return {
    evals: Object.fromEntries(
      measured.map((one) => [one.name, { sd: one.sd, difference: noiseDifference(one.sd, n) }]),
    ),
    score: measured.length === 0 ? null : { sd, difference: noiseDifference(sd, n) },
    uncalibrated: judged.filter((one) => !calibrated.includes(one)).map(({ name }) => name),
  };
}
