/** Judges against people and against themselves, over golden answers. Pure. */
import type { Example } from '../contracts/dataset.ts';
import type { EvalSettings } from '../contracts/evals.ts';
import type { EvaluationRow, Variant } from '../contracts/evaluation.ts';
import type { Agreement, JudgeResult, JudgesResult, Measure } from '../contracts/evaluation-result.ts';
import { scales } from '../evals/judge-scale.ts';
import { humanScore, scaleOf } from '../evals/ratings.ts';
import { thresholdOf } from '../evals/registry.ts';
import { mean } from '../optimizer/statistics.ts';
import { confusionMatrix, measureAgreement, type RatedPair, type RatingScale, ratingsMissing } from './agreement.ts';
import { costOf, reasonsOf } from './compare-prompts.ts';

/** Disagreements that are listed of each eval. */
const MOST_DISAGREEMENTS = 20;
/** 95 % of a normal distribution lie within this many standard deviations. */
const Z = 1.959964;

export interface JudgeContext {
  /** How often each answer was judged. */
  readonly draws: number;
}

export function judgeResult(
  variant: Variant,
  rows: readonly EvaluationRow[],
  golden: readonly Example[],
  context: JudgeContext,
): JudgeResult {
  const own = rows.filter(({ candidateId }) => candidateId === variant.id);
  const wanted = golden.length * context.draws;
  const scored = own.filter(({ score }) => score !== null).length;
  return {
    id: variant.id,
    name: variant.prompt,
    model: variant.model,
    evals: Object.fromEntries(
      variant.task.evals.map((settings) => [settings.name, agreementOf(settings, own, golden)]),
    ),
    wanted,
    leftOut: wanted - scored,
    reasons: reasonsOf(own, wanted - own.length),
    ...costOf(own),
  };
}

function agreementOf(settings: EvalSettings, rows: readonly EvaluationRow[], golden: readonly Example[]): Agreement {
  const { name } = settings;
  const scale = ratingScaleOf(settings);
  const scoresOf = (row: EvaluationRow): number[] => (Object.hasOwn(row.evals, name) ? [row.evals[name] ?? 0] : []);
  // People are compared with one judgement, as the eval would use it: the first draw of each answer.
  const first = new Map(rows.filter(({ draw }) => draw === 0).map((row) => [row.exampleId, row]));
  const rated = golden.map((example) => {
    const row = first.get(example.id);
    const rating = Object.hasOwn(example.ratings ?? {}, name) ? example.ratings?.[name] : undefined;
    const person = rating === undefined ? null : humanScore(settings, rating);
    const judge = row === undefined ? null : (scoresOf(row)[0] ?? null);
    return { example, row, person, judge };
  });
  const pairs = rated.map(({ person, judge }): RatedPair => {
    return {
      person: person === null ? null : scale.toUnits(person),
      judge: judge === null ? null : scale.toUnits(judge),
    };
  });
  const measures = measureAgreement(pairs, scale);
  const hits = typeof measures.agreement === 'number' ? Math.round(measures.agreement * measures.n) : 0;
  return {
    ...measures,
    matrix: confusionMatrix(pairs, scale),
    ratingsMissing: ratingsMissing(hits, measures.n),
    noise: noiseOf(rows, name),
    disagreements: rated
      .flatMap(({ example, row, person, judge }) => {
        if (row === undefined || person === null || judge === null || Math.abs(person - judge) < 1e-9) return [];
        return [
          {
            exampleId: example.id,
            person: scale.toUnits(person),
            judge: scale.toUnits(judge),
            input: typeof example.input === 'string' ? example.input : JSON.stringify(example.input),
            output: example.output ?? '',
            // Told by `withReasoning`, for those that are shown.
            reasoning: '',
          },
        ];
      })
      .sort((a, b) => Math.abs(b.person - b.judge) - Math.abs(a.person - a.judge))
      .slice(0, MOST_DISAGREEMENTS),
  };
}

