/** Evaluate: runs one shard of an evaluation: examples with prompts and models, or golden answers with judges. */
import type { EvaluationRow, Variant } from '../contracts/evaluation.ts';
import { type Job, jobsBetween } from '../evaluation/jobs.ts';
import { addUsage, noUsage } from '../optimizer/usage.ts';
import { keepLedger, loadEvaluationItem } from '../rollout/item.ts';
import { itemHandler } from '../rollout/item-handler.ts';
import { openLease } from '../rollout/lease.ts';
import type { RolloutJob } from '../rollout/make-rollout.ts';
import { rowsOf } from '../rollout/rows.ts';
import { loadBatch, type RolloutBatch, runRollouts } from '../rollout/run-rollouts.ts';
import { loadSealedTest } from '../store/artifacts.ts';
import { saveRows } from '../store/evaluations.ts';

export const handler = itemHandler(async (input) => {
  const { runId, turn, index } = input;
  const { run, plan, state, ledger, dependenciesOf } = await loadEvaluationItem(input);
  const item = state.step?.items[index];
  if (item === undefined) throw new Error(`Turn ${turn} of evaluation ${runId} has no shard ${index}.`);
  const isSealed = plan.examples === null;
  const examples = plan.examples ?? (await loadSealedTest(runId)).examples;
  const isGiven = plan.request.of === 'judges';
  const split = plan.request.of === 'judges' ? 'golden' : plan.request.split;

  const toRollout = ({ example: at, variant, draw }: Job): RolloutJob => {
    const example = examples[at];
    if (example === undefined) throw new Error(`Evaluation ${runId} has no example ${at}.`);
    const job = { split, example, components: variant.task.prompt, draw };
    return isGiven ? { ...job, given: example.output ?? '' } : job;
  };
  const byVariant = Map.groupBy(jobsBetween(plan, item.from, item.to), ({ variant }) => variant);
  const batches = await Promise.all(
    [...byVariant].map(async ([variant, jobs]) => {
      const batch: RolloutBatch = {
        runId,
        epoch: run.epoch,
        task: variant.task,
        table: isSealed ? 'sealed' : 'search',
        concurrency: item.concurrency,
        cautious: ledger.lastError !== null,
        keepAnswers: true,
        jobs: jobs.map(toRollout),
      };
      return { variant, batch, loaded: await loadBatch(batch) };
    }),
  );
  const used = batches.reduce((sum, { loaded }) => addUsage(sum, loaded.used), ledger.task);
  const untried = batches.reduce((sum, { loaded }) => sum + loaded.missing.size, 0);
  const lease = openLease(item.lease, used, isGiven ? 0 : untried);

  const rows: EvaluationRow[] = [];
  let stray = noUsage();
  let interruption: Awaited<ReturnType<typeof runRollouts>>['interruption'] = null;
  for (const { variant, batch, loaded } of batches) {
    // After an interruption only what is stored already still lands.
    const open = interruption === null ? loaded : { ...loaded, missing: new Map() };
    const results = await runRollouts(batch, open, lease, dependenciesOf(variant));
    rows.push(...rowsOf(refsOf(batch, variant), runId, loaded, results));
    stray = addUsage(stray, results.strayUsage);
    interruption ??= results.interruption;
  }
  await saveRows(runId, turn, index, rows);
  if (interruption !== null) {
    await keepLedger(input, ledger, { task: stray }, interruption);
    throw interruption;
  }
  return { status: 'done' as const, index };
});

function refsOf({ jobs }: RolloutBatch, variant: Variant): { exampleId: string; candidateId: string; draw: number }[] {
  return jobs.map(({ example, draw }) => ({ exampleId: example.id, candidateId: variant.id, draw }));
}
