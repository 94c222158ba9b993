/** Conclude: statistics, verdict, report, promotion. Idempotent: the same scores make the same files, and one champion. */
import type { Archive, Rollout, Spend, VerificationRow } from '../contracts/artifacts.ts';
import type { RunContext } from '../contracts/context.ts';
import { ModelRefusedRequestError } from '../contracts/errors.ts';
import { type RunOutcome, runOutcomeSchema, type Turn, turnSchema } from '../contracts/payloads.ts';
import type { Report } from '../contracts/report.ts';
import type { ChampionScores, RunRecord } from '../contracts/run.ts';
import type { Task } from '../contracts/task.ts';
import { BASELINE_ID, candidateOf, componentsOf, validationScores } from '../optimizer/archive.ts';
import { outsideFence } from '../optimizer/reflection-prompt.ts';
import { addPaidRollout, addUsageTo } from '../optimizer/steps/spend.ts';
import { stateHandler } from '../platform/handler.ts';
import { buildReport, sealedIntervals } from '../report/build.ts';
import { compareExamples, type FindRollout } from '../report/compared-examples.ts';
import { type Reply, renderReportHtml } from '../report/html.ts';
import { buildUnfinishedReport, renderUnfinishedHtml, type UnfinishedInput } from '../report/unfinished.ts';
import { loadReflections } from '../rollout/reflect.ts';
import { jobKey } from '../rollout/run-rollouts.ts';
import { throwIfStopped } from '../rollout/stop-watch.ts';
import { keepLook } from '../service/champion-look.ts';
import { endRun } from '../service/end-run.ts';
import { unchangedOutcome, verdictOutcome } from '../service/outcome.ts';
import { considerPromotion } from '../service/promotion.ts';
import {
  loadArchive,
  loadContext,
  loadVerification,
  runObject,
  saveChampionScores,
  saveReport,
} from '../store/artifacts.ts';
import { putText } from '../store/objects.ts';
import { loadRollouts } from '../store/rollouts.ts';
import { loadRecords, loadRun, recordIds } from '../store/runs.ts';

export const handler = stateHandler(turnSchema, runOutcomeSchema, async (input) => {
  const { runId, turn } = input;
  const [run, context] = await Promise.all([loadRun(runId), loadContext(runId)]);
  const { task } = context;
  if (run === null) throw new Error(`Run ${runId} does not exist.`);
  await throwIfStopped(run);
  const archive = await loadArchive(runId, turn, run.epoch);
  const elapsedMs = archive.elapsedMs + Math.max(0, Date.now() - run.lastSeenMs);
  const wallSeconds = Math.round(elapsedMs / 100) / 10;
  if (archive.stopReason === 'unchanged') {
    const unfinished = { context, archive, spend: archive.spend, wallSeconds, verdict: 'skipped_unchanged' as const };
    return endUnchanged(run, unfinished);
  }
  const { rows, spend, lastError } = await loadSealedScores(input, archive);
  const rollouts = await validationRollouts(context, archive);
  const report = buildReport({ context, archive, rows, spend, wallSeconds, lastError, notes: notesOf(rollouts) });
  await saveFiles(context, archive, report, rows, rollouts.find);
  await throwIfStopped((await loadRun(runId)) ?? run);
  const promotion = await considerPromotion(context, report);
  await keepScores(context, championScores(archive, task, report.recommended.candidateId));
  const outcome = await verdictOutcome(context, report, promotion);
  await endRun(run, 'succeeded', outcome, spend);
  return outcome;
});

/** Nothing was searched: the check is all that the run has to tell. */
async function endUnchanged(run: RunRecord, input: UnfinishedInput): Promise<RunOutcome> {
  const { context, archive, spend } = input;
  const report = buildUnfinishedReport(input);
  await saveReport(context.runId, report, renderUnfinishedHtml(report));
  await keepScores(context, archive.check === null ? {} : { [BASELINE_ID]: archive.check.scores }, true);
  const outcome = await unchangedOutcome(context, report);
  await endRun(run, 'skipped', outcome, spend);
  return outcome;
}

/** Mean validation scores by example of the baseline and of what is recommended, as far as they are known. */
function championScores(archive: Archive, { evals }: Task, recommendedId: string): ChampionScores['scores'] {
  const known = validationScores(
    archive,
    evals.map(({ name }) => name),
  ).filter(({ id, scores }) => [BASELINE_ID, recommendedId].includes(id) && scores.size > 0);
  return Object.fromEntries(known.map(({ id, scores }) => [id, Object.fromEntries(scores)]));
}

/** For the next scheduled run of a stored task. */
async function keepScores(
  { runId, task, taskVersion, fingerprint }: RunContext,
  scores: ChampionScores['scores'],
  isUnchanged = false,
): Promise<void> {
  if (taskVersion === null) return;
  await saveChampionScores(runId, scores);
  await keepLook({ task: task.name, runId, fingerprint, baseline: task.prompt }, scores, isUnchanged);
}

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
  await saveReport(runId, report, html);
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
