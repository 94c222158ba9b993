/** Prepare: checks the task, splits the data, seals the test set. Idempotent: the execution's name is the run id. */
import type { RunRecord } from '../contracts/artifacts.ts';
import type { Example } from '../contracts/dataset.ts';
import { type InputProblem, InvalidInputError } from '../contracts/errors.ts';
import { describeIssues } from '../contracts/issues.ts';
import { prepareInputSchema, resumeInputSchema, type Turn, turnSchema } from '../contracts/payloads.ts';
import type { Task, TaskInput } from '../contracts/task.ts';
import { executionInputSchema } from '../evals/task-schema.ts';
import { newArchive } from '../optimizer/archive.ts';
import { maxExpectedBytes, maxInputBytes } from '../optimizer/budget.ts';
import { splitTrain } from '../optimizer/split.ts';
import { stateHandler } from '../platform/handler.ts';
import { checkTask, type GivenSplit, type GivenSplits } from '../rollout/check-task.ts';
import { contentHash, toTask } from '../rollout/resolve-task.ts';
import { saveArchive, saveContext, saveSealedTest } from '../store/artifacts.ts';
import { parseDataset } from '../store/datasets.ts';
import { getText, parseS3Uri } from '../store/objects.ts';
import { createRun, loadRun, updateRun } from '../store/runs.ts';

export const handler = stateHandler(prepareInputSchema, turnSchema, async ({ runId, input }) => {
  const resume = resumeInputSchema.safeParse(input);
  if (resume.success) return goOn(resume.data.resume);
  const inputHash = contentHash(input);
  const run = await loadRun(runId);
  if (run === null) {
    await begin(runId, input, inputHash);
    return { runId, turn: 0, results: [] };
  }
  if (run.inputHash !== inputHash) {
    throw new InvalidInputError([
      {
        field: 'runId',
        message: `${JSON.stringify(runId)} was started with another task.`,
        remedy: 'Choose another run id.',
      },
    ]);
  }
  return reissue(run);
});

async function goOn(runId: string): Promise<Turn> {
  const run = await loadRun(runId);
  if (run !== null) return reissue(run);
  throw new InvalidInputError([
    {
      field: 'resume',
      message: `there is no run ${JSON.stringify(runId)}.`,
      remedy: 'Give the name of the execution that failed.',
    },
  ]);
}

/** Hands out the turn before the interrupted one: Plan then names the interrupted step once more. */
async function reissue(run: RunRecord): Promise<Turn> {
  await updateRun(run.runId, resumed(run));
  return { runId: run.runId, turn: Math.max(0, run.turn - 1), results: [] };
}

/** A run that had failed tries what failed for a passing reason once more; a killed one goes on as if nothing had been. */
function resumed(run: RunRecord): Partial<RunRecord> {
  const clock = { lastSeenMs: Date.now() };
  return run.status === 'failed' ? { ...clock, status: 'running', epoch: run.epoch + 1, error: null } : clock;
}

/** @throws InvalidInputError */
async function begin(runId: string, input: unknown, inputHash: string): Promise<void> {
  const { task, splits, notice } = await readInput(input);
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
    notice: notice ?? null,
  });
  await saveArchive(newArchive(runId, task));
  // The record comes last: a run that has one has all of the above.
  await createRun({
    runId,
    status: 'running',
    taskName: task.name,
    inputHash,
    turn: 0,
    epoch: 0,
    startedAt: new Date().toISOString(),
    lastSeenMs: Date.now(),
    error: null,
  });
}

async function readInput(input: unknown): Promise<{ task: Task; splits: GivenSplits; notice: string | undefined }> {
  const parsed = executionInputSchema.safeParse(input);
  if (!parsed.success) {
    throw new InvalidInputError(
      describeIssues(parsed.error, input, executionInputSchema).map(({ problem }) => problem),
    );
  }
  const { task: given, notice } = parsed.data;
  const schema = given.output?.schema;
  if (typeof schema === 'string') {
    throw new InvalidInputError([
      {
        field: 'task.output.schema',
        message: 'is a path.',
        remedy: "Give the JSON Schema itself in an execution's input.",
      },
    ]);
  }
  const { train, validation, test, golden } = given.datasets;
  const problems: InputProblem[] = [];
  const splits = {
    train: await readSplit('train', train, problems),
    test: await readSplit('test', test, problems),
    validation: validation === undefined ? undefined : await readSplit('validation', validation, problems),
    golden: golden === undefined ? undefined : await readSplit('golden', golden, problems),
  };
  if (problems.length > 0) throw new InvalidInputError(problems);
  return { task: toTask(given, schema), splits, notice };
}

type GivenDataset = TaskInput['datasets']['train'];

async function readSplit(name: string, given: GivenDataset, problems: InputProblem[]): Promise<GivenSplit> {
  if (typeof given !== 'string') {
    problems.push(...duplicatesOf(name, given));
    return { examples: given };
  }
  const text = await getText(parseS3Uri(given));
  if (text === null) {
    problems.push({
      field: `task.datasets.${name}`,
      message: `${given} does not exist.`,
      remedy: 'Upload it under uploads/ of the data bucket (test sets: of the sealed bucket).',
    });
    return { examples: [] };
  }
  const { lines, problems: found } = parseDataset(given, text);
  problems.push(...found);
  const lineOf = new Map(lines.map(({ example, line }) => [example.id, line]));
  return { file: given, examples: lines.map(({ example }) => example), lineOf: (id) => lineOf.get(id) };
}

function duplicatesOf(name: string, examples: readonly Example[]): InputProblem[] {
  const seen = new Set<string>();
  return examples
    .filter(({ id }) => seen.has(id) || !seen.add(id))
    .map(({ id }) => ({
      field: `task.datasets.${name}`,
      message: `repeats the id ${JSON.stringify(id)}.`,
      remedy: 'Give each example an id of its own.',
    }));
}
