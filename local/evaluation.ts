/** One evaluation on one machine. All evaluations of a task share one store: what was scored once is not paid for again. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SplitName } from '../lambdas/contracts/dataset.ts';
import type { EvaluationInput, EvaluationRequest } from '../lambdas/contracts/evaluation.ts';
import { type EvaluationResult, evaluationResultSchema } from '../lambdas/contracts/evaluation-result.ts';
import { variantsOf } from '../lambdas/evaluation/variants.ts';
import { onRunEvent } from '../lambdas/platform/events.ts';
import { checkEvaluation, splitsNeeded } from '../lambdas/rollout/check-evaluation.ts';
import { contentHash } from '../lambdas/rollout/resolve-task.ts';
import { runObject } from '../lambdas/store/artifacts.ts';
import { getArtifact } from '../lambdas/store/objects.ts';
import { commandLine, exitCodes, shortPath, stoppable, tellEnd } from './command.ts';
import { evaluateDefinitionPath } from './engine.ts';
import { keepHistory } from './history.ts';
import { executeLocally, type LocalResult, taskInput } from './run.ts';
import { atNoPrice, withModel } from './simulated.ts';
import { type LoadedTask, loadTask } from './task-file.ts';

export interface EvaluationOptions {
  readonly taskPath: string;
  readonly folder: string | undefined;
  readonly runId: string | undefined;
  readonly set: readonly string[];
  readonly json: boolean;
}

/** Reads the task and checks what the evaluation needs of it. @throws InvalidInputError */
export function loadForEvaluation(path: string, set: readonly string[], request: EvaluationRequest): LoadedTask {
  return loadTask(path, set, (task, splits) => {
    const [name = 'golden'] = splitsNeeded(request, splits.validation !== undefined);
    const split = splits[name as SplitName] ?? { examples: [] };
    return checkEvaluation(task, request, variantsOf(task, request, split.examples), name, split);
  });
}

/**
 * Evaluates, prints the result, and gives the exit code.
 * @param render the result in words
 * @param words the command's own options, for the sentence that says how to go on
 */
export function runEvaluation(
  command: 'evaluate' | 'calibrate',
  loaded: LoadedTask,
  request: EvaluationRequest,
  options: EvaluationOptions,
  words: readonly string[],
  render: (result: EvaluationResult) => string,
): Promise<number> {
  const { task } = loaded;
  const folder = options.folder ?? join('.prompt-optimizer', `evaluate-${task.name}`);
  const runId = options.runId ?? `${command}-${contentHash([loaded.file, textsOf(loaded), request]).slice(0, 16)}`;
  return withModel(async (notice) => {
    if (!options.json && notice !== undefined) console.log(`${notice}\n`);
    const models = variantsOf(task, request, loaded.splits.golden?.examples ?? []).flatMap(({ task: own, model }) => [
      model,
      own.judge?.name ?? model,
    ]);
    const priced = notice === undefined ? loaded : atNoPrice(loaded, models);
    onRunEvent(showEvaluation(options.json, () => void keepHistory(loaded)));
    const run = { runId, stateFolder: join(folder, 'state', 'evaluations'), loaded: priced };
    const input = async (): Promise<EvaluationInput> => ({
      task: await taskInput(priced),
      evaluation: request,
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
      return tellEnd(result, commandLine(command, [options.taskPath, ...words, '--run-id', runId]));
    }
    const path = join(folder, `${runId}.json`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(result.evaluation, null, 2)}\n`);
    console.log(options.json ? JSON.stringify(result.evaluation, null, 2) : render(result.evaluation).trimEnd());
    if (!options.json) console.log(`\ndata  ${shortPath(path)}`);
    return exitCodes.done;
  });
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
