/**
 * The rollouts of an evaluation, numbered: an example's jobs stand together, variant after variant, draw after draw, so
 * that whatever ends an evaluation early leaves whole comparisons behind.
 */
import type { EvaluationPlan, Variant } from '../contracts/evaluation.ts';

export interface Job {
  /** Place of the example in the split. */
  readonly example: number;
  readonly variant: Variant;
  readonly draw: number;
}

export function jobCount({ size, variants, draws }: Pick<EvaluationPlan, 'size' | 'variants' | 'draws'>): number {
  return size * variants.length * draws;
}

/** @throws Error when there is no such job */
export function jobAt({ variants, draws }: Pick<EvaluationPlan, 'variants' | 'draws'>, number: number): Job {
  const perExample = variants.length * draws;
  const within = number % perExample;
  const variant = variants[Math.floor(within / draws)];
  if (variant === undefined) throw new Error(`There is no job ${number}.`);
  return { example: Math.floor(number / perExample), variant, draw: within % draws };
}

/** The jobs [from, to). */
export function jobsBetween(plan: Pick<EvaluationPlan, 'variants' | 'draws'>, from: number, to: number): Job[] {
  return Array.from({ length: to - from }, (_, i) => jobAt(plan, from + i));
}
