/** PrepareEvaluation: checks what is compared on which examples, and keeps it. Idempotent: the execution's name is the run id. */
import type { Example } from '../contracts/dataset.ts';
import { InvalidInputError } from '../contracts/errors.ts';
import type { EvaluationRequest } from '../contracts/evaluation.ts';
import { prepareInputSchema, turnSchema } from '../contracts/payloads.ts';
import { evaluationInputSchema } from '../evals/task-schema.ts';
import { variantsOf } from '../evaluation/variants.ts';
import { NO_SPEND } from '../optimizer/archive.ts';
import { maxExpectedBytes, maxInputBytes } from '../optimizer/budget.ts';
import { splitTrain } from '../optimizer/split.ts';
import { stateHandler } from '../platform/handler.ts';
import { checkEvaluation, refuseSealed, splitsNeeded } from '../rollout/check-evaluation.ts';
import { testHashOf, unsealedIn } from '../rollout/known.ts';
import { parseInput, readSplits, taskIn } from '../rollout/read-input.ts';
import { startRun } from '../rollout/start-run.ts';
import { saveSealedTest } from '../store/artifacts.ts';
import { saveEvaluationPlan, saveEvaluationState } from '../store/evaluations.ts';
import { addHistory, loadHistory } from '../store/history.ts';

export const handler = stateHandler(prepareInputSchema, turnSchema, (input) => startRun(input, begin));

/** @throws InvalidInputError */
async function begin(runId: string, input: unknown): Promise<string> {
  const { task: given, evaluation: request, notice } = parseInput(evaluationInputSchema, input);
  refuseSealed(request);
  const task = taskIn(given);
  const [name = 'golden'] = splitsNeeded(request, given.datasets.validation !== undefined);
  const split = (await readSplits(given.datasets, [name]))[name] ?? { examples: [] };
  const variants = variantsOf(task, request, split.examples);
  const problems = checkEvaluation(task, request, variants, name, split);
  if (problems.length > 0) throw new InvalidInputError(problems);

  const examples = examplesOf(request, name, split.examples, task.optimizer);
  const isSealed = name === 'test';
  const testHash = testHashOf(examples);
  const unsealed = isSealed ? unsealedIn(await loadHistory(task.name), testHash) : [];
  if (isSealed) {
    // Before anybody can look: whatever becomes of this run, the set was opened for it.
    await addHistory(task.name, { kind: 'unsealed', runId, at: new Date().toISOString(), testHash });
    await saveSealedTest({ schema: 'prompt-optimizer.sealed-test.v1', runId, examples });
  }
  await saveEvaluationPlan({
    schema: 'prompt-optimizer.evaluation-plan.v1',
    runId,
    task,
    request,
    variants,
    examples: isSealed ? null : examples,
    size: examples.length,
    maxInputBytes: maxInputBytes(examples),
    maxExpectedBytes: maxExpectedBytes(examples),
    maxOutputBytes: request.of === 'judges' ? maxOutputBytes(examples) : null,
    draws: request.of === 'judges' ? request.repeats : 1,
    unsealed,
    notice: notice ?? null,
  });
  await saveEvaluationState({
    schema: 'prompt-optimizer.evaluation-state.v1',
    runId,
    turn: 0,
    epoch: 0,
    done: 0,
    items: [0],
    spend: NO_SPEND,
    concurrency: task.optimizer.concurrency,
    elapsedMs: 0,
    stopReason: null,
    step: null,
  });
  return task.name;
}

function examplesOf(
  request: EvaluationRequest,
  read: string,
  examples: readonly Example[],
  { validationShare, seed }: { validationShare: number; seed: number },
): Example[] {
  // The same carving as an optimization's, so that both speak of the same validation set.
  const isCarved = request.of === 'prompts' && request.split === 'validation' && read === 'train';
  return isCarved ? splitTrain(examples, validationShare, seed).validation : [...examples];
}

function maxOutputBytes(examples: readonly Example[]): number {
  return examples.reduce((most, { output = '' }) => Math.max(most, Buffer.byteLength(output)), 0);
}