/** The answers that a judge's result shows. */
export function shownRows({ id, evals }: JudgeResult): { exampleId: string; candidateId: string; draw: number }[] {
  return Object.values(evals).flatMap(({ disagreements }) =>
    disagreements.map(({ exampleId }) => ({ exampleId, candidateId: id, draw: 0 })),
  );
}

/** The result with what the judge said where people disagree. */
export function withReasoning(
  judge: JudgeResult,
  feedbackOf: (row: { exampleId: string; candidateId: string; draw: number }, evalName: string) => string,
): JudgeResult {
  const evals = Object.entries(judge.evals).map(([name, agreement]): [string, Agreement] => {
    const disagreements = agreement.disagreements.map((one) => {
      const row = { exampleId: one.exampleId, candidateId: judge.id, draw: 0 };
      return { ...one, reasoning: feedbackOf(row, name) };
    });
    return [name, { ...agreement, disagreements }];
  });
  return { ...judge, evals: Object.fromEntries(evals) };
}

/** The eval's scale in its own units, and the way there from a score in [0, 1]. */
function ratingScaleOf(settings: EvalSettings): RatingScale & { readonly toUnits: (score: number) => number } {
  const name = scaleOf(settings);
  const threshold = thresholdOf(settings);
  if (name === 'five_star') {
    const toUnits = (score: number): number => round(1 + 4 * score);
    return { categories: [1, 2, 3, 4, 5], range: [1, 5], pass: toUnits(threshold), weighted: true, toUnits };
  }
  const categories = name === null ? null : scales[name].verdicts.map(({ score }) => score);
  return { categories, range: [0, 1], pass: threshold, weighted: false, toUnits: round };
}

/** Scores that differ by rounding alone are the same rating. */
function round(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

/** Spread of the judge's scores of the same answer: the mean of the variances within answers, as a standard deviation. */
function noiseOf(rows: readonly EvaluationRow[], name: string): Agreement['noise'] {
  const byAnswer = Map.groupBy(
    rows.filter(({ evals }) => Object.hasOwn(evals, name)),
    ({ exampleId }) => exampleId,
  );
  const judgedAgain = [...byAnswer.values()].filter((draws) => draws.length > 1);
  const variances = judgedAgain.map((draws) => {
    const scores = draws.map(({ evals }) => evals[name] ?? 0);
    const centre = mean(scores) ?? 0;
    return scores.reduce((sum, score) => sum + (score - centre) ** 2, 0) / (scores.length - 1);
  });
  const variance = mean(variances);
  if (variance === null) return null;
  return {
    sd: Math.sqrt(variance),
    answers: judgedAgain.length,
    repeats: Math.max(...judgedAgain.map(({ length }) => length)),
  };
}

/** Difference in the mean score of two prompts on `n` examples that a judge's own noise stays below in 95 of 100 cases. */
export function noiseDifference(sd: number, n: number): number {
  return Z * sd * Math.sqrt(2 / n);
}

/** That difference for each eval of a judge. */
export function judgesNoise(judge: JudgeResult | undefined, n: number): JudgesResult['noise'] {
  return Object.entries(judge?.evals ?? {}).flatMap(([name, { noise }]) =>
    noise === null ? [] : [{ eval: name, sd: noise.sd, n, difference: noiseDifference(noise.sd, n) }],
  );
}

/** The judge that agrees best: highest mean kappa over its evals, agreement standing in where there is none. */
export function bestJudge(judges: readonly JudgeResult[]): string | null {
  const ranked = judges.flatMap(({ id, evals }) => {
    const grades = Object.values(evals).flatMap((one) => gradeOf(one.kappa) ?? gradeOf(one.agreement) ?? []);
    const grade = mean(grades);
    return grade === null ? [] : [{ id, grade }];
  });
  return (
    ranked.reduce<(typeof ranked)[number] | null>(
      (best, one) => (best === null || one.grade > best.grade ? one : best),
      null,
    )?.id ?? null
  );
}

function gradeOf(measure: Measure): number | null {
  return typeof measure === 'number' ? measure : null;
}
