/** Conclude: statistics, verdict, report. Idempotent: the same scores make the same files. */
import type { Archive, Rollout, RunContext, Spend, VerificationRow } from '../contracts/artifacts.ts';
import { ModelRefusedRequestError } from '../contracts/errors.ts';
import { concludeOutputSchema, type Turn, turnSchema } from '../contracts/payloads.ts';
import type { Report } from '../contracts/report.ts';
import { BASELINE_ID, candidateOf, componentsOf } from '../optimizer/archive.ts';
import { outsideFence } from '../optimizer/reflection-prompt.ts';
import { addPaidRollout, addUsageTo } from '../optimizer/steps/spend.ts';
import { stateHandler } from '../platform/handler.ts';
import { buildReport, sealedIntervals } from '../report/build.ts';
import { compareExamples, type FindRollout } from '../report/compared-examples.ts';
import { type Reply, renderReportHtml } from '../report/html.ts';
import { loadReflections } from '../rollout/reflect.ts';
import { jobKey } from '../rollout/run-rollouts.ts';
import { loadArchive, loadContext, loadVerification, runObject } from '../store/artifacts.ts';
import { putText } from '../store/objects.ts';
import { loadRollouts } from '../store/rollouts.ts';
import { loadRecords, loadRun, recordIds, updateRun } from '../store/runs.ts';

export const handler = stateHandler(turnSchema, concludeOutputSchema, async (input) => {
  const { runId, turn } = input;
  const [run, context] = await Promise.all([loadRun(runId), loadContext(runId)]);
  if (run === null) throw new Error(`Run ${runId} does not exist.`);
  const archive = await loadArchive(runId, turn, run.epoch);
  const { rows, spend, lastError } = await loadSealedScores(input, archive);
  const elapsedMs = archive.elapsedMs + Math.max(0, Date.now() - run.lastSeenMs);
  const wallSeconds = Math.round(elapsedMs / 100) / 10;
  const rollouts = await validationRollouts(context, archive);
  const report = buildReport({ context, archive, rows, spend, wallSeconds, lastError, notes: notesOf(rollouts) });
  await saveFiles(context, archive, report, rows, rollouts.find);
  await updateRun(runId, { status: 'succeeded', error: null });
  const { bucket, key } = runObject(runId, '');
  return {
    runId,
    verdict: report.verdict,
    gain: { mean: report.testDelta.mean, ci95: report.testDelta.ci95, pValue: report.testDelta.pValue },
    rollouts: report.spend.rollouts,
    costUsd: report.spend.costUsd,
    report: `s3://${bucket}/${key}`,
  };
});

/** What Verify's items left: rows in the order of the test set, and the run's spend with theirs. */
async function loadSealedScores(
  { runId, turn, results }: Turn,
  archive: Archive,
): Promise<{ rows: VerificationRow[]; spend: Spend; lastError: string | null }> {
  if (archive.step?.kind !== 'verify') throw new Error(`Turn ${turn} of run ${runId} is no sealed test.`);
  const { items } = archive.step;
  const ledgerIds = items.map((_, i) => recordIds.ledger(turn, i));
  const ledgers = await loadRecords('ledger', runId, ledgerIds);
  const lastError = [...ledgers.values()].find((ledger) => ledger.lastError !== null)?.lastError?.message ?? null;
  if (results.some((result) => result.status === 'failed' && result.error === 'ModelRefusedRequestError')) {
    throw new ModelRefusedRequestError(lastError ?? 'The model refuses our requests.');
  }
  const shards = await Promise.all(items.map((_, i) => loadVerification(runId, turn, i)));
  const rows = shards.flatMap((shard) => shard?.rows ?? []);
  const wanted = items.reduce(
    (sum, { from, to, draws, candidateIds }) => sum + (to - from) * draws * candidateIds.length,
    0,
  );
  let spend = rows.reduce((sum, row) => addPaidRollout(sum, { ...row, failed: row.score === null }), archive.spend);
  for (const id of ledgerIds) {
    const ledger = ledgers.get(id);
    if (ledger !== undefined) spend = addUsageTo(spend, ledger.task);
  }
  return { rows, spend: { ...spend, failures: spend.failures + wanted - rows.length }, lastError };
}

async function saveFiles(
  context: RunContext,
  archive: Archive,
  report: Report,
  rows: readonly VerificationRow[],
  findRollout: FindRollout,
): Promise<void> {
  const { runId } = context;
  const { task } = context;
  const html = renderReportHtml({
    report,
    seedComponents: componentsOf(archive, candidateOf(archive, BASELINE_ID)),
    examples: compareExamples(context, findRollout),
    intervals: sealedIntervals(archive, rows, task.optimizer.seed),
    budget: task.budget,
    models: { task: task.model.name, reflection: task.reflection.name },
    replies: await repliesOf(runId, report),
    trainExamples: namedExamples(context, report),
  });
  await putText(runObject(runId, 'report.json'), `${JSON.stringify(report, null, 2)}\n`, 'application/json');
  await putText(runObject(runId, 'report.html'), html, 'text/html; charset=utf-8');
  for (const [name, text] of Object.entries(report.recommended.components)) {
    await putText(runObject(runId, `best-prompt/${name}.txt`), text, 'text/plain; charset=utf-8');
  }
}

/** What the replies behind the report's edits said outside their fence. */
async function repliesOf(runId: string, { edits }: Report): Promise<Reply[]> {
  const slots = new Map(
    edits.flatMap(({ generation, slot }) => (slot === null ? [] : [[`${generation} ${slot}`, { generation, slot }]])),
  );
  const loaded = await Promise.all(
    [...slots.values()].map(async (slot) => {
      const records = await loadReflections({ runId, ...slot });
      const text = records.findLast((record) => record?.reply != null)?.reply ?? null;
      return text === null ? [] : [{ ...slot, text: outsideFence(text) }];
    }),
  );
  return loaded.flat();
}

function namedExamples({ train }: RunContext, { edits }: Report): Record<string, string> {
  const named = new Set(edits.flatMap(({ exampleIds }) => exampleIds));
  return Object.fromEntries(
    train
      .filter(({ id }) => named.has(id))
      .map(({ id, input }) => [id, typeof input === 'string' ? input : JSON.stringify(input)]),
  );
}

/** What evals noted about how their scores came about, each once. */
function notesOf({ all }: ValidationRollouts): string[] {
  return [...new Set(all.flatMap(({ evals }) => evals.flatMap(({ note }) => note ?? [])))];
}

interface ValidationRollouts {
  readonly all: readonly Rollout[];
  readonly find: FindRollout;
}

async function validationRollouts(context: RunContext, archive: Archive): Promise<ValidationRollouts> {
  const prompts = { baseline: BASELINE_ID, best: archive.winnerId ?? BASELINE_ID };
  const keyOf = (prompt: 'baseline' | 'best', exampleId: string): string => {
    const example = context.validation.find(({ id }) => id === exampleId);
    if (example === undefined) throw new Error(`Run ${context.runId} has no validation example ${exampleId}.`);
    const components = componentsOf(archive, candidateOf(archive, prompts[prompt]));
    return jobKey(context.task, { split: 'validation', example, components, draw: 0 });
  };
  const keys = context.validation.flatMap(({ id }) => [keyOf('baseline', id), keyOf('best', id)]);
  const rollouts = await loadRollouts('search', keys);
  return {
    all: [...rollouts.values()],
    find: (prompt, exampleId) => rollouts.get(keyOf(prompt, exampleId)) ?? null,
  };
}
