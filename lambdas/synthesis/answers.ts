/** The answers of the task's own model to the inputs: which are wanted, and what one may cost. Pure. */
import type { Draft, SynthesisPlan, SynthesisState } from '../contracts/synthesis.ts';
import type { JudgeModelSettings, Task } from '../contracts/task.ts';
import { rolloutOf } from '../evaluation/plan.ts';
import { priceOf, pricesOf } from '../model/prices.ts';
import { type Amount, maxInputBytes, plus } from '../optimizer/budget.ts';
import { boundOf } from '../rollout/call-model.ts';
import { judgingOf } from '../rollout/facts.ts';
import { referencePrompt } from './prompts/reference.ts';
import { baselineTask, judgeOf, needsReference, pricesFor, taskOf } from './resolve-spec.ts';

/** UTF-8 bytes of a token of a reply, at most as a rule. */
const BYTES_A_TOKEN = 4;

/** Steps of all judges, given and written, by spec. */
export function judgesOf({ judges }: SynthesisPlan, state: Pick<SynthesisState, 'judges'>): Record<string, string[]> {
  const written = Object.entries(state.judges).map(([name, { steps }]) => [name, steps]);
  return { ...Object.fromEntries(written), ...judges };
}

export function baselineTaskOf(plan: SynthesisPlan, state: Pick<SynthesisState, 'judges'>): Task {
  return { ...baselineTask(plan.specs, judgesOf(plan, state)), prices: pricesFor(plan) };
}

/** Golden ones first: their answers are what people rate. Where the baseline is not wanted, they alone are answered. */
export function idsToAnswer({ splits, drafts }: SynthesisState, { specs }: SynthesisPlan): string[] {
  if (splits === null) return [];
  const made = new Set(drafts.map(({ id }) => id));
  const golden = splits.golden.filter((id) => made.has(id));
  if (!taskOf(specs).synthesis.baseline && !needsReference(specs)) return golden;
  return [...golden, ...splits.train, ...splits.validation, ...splits.test];
}

/** Whether the task's model answers an input, or only its reference is wanted. */
export function isRolledOut(id: string, { splits }: Pick<SynthesisState, 'splits'>, { specs }: SynthesisPlan): boolean {
  return taskOf(specs).synthesis.baseline || (splits?.golden.includes(id) ?? false);
}

/** The model that writes reference answers: the judge's, with the room of an answer. */
export function referenceModel(task: Task, { specs }: SynthesisPlan): JudgeModelSettings {
  const judge = judgeOf(taskOf(specs));
  return { ...judge, maxOutputTokens: Math.max(judge.maxOutputTokens, task.model.maxOutputTokens) };
}

/** Worst case of one answer: the answer, its judges, and its reference where one is needed. */
export function answerAmount(plan: SynthesisPlan, drafts: readonly Pick<Draft, 'input'>[], task: Task): Amount {
  const withReference = needsReference(plan.specs);
  const expectedBytes = withReference ? referenceModel(task, plan).maxOutputTokens * BYTES_A_TOKEN : 0;
  const inputBytes = maxInputBytes(drafts);
  const answer = rolloutOf({ size: drafts.length, maxInputBytes: inputBytes, maxOutputBytes: null }, task, {
    prices: pricesOf(task),
    judging: judgingOf(task, { train: expectedBytes, validation: expectedBytes, test: expectedBytes }),
  });
  return withReference ? plus(answer, referenceAmount(plan, drafts, task)) : answer;
}

/** Worst case of one reference: the task's own model is not called. */
export function referenceAmount(plan: SynthesisPlan, drafts: readonly Pick<Draft, 'input'>[], task: Task): Amount {
  const model = referenceModel(task, plan);
  const longest = 'x'.repeat(maxInputBytes(drafts));
  const { messages, responseSchema } = referencePrompt({ task: taskOf(plan.specs), specs: plan.specs, input: longest });
  const bound = boundOf({ model, messages, responseSchema }, priceOf(model.name, task.prices));
  return { calls: 0, ...bound };
}

/** Longest that one answer may take after the task's model has given it, seconds. */
export function answerSeconds(plan: SynthesisPlan, task: Task): number {
  const judging = judgingOf(task, { train: 0, validation: 0, test: 0 });
  const { timeoutSeconds } = referenceModel(task, plan);
  return (judging?.seconds ?? 0) + (needsReference(plan.specs) ? 2 * timeoutSeconds + 15 : 0);
}
