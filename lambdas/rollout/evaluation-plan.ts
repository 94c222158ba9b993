/** What an evaluation compares on which examples, and what that may cost at the worst, before it begins. */
import type { Example, SplitName } from '../contracts/dataset.ts';
import type { EvaluationPlan, EvaluationRequest } from '../contracts/evaluation.ts';
import type { Task } from '../contracts/task.ts';
import { jobCount } from '../evaluation/jobs.ts';
import { rolloutOf } from '../evaluation/plan.ts';
import { variantsOf } from '../evaluation/variants.ts';
import { type Amount, maxExpectedBytes, maxInputBytes, sumOf, times } from '../optimizer/budget.ts';
import { splitTrain } from '../optimizer/split.ts';
import { variantFacts } from './evaluation-facts.ts';

/** The plan but for what only the run knows. */
export type PlannedEvaluation = Omit<EvaluationPlan, 'runId' | 'unsealed' | 'simulated' | 'notice'>;

/** @param name the split that was read: validation may be carved from train */
export function planEvaluation(
  task: Task,
  request: EvaluationRequest,
  name: SplitName,
  read: readonly Example[],
): PlannedEvaluation & { readonly all: Example[] } {
  const all = examplesOf(task, request, name, read);
  const isJudged = request.of === 'judges';
  return {
    schema: 'prompt-optimizer.evaluation-plan.v1',
    task,
    request,
    variants: variantsOf(task, request, read),
    examples: name === 'test' ? null : all,
    all,
    size: all.length,
    maxInputBytes: maxInputBytes(all),
    maxExpectedBytes: maxExpectedBytes(all),
    maxOutputBytes: isJudged ? maxOutputBytes(all) : null,
    draws: isJudged ? request.repeats : 1,
  };
}

/** What all of it costs at its worst. `rollouts` counts answers that are scored, made or given. */
export function worstCaseOf(plan: PlannedEvaluation): Amount & { readonly rollouts: number } {
  const facts = variantFacts(plan);
  const each = plan.variants.map((variant, i) =>
    times(rolloutOf(plan, variant.task, facts[i]), plan.size * plan.draws),
  );
  return { ...sumOf(each), rollouts: jobCount(plan) };
}

function examplesOf(
  { optimizer }: Task,
  request: EvaluationRequest,
  name: SplitName,
  read: readonly Example[],
): Example[] {
  // The same carving as an optimization's, so that both speak of the same validation set.
  const isCarved = request.of === 'prompts' && request.split === 'validation' && name === 'train';
  return isCarved ? splitTrain(read, optimizer.validationShare, optimizer.seed).validation : [...read];
}

function maxOutputBytes(examples: readonly Example[]): number {
  return examples.reduce((most, { output = '' }) => Math.max(most, Buffer.byteLength(output)), 0);
}
