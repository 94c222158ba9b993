/** Prepare: checks the task, splits the data, seals the test set. Idempotent: the execution's name is the run id. */
import { InvalidInputError } from '../contracts/errors.ts';
import { type ExecutionInput, preparedSchema, prepareInputSchema } from '../contracts/payloads.ts';
import type { Task } from '../contracts/task.ts';
import { executionInputSchema } from '../evals/task-schema.ts';
import { newArchive } from '../optimizer/archive.ts';
import { maxExpectedBytes, maxInputBytes } from '../optimizer/budget.ts';
import { splitTrain } from '../optimizer/split.ts';
import { stateHandler } from '../platform/handler.ts';
import { checkPrices, checkTask, judgesOf } from '../rollout/check-task.ts';
import { fingerprintOf } from '../rollout/fingerprint.ts';
import type { GivenSplits } from '../rollout/given-splits.ts';
import { knownOf } from '../rollout/known.ts';
import { parseInput, readSplits, taskIn } from '../rollout/read-input.ts';
import { withUser } from '../rollout/resolve-task.ts';
import { modelNotice, simulatedPrices } from '../rollout/simulated-prices.ts';
import { checkOf, opponentOf } from '../service/champion-look.ts';
import { monthSpend, withinMonth } from '../service/month.ts';
import { admit, scheduleRules, skip } from '../service/schedule-admission.ts';
import { type Begun, startRun } from '../service/start-run.ts';
import { resolveTask, withDatasetUris, withoutResource } from '../service/stored-task.ts';
import { saveArchive, saveContext, saveSealedTest } from '../store/artifacts.ts';
import { loadChampion } from '../store/champions.ts';
import { loadRun } from '../store/runs.ts';

/** What the month has left is too little for the smallest run of the task. */
class MonthSpentError extends Error {
  override readonly name = 'MonthSpentError';
}

export const handler = stateHandler(prepareInputSchema, preparedSchema, async ({ runId, input: given }) => {
  const input = withoutResource(given);
  const held = await admit(runId, input);
  if (held !== null) return held;
  try {
    const turn = await startRun({ runId, input }, begin);
    return { ...turn, next: 'plan' as const, waitSeconds: 0, outcome: null };
  } catch (error) {
    const run = error instanceof MonthSpentError ? await loadRun(runId) : null;
    if (run === null) throw error;
    return skip(run, 'skipped_budget');
  }
});

/** @throws InvalidInputError, MonthSpentError */
async function begin(runId: string, input: unknown): Promise<Begun> {
  const asked = parseInput(executionInputSchema, await withDatasetUris(input));
  const resolved = await resolveTask(asked);
  const { task: inputTask, version } = resolved;
  const whole = simulatedPrices(taskIn(inputTask));
  const read = await readSplits(inputTask.datasets);
  const splits = { ...read, train: read.train ?? NO_SPLIT, test: read.test ?? NO_SPLIT };
  const isScheduled = asked.trigger === 'schedule';
  const task = isScheduled ? await lowered(whole, runId, splits) : whole;
  const problems = checkTask(task, splits);
  if (problems.length > 0) throw new InvalidInputError(problems);

  const { train, validation } =
    splits.validation === undefined
      ? splitTrain(splits.train.examples, task.optimizer.validationShare, task.optimizer.seed)
      : { train: [...splits.train.examples], validation: [...splits.validation.examples] };
  const test = [...splits.test.examples];
  const fingerprint = fingerprintOf(task, withUser(resolved.ownPrompt), {
    train: splits.train.examples,
    validation: splits.validation?.examples,
    test,
  });
  await saveSealedTest({ schema: 'prompt-optimizer.sealed-test.v1', runId, examples: test });
  await saveContext({
    schema: 'prompt-optimizer.context.v1',
    runId,
    task: isScheduled ? { ...task, answersOf: runId } : task,
    train,
    validation,
    test: { size: test.length, maxInputBytes: maxInputBytes(test), maxExpectedBytes: maxExpectedBytes(test) },
    known: await knownOf(task, test),
    notice: modelNotice() ?? asked.notice ?? null,
    taskVersion: version,
    // A run of the task with something else in it says nothing of the task as it is stored.
    fingerprint: resolved.isAsStored ? fingerprint : '',
    ...(await championFields(runId, task, version, fingerprint, asked)),
  });
  await saveArchive(newArchive(runId, task));
  return { kind: 'optimization', taskName: task.name, taskVersion: version };
}

/** What the context says of the champion. Only stored tasks have one. */
async function championFields(
  runId: string,
  task: Task,
  version: number | null,
  fingerprint: string,
  { compareWith, trigger }: Pick<ExecutionInput, 'compareWith' | 'trigger'>,
) {
  const champion = version === null ? null : await loadChampion(task.name);
  const looked = { task: task.name, runId, fingerprint, baseline: task.prompt };
  return {
    champion: opponentOf(champion, task.prompt, compareWith),
    check: trigger === 'schedule' ? await checkOf(champion, looked) : null,
  };
}

/**
 * A scheduled run's task, with what is left of the month as its budget.
 * @throws MonthSpentError when that is too little where the task's own budget is not
 */
async function lowered(task: Task, runId: string, splits: GivenSplits): Promise<Task> {
  const { monthlyBudget } = await scheduleRules(task.name);
  const within = withinMonth(task, monthlyBudget, await monthSpend(task.name, runId));
  const unknownPrices = checkPrices(within, [task.model.name, task.reflection.name, ...judgesOf(task)]);
  const isTooLittle = unknownPrices.length === 0 && checkTask(within, splits).length > 0;
  if (isTooLittle && checkTask(task, splits).length === 0) throw new MonthSpentError('The month has too little left.');
  return within;
}

const NO_SPLIT = { examples: [] };
