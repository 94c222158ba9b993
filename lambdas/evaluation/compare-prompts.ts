/** Prompts and models on the same examples: means with intervals, paired differences, what it cost and took. Pure. */

import type { EvalSettings } from '../contracts/evals.ts';
import type { EvaluationRow, Variant } from '../contracts/evaluation.ts';
import type { Comparison, PromptResult } from '../contracts/evaluation-result.ts';
import { passes } from '../evals/registry.ts';
import { stream } from '../optimizer/random.ts';
import { bootstrapInterval, mean, signFlipPValue } from '../optimizer/statistics.ts';
import { addUsage, noUsage } from '../optimizer/usage.ts';
import { holm } from './holm.ts';

/** What the whole score is called beside the evals: no name of an eval has a space. */
export const SCORE = 'whole score';

/** @param wanted rollouts of each variant that were asked for */
export function promptResult(
  variant: Variant,
  rows: readonly EvaluationRow[],
  wanted: number,
  evals: readonly EvalSettings[],
  seed: number,
): PromptResult {
  const own = rows.filter(({ candidateId }) => candidateId === variant.id);
  const scored = own.filter(({ score }) => score !== null);
  const estimate = (values: readonly number[], purpose: string): PromptResult['score'] => ({
    mean: mean(values),
    ci95: bootstrapInterval(values, stream(seed, 'evaluation', purpose), resamplesFor(values.length), [0, 1]),
    n: values.length,
  });
  const valuesOf = (name: string): number[] =>
    own.flatMap(({ evals: of }) => (Object.hasOwn(of, name) ? [of[name] ?? 0] : []));
  return {
    id: variant.id,
    prompt: variant.prompt,
    model: variant.model,
    score: estimate(
      scored.map(({ score }) => score ?? 0),
      'score',
    ),
    evals: Object.fromEntries(
      evals.map((settings) => {
        const values = valuesOf(settings.name);
        const passed = values.filter((value) => passes(settings, value)).length;
        return [
          settings.name,
          { ...estimate(values, settings.name), passed: values.length === 0 ? null : passed / values.length },
        ];
      }),
    ),
    wanted,
    leftOut: wanted - scored.length,
    reasons: reasonsOf(own, wanted - own.length),
    ...costOf(own),
    latencyMs: latencyOf(own),
  };
}

/** How often each reason left a rollout without a score. @param missing rollouts that left no row */
export function reasonsOf(rows: readonly EvaluationRow[], missing: number): Record<string, number> {
  const reasons: Record<string, number> = missing > 0 ? { 'not run': missing } : {};
  for (const { score, failure } of rows) {
    if (score !== null) continue;
    const reason = failure === null ? 'not run' : `${failure.name}: ${failure.message}`;
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  return reasons;
}

/** Tokens and cost of rollouts, whoever paid for them. */
export function costOf(rows: readonly EvaluationRow[]): { tokens: number; costUsd: number | null } {
  const usage = rows.reduce((sum, row) => addUsage(sum, row.allUsage), noUsage());
  return { tokens: usage.inputTokens + usage.outputTokens, costUsd: usage.costUsd };
}

function latencyOf(rows: readonly EvaluationRow[]): PromptResult['latencyMs'] {
  const times = rows.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs])).sort((a, b) => a - b);
  if (times.length === 0) return null;
  const at = (share: number): number => times[Math.min(times.length - 1, Math.ceil(share * times.length) - 1)] ?? 0;
  return { median: at(0.5), p95: at(0.95) };
}

/** Each variant against each earlier one, by the whole score and by each eval, on the examples that both were scored on. */
export function comparisonsOf(
  variants: readonly Variant[],
  rows: readonly EvaluationRow[],
  evals: readonly EvalSettings[],
  seed: number,
): Comparison[] {
  const pairs = variants.flatMap((a, i) => variants.slice(0, i).map((b) => ({ a, b })));
  return [SCORE, ...evals.map(({ name }) => name)].flatMap((of) => {
    const values = new Map(variants.map(({ id }) => [id, valuesByExample(rows, id, of)]));
    const compared = pairs.map(({ a, b }): Omit<Comparison, 'adjusted'> => {
      const ofB = values.get(b.id);
      const differences = [...(values.get(a.id) ?? [])].flatMap(([example, value]) => {
        const other = ofB?.get(example);
        return other === undefined ? [] : [value - other];
      });
      const purpose = `${of} ${a.id} ${b.id}`;
      return {
        of,
        a: a.id,
        b: b.id,
        mean: mean(differences) ?? 0,
        ci95: bootstrapInterval(differences, stream(seed, 'comparison', purpose), resamplesFor(differences.length)),
        n: differences.length,
        pValue: signFlipPValue(differences, stream(seed, 'comparison test', purpose), resamplesFor(differences.length)),
      };
    });
    const adjusted = holm(compared.map(({ pValue }) => pValue));
    return compared.map((one, i) => ({ ...one, adjusted: adjusted[i] ?? one.pValue }));
  });
}

/** Fewer for many values, whose means are nearly normal: a comparison of thousands must not take minutes. */
function resamplesFor(n: number): number {
  return Math.max(1_000, Math.min(10_000, Math.round(3e6 / Math.max(1, n))));
}

function valuesByExample(rows: readonly EvaluationRow[], id: string, of: string): Map<string, number> {
  return new Map(
    rows.flatMap(({ candidateId, exampleId, score, evals }): [string, number][] => {
      const value = of === SCORE ? score : Object.hasOwn(evals, of) ? evals[of] : undefined;
      return candidateId !== id || value === null || value === undefined ? [] : [[exampleId, value]];
    }),
  );
}

/** The worst answers of all variants, worst first; answers that are right are none of them. */
export function worstRows(rows: readonly EvaluationRow[], most: number): (EvaluationRow & { score: number })[] {
  return rows
    .flatMap((row) => (row.score === null || row.score >= 1 ? [] : [{ ...row, score: row.score }]))
    .sort((a, b) => a.score - b.score)
    .slice(0, most);
}

/** The variant with the highest mean score on the examples that all were scored on; null when there are none. */
export function bestPrompt(variants: readonly Variant[], rows: readonly EvaluationRow[]): string | null {
  const scores = variants.map(({ id }) => ({ id, of: valuesByExample(rows, id, SCORE) }));
  const shared = [...(scores[0]?.of.keys() ?? [])].filter((example) => scores.every(({ of }) => of.has(example)));
  const means = scores.flatMap(({ id, of }) => {
    const value = mean(shared.map((example) => of.get(example) ?? 0));
    return value === null ? [] : [{ id, value }];
  });
  return (
    means.reduce<(typeof means)[number] | null>(
      (best, one) => (best === null || one.value > best.value ? one : best),
      null,
    )?.id ?? null
  );
}
