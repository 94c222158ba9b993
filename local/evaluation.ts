/** One evaluation on one machine. All evaluations of a task share one store: what was scored once is not paid for again. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { SplitName } from '../lambdas/contracts/dataset.ts';
import { type InputProblem, InvalidInputError } from '../lambdas/contracts/errors.ts';
import {
  type EvaluationInput,
  type EvaluationRequest,
  evaluationRequestSchema,
} from '../lambdas/contracts/evaluation.ts';
import { type EvaluationResult, evaluationResultSchema } from '../lambdas/contracts/evaluation-result.ts';
import { describeIssues } from '../lambdas/contracts/issues.ts';
import { variantsOf } from '../lambdas/evaluation/variants.ts';
import { onRunEvent } from '../lambdas/platform/events.ts';
import { renderEvaluation } from '../lambdas/report/evaluation-terminal.ts';
import { formatCount, formatPlural } from '../lambdas/report/format.ts';
import { checkEvaluation, splitsNeeded } from '../lambdas/rollout/check-evaluation.ts';
import { judgesOf } from '../lambdas/rollout/check-task.ts';
import { planEvaluation, worstCaseOf } from '../lambdas/rollout/evaluation-plan.ts';
import type { GivenSplit } from '../lambdas/rollout/given-splits.ts';
import { hashesOf } from '../lambdas/rollout/known.ts';
import { contentHash } from '../lambdas/rollout/resolve-task.ts';
import { runObject } from '../lambdas/store/artifacts.ts';
import { getArtifact } from '../lambdas/store/objects.ts';
import { commandLine, exitCodes, shortPath, stoppable, tellEnd } from './command.ts';
import { evaluateDefinitionPath } from './engine.ts';
import { checkHistory, keepHistory } from './history.ts';
import { executeLocally, type LocalResult, taskInput } from './run.ts';
import { atNoPrice, withModel } from './simulated.ts';
import { type LoadedTask, loadTask } from './task-file.ts';

/** Options that both commands have. */
export const evaluationOptions = { 'dry-run': { type: 'boolean', default: false } } as const;

export interface EvaluationOptions {
  readonly out?: string | undefined;
  readonly 'run-id'?: string | undefined;
  readonly set: readonly string[];
  readonly json: boolean;
  readonly 'dry-run': boolean;
}

/**
 * What is to be compared, as the contract has it.
 * @param options the option behind each field
 * @throws InvalidInputError that names the option
 */
export function readRequest(given: object, options: Readonly<Record<string, string>>): EvaluationRequest {
  const parsed = evaluationRequestSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(
    describeIssues(parsed.error, given, evaluationRequestSchema).map(({ path, problem }) => {
      const option = options[String(path[0])];
      const rest = path.slice(1).join('.');
      return option === undefined ? problem : { ...problem, file: option, field: rest === '' ? undefined : rest };
    }),
  );
}

/** Reads the task and checks what the evaluation needs of it. @throws InvalidInputError */
function loadForEvaluation(path: string, set: readonly string[], request: EvaluationRequest): LoadedTask {
  return loadTask(path, set, (task, splits) => {
    const [name = 'golden'] = splitsNeeded(request, splits.validation !== undefined);
    const split = splits[name] ?? { examples: [] };
    if (splits[name] === undefined) return [missingSplit(name)];
    const leaked = name === 'test' ? [] : checkLeak(name, split, splits.test);
    if (leaked.length > 0) return leaked;
    return checkEvaluation(task, request, variantsOf(task, request, split.examples), name, split);
  });
}

function missingSplit(name: SplitName): InputProblem {
  const remedy = `Add the path of its file to the task: datasets: { ${name}: ${name}.jsonl }.`;
  return { field: `datasets.${name}`, message: 'is missing.', remedy };
}

/** A split that holds sealed examples would open them without a word. */
function checkLeak(name: SplitName, split: GivenSplit, test: GivenSplit): InputProblem[] {
  const sealed = new Set(hashesOf(test.examples));
  const shared = split.examples.find((example) => hashesOf([example]).some((hash) => sealed.has(hash)));
  if (shared === undefined) return [];
  return [
    {
      file: split.file,
      line: split.lineOf?.(shared.id),
      field: `datasets.${name}`,
      message: `has the example ${JSON.stringify(shared.id)}, which the sealed test set has too.`,
      remedy: 'Take it out of one of them, or evaluate --split test --unseal.',
    },
  ];
}

/**
 * Reads the task, evaluates, prints the result, and gives the exit code.
 * @param words the options that say what is compared, for the sentence that says how to go on
 */
