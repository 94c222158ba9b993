/** Verify: baseline, winner and champion on a shard of the sealed test set. Only scores leave this function. */
import type { Archive, VerificationRow } from '../contracts/artifacts.ts';
import type { RunContext } from '../contracts/context.ts';
import type { Components } from '../contracts/task.ts';
import { candidateOf, componentsOf } from '../optimizer/archive.ts';
import { CHAMPION_ID } from '../optimizer/champion.ts';
import { addUsage } from '../optimizer/usage.ts';
import { keepLedger, loadItem } from '../rollout/item.ts';
import { itemHandler } from '../rollout/item-handler.ts';
import { openLease } from '../rollout/lease.ts';
import { rowsOf } from '../rollout/rows.ts';
import { loadBatch, type RolloutBatch, runRollouts } from '../rollout/run-rollouts.ts';
import { loadSealedTest, saveVerification } from '../store/artifacts.ts';

export const handler = itemHandler(async (input) => {
  const { runId, turn, index } = input;
  const [work, sealed] = await Promise.all([loadItem(input), loadSealedTest(runId)]);
  const { run, context, archive, ledger } = work;
  const item = archive.step?.kind === 'verify' ? archive.step.items[index] : undefined;
  if (item === undefined) throw new Error(`Turn ${turn} of run ${runId} has no shard ${index} of the sealed test.`);

  const examples = sealed.examples.slice(item.from, item.to);
  // Pairs stay together, so that a budget that runs out costs whole pairs, not one side of many.
  const draws = Array.from({ length: item.draws }, (_, draw) => draw);
  const pairs = examples.flatMap((example) =>
    draws.flatMap((draw) => item.candidateIds.map((candidateId) => ({ example, candidateId, draw }))),
  );
  const batch: RolloutBatch = {
    runId,
    epoch: run.epoch,
    task: context.task,
    table: 'sealed',
    concurrency: item.concurrency,
    cautious: ledger.lastError !== null,
    jobs: pairs.map(({ example, candidateId, draw }) => ({
      split: 'test',
      example,
      components: promptOf(candidateId, archive, context),
      draw,
    })),
  };
  const loaded = await loadBatch(batch);
  const lease = openLease(item.lease, addUsage(loaded.used, ledger.task), loaded.missing.size);
  const results = await runRollouts(batch, loaded, lease, work.task);
  const refs = pairs.map(({ example, candidateId, draw }) => ({ exampleId: example.id, candidateId, draw }));
  // Why a rollout failed, or how long it took, stays here.
  const rows = rowsOf(refs, runId, loaded, results).map(
    ({ failure: _failure, latencyMs: _latency, allUsage: _all, ...row }): VerificationRow => row,
  );
  await saveVerification(runId, turn, index, { schema: 'prompt-optimizer.verification.v1', rows });
  if (results.interruption !== null) {
    await keepLedger(input, ledger, { task: results.strayUsage }, results.interruption);
    throw results.interruption;
  }
  return { status: 'done' as const, index };
});

/** @throws Error when neither the archive nor the context has the prompt. */
function promptOf(candidateId: string, archive: Archive, { champion }: RunContext): Components {
  if (candidateId === CHAMPION_ID && champion !== null) return champion.components;
  return componentsOf(archive, candidateOf(archive, candidateId));
}
