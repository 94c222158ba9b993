/** Prepare: checks the task, splits the data, seals the test set. Idempotent: the execution's name is the run id. */
import { InvalidInputError } from '../contracts/errors.ts';
import { prepareInputSchema, turnSchema } from '../contracts/payloads.ts';
import { executionInputSchema } from '../evals/task-schema.ts';
import { newArchive } from '../optimizer/archive.ts';
import { maxExpectedBytes, maxInputBytes } from '../optimizer/budget.ts';
import { splitTrain } from '../optimizer/split.ts';
import { stateHandler } from '../platform/handler.ts';
import { checkTask } from '../rollout/check-task.ts';
import { knownOf } from '../rollout/known.ts';
import { parseInput, readSplits, taskIn } from '../rollout/read-input.ts';
import { startRun } from '../rollout/start-run.ts';
import { saveArchive, saveContext, saveSealedTest } from '../store/artifacts.ts';

export const handler = stateHandler(prepareInputSchema, turnSchema, (input) => startRun(input, begin));

/** @throws InvalidInputError */
async function begin(runId: string, input: unknown): Promise<string> {
  const { task: given, notice } = parseInput(executionInputSchema, input);
  const task = taskIn(given);
  const read = await readSplits(given.datasets);
  const splits = { ...read, train: read.train ?? NO_SPLIT, test: read.test ?? NO_SPLIT };
  const problems = checkTask(task, splits);
  if (problems.length > 0) throw new InvalidInputError(problems);

  const { train, validation } =
    splits.validation === undefined
      ? splitTrain(splits.train.examples, task.optimizer.validationShare, task.optimizer.seed)
      : { train: [...splits.train.examples], validation: [...splits.validation.examples] };
  const test = [...splits.test.examples];
  await saveSealedTest({ schema: 'prompt-optimizer.sealed-test.v1', runId, examples: test });
  await saveContext({
    schema: 'prompt-optimizer.context.v1',
    runId,
    task,
    train,
    validation,
    test: { size: test.length, maxInputBytes: maxInputBytes(test), maxExpectedBytes: maxExpectedBytes(test) },
    known: await knownOf(task, test),
    notice: notice ?? null,
  });
  await saveArchive(newArchive(runId, task));
  return task.name;
}

const NO_SPLIT = { examples: [] };
