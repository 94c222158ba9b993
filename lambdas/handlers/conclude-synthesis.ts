/** ConcludeSynthesis: the datasets where an optimization finds them, the task, the report. Idempotent. */
import type { Example, SplitName } from '../contracts/dataset.ts';
import { type AnswerRow, concludeSynthesisInputSchema, type SynthesisState } from '../contracts/synthesis.ts';
import { concludeSynthesisOutputSchema } from '../contracts/synthesis-report.ts';
import { stateHandler } from '../platform/handler.ts';
import { endWithoutVerdict } from '../service/end-run.ts';
import { runObject } from '../store/artifacts.ts';
import { putText, uriOf } from '../store/objects.ts';
import { loadRun } from '../store/runs.ts';
import { datasetObject, loadAnswers, loadSynthesisPlan, loadSynthesisState } from '../store/synthesis.ts';
import { judgesOf } from '../synthesis/answers.ts';
import { datasetsOf } from '../synthesis/datasets.ts';
import { synthesisReport } from '../synthesis/report.ts';
import { taskText } from '../synthesis/task-text.ts';

export const handler = stateHandler(
  concludeSynthesisInputSchema,
  concludeSynthesisOutputSchema,
  async ({ runId, turn }) => {
    const [run, plan, state] = await Promise.all([
      loadRun(runId),
      loadSynthesisPlan(runId),
      loadSynthesisState(runId, turn),
    ]);
    if (run === null) throw new Error(`Run ${runId} does not exist.`);
    const rows = await rowsOf(state);
    const datasets = datasetsOf(plan, state, rows);
    const report = synthesisReport(plan, state, rows, datasets);
    const made = Object.entries(datasets.splits) as [SplitName, readonly Example[]][];
    const filled = made.filter(([, examples]) => examples.length > 0);
    for (const [name, examples] of filled) {
      const lines = examples.map((example) => `${JSON.stringify(example)}\n`).join('');
      await putText(datasetObject(runId, name), lines, 'application/jsonl');
    }
    const sizes = { validation: datasets.splits.validation.length, test: datasets.splits.test.length };
    const judges = judgesOf(plan, state);
    const paths = Object.fromEntries(filled.map(([name]) => [name, `${name}.jsonl`]));
    const uris = Object.fromEntries(filled.map(([name]) => [name, uriOf(datasetObject(runId, name))]));
    const task = taskText(plan, judges, sizes);
    await putText(runObject(runId, 'task.yaml'), task.yaml(paths), 'application/yaml');
    await putText(runObject(runId, 'task.json'), task.input(uris), 'application/json');
    await putText(runObject(runId, 'synthesis.json'), `${JSON.stringify(report, null, 2)}\n`, 'application/json');
    const { rollouts, costUsd } = report.spend;
    await endWithoutVerdict(run, { rollouts, costUsd });
    return {
      runId,
      task: report.task,
      examples: made.reduce((sum, [, examples]) => sum + examples.length, 0),
      costUsd: report.spend.costUsd,
      result: uriOf(runObject(runId, '')),
    };
  },
);

async function rowsOf({ runId, answerTurns }: SynthesisState): Promise<AnswerRow[]> {
  const shards = answerTurns.flatMap(([turn, count]) => Array.from({ length: count }, (_, index) => ({ turn, index })));
  return (await Promise.all(shards.map(({ turn, index }) => loadAnswers(runId, turn, index)))).flat();
}