export function runEvaluation(
  command: 'evaluate' | 'calibrate',
  taskPath: string,
  request: EvaluationRequest,
  { out, set, json, 'run-id': givenId, 'dry-run': dryRun }: EvaluationOptions,
  words: readonly string[],
): Promise<number> {
  const loaded = loadForEvaluation(resolve(taskPath), set, request);
  const { task } = loaded;
  const folder = out ?? join('.prompt-optimizer', `evaluate-${task.name}`);
  const runId = givenId ?? `${command}-${contentHash([loaded.file, textsOf(loaded), request]).slice(0, 16)}`;
  return withModel(async (notice) => {
    const [name = 'golden'] = splitsNeeded(request, loaded.splits.validation !== undefined);
    const plan = planEvaluation(task, request, name, loaded.splits[name]?.examples ?? []);
    const worst = worstCaseOf(plan);
    if (dryRun) {
      console.log(json ? JSON.stringify(worst, null, 2) : `${worstWords(task, worst)} Nothing was spent.`);
      return exitCodes.done;
    }
    if (!json) console.log(`${worstWords(task, worst)}\n`);
    if (!json && notice !== undefined) console.log(`${notice}\n`);
    const models = plan.variants.flatMap(({ task: own }) => [own.model.name, ...judgesOf(own)]);
    const priced = notice === undefined ? loaded : atNoPrice(loaded, models);
    checkHistory(loaded);
    // As soon as it has begun: whatever becomes of this process, that the test set was looked at is kept.
    onRunEvent(showEvaluation(json, () => void keepHistory(loaded).catch(() => {})));
    const run = { runId, stateFolder: join(folder, 'state', 'evaluations'), loaded: priced };
    const input = async (): Promise<EvaluationInput> => ({
      task: await taskInput(priced),
      evaluation: request,
      simulated: notice !== undefined,
      ...(notice === undefined ? {} : { notice }),
    });
    const fetch = async (): Promise<{ evaluation: EvaluationResult }> => ({
      evaluation: await getArtifact(runObject(runId, 'evaluation.json'), evaluationResultSchema),
    });
    const result: LocalResult<{ evaluation: EvaluationResult }> = await stoppable((stop) =>
      executeLocally(run, input, fetch, stop, { definitionPath: evaluateDefinitionPath }),
    );
    if (process.stderr.isTTY === true) process.stderr.write('\r\u001B[2K');
    if (result.status !== 'SUCCEEDED') {
      const place = [...(out === undefined ? [] : ['--out', out]), ...set.flatMap((one) => ['--set', one])];
      return tellEnd(result, commandLine(command, [taskPath, ...words, ...place, '--run-id', runId]));
    }
    const path = join(folder, `${runId}.json`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(result.evaluation, null, 2)}\n`);
    const text = renderEvaluation(result.evaluation, { color: process.stdout.isTTY === true }).trimEnd();
    console.log(json ? JSON.stringify(result.evaluation, null, 2) : text);
    if (!json) console.log(`\ndata  ${shortPath(path)}`);
    return exitCodes.done;
  });
}

/** What it costs at the most; what was scored before costs nothing. */
function worstWords({ prices }: LoadedTask['task'], worst: ReturnType<typeof worstCaseOf>): string {
  const known = worst.costUsd > 0 || Object.keys(prices).length > 0;
  const cost = known ? `, $${worst.costUsd.toFixed(2)}` : '';
  return `${formatPlural(worst.rollouts, 'rollout')}: at the very most ${formatCount(worst.tokens)} tokens${cost}, less what was scored before.`;
}

/** Another dataset is another evaluation, whatever its file is called. */
function textsOf({ datasets }: LoadedTask): Record<string, string> {
  return Object.fromEntries(Object.entries(datasets).map(([name, dataset]) => [name, dataset?.text ?? '']));
}

/** One line on a terminal: how much has landed. @param onFirst called once, when the evaluation has begun */
function showEvaluation(quiet: boolean, onFirst: () => void): Parameters<typeof onRunEvent>[0] {
  let begun = false;
  let landed = 0;
  let of = 0;
  return (event) => {
    if (event.type === 'planned') return;
    if (event.type === 'evaluating') {
      if (!begun) onFirst();
      begun = true;
      landed = event.progress.done;
      of = event.progress.of;
    } else landed += 1;
    if (quiet || process.stderr.isTTY !== true) return;
    process.stderr.write(`\r\u001B[2K${Math.min(landed, of)} of ${of} rollouts`);
  };
}
