/** PrepareEvaluation: checks what is compared on which examples, and keeps it. Idempotent: the execution's name is the run id. */
import { InvalidInputError } from '../contracts/errors.ts';
import type { EvaluationRequest } from '../contracts/evaluation.ts';
import { prepareInputSchema, turnSchema } from '../contracts/payloads.ts';
import { evaluationInputSchema } from '../evals/task-schema.ts';
import { NO_SPEND } from '../optimizer/archive.ts';
import { stateHandler } from '../platform/handler.ts';
import { checkEvaluation, refuseSealed, splitsNeeded } from '../rollout/check-evaluation.ts';
import { planEvaluation } from '../rollout/evaluation-plan.ts';
import { hashesOf, unsealedIn } from '../rollout/known.ts';
import { parseInput, readSplits, taskIn } from '../rollout/read-input.ts';
import { modelNotice, simulatedPrices } from '../rollout/simulated-prices.ts';
import { type Begun, startRun } from '../service/start-run.ts';
import { resolveTask, withDatasetUris, withoutResource } from '../service/stored-task.ts';
import { saveSealedTest } from '../store/artifacts.ts';
import { saveEvaluationPlan, saveEvaluationState } from '../store/evaluations.ts';
import { addHistory, loadHistory } from '../store/history.ts';

export const handler = stateHandler(prepareInputSchema, turnSchema, ({ runId, input }) =>
  startRun({ runId, input: withoutResource(input) }, begin),
);

/** @throws InvalidInputError */
async function begin(runId: string, input: unknown): Promise<Begun> {
  const asked = parseInput(evaluationInputSchema, await withDatasetUris(input));
  const { evaluation: request } = asked;
  refuseSealed(request);
  const { task: given, version } = await resolveTask(asked);
  const task = simulatedPrices(taskIn(given), modelsOf(request));
  const [name = 'golden'] = splitsNeeded(request, given.datasets.validation !== undefined);
  const split = (await readSplits(given.datasets, [name]))[name] ?? { examples: [] };
  const { all: examples, ...plan } = planEvaluation(task, request, name, split.examples);
  const problems = checkEvaluation(task, request, plan.variants, name, split);
  if (problems.length > 0) throw new InvalidInputError(problems);

  const isSealed = name === 'test';
  const hashes = isSealed ? hashesOf(examples) : [];
  const unsealed = (isSealed ? unsealedIn(await loadHistory(task.name), hashes) : []).filter(
    (one) => one.runId !== runId,
  );
  if (isSealed) {
    // Before anybody can look: whatever becomes of this run, the set was opened for it.
    await addHistory(task.name, { kind: 'unsealed', runId, at: new Date().toISOString(), examples: hashes });
    await saveSealedTest({ schema: 'prompt-optimizer.sealed-test.v1', runId, examples });
  }
  const simulated = asked.simulated || modelNotice() !== undefined;
  const notice = modelNotice() ?? asked.notice ?? null;
  await saveEvaluationPlan({ ...plan, runId, unsealed, simulated, notice });
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
  return { kind: request.of === 'judges' ? 'calibration' : 'evaluation', taskName: task.name, taskVersion: version };
}

/** Models that are compared, beside those of the task. */
function modelsOf(request: EvaluationRequest): string[] {
  if (request.of === 'prompts') return request.models;
  return request.judges.flatMap(({ model, judge }) => [model, judge?.name].filter((name) => name !== undefined));
}
