/** Score: runs one shard of (candidate, example, draw). */
import type { RunContext } from '../contracts/context.ts';
import { promptsById } from '../optimizer/steps/search.ts';
import { addUsage } from '../optimizer/usage.ts';
import { keepLedger, loadItem } from '../rollout/item.ts';
import { itemHandler } from '../rollout/item-handler.ts';
import { openLease } from '../rollout/lease.ts';
import { loadBatch, runRollouts } from '../rollout/run-rollouts.ts';

export const handler = itemHandler(async (input) => {
  const work = await loadItem(input);
  const { run, context, archive, ledger } = work;
  const item = archive.step?.kind === 'score' ? archive.step.items[input.index] : undefined;
  if (item === undefined) throw new Error(`Turn ${input.turn} of run ${input.runId} has no shard ${input.index}.`);

  const promptOf = promptsById(archive);
  const batch = {
    runId: input.runId,
    epoch: run.epoch,
    task: context.task,
    table: 'search' as const,
    concurrency: item.concurrency,
    cautious: ledger.lastError !== null,
    jobs: item.rollouts.map(({ candidateId, split, exampleId, draw }) => ({
      split,
      example: exampleOf(context, split, exampleId),
      components: promptOf(candidateId),
      draw,
    })),
  };
  const loaded = await loadBatch(batch);
  const lease = openLease(item.lease, addUsage(loaded.used, ledger.task), loaded.missing.size);
  const { strayUsage, interruption } = await runRollouts(batch, loaded, lease, work.task);
  if (interruption !== null) {
    await keepLedger(input, ledger, { task: strayUsage }, interruption);
    throw interruption;
  }
  return { status: 'done' as const, index: input.index };
});

/** @throws Error when the split does not have the example. */
function exampleOf(context: RunContext, split: 'train' | 'validation', id: string): RunContext['train'][number] {
  const example = context[split].find((one) => one.id === id);
  if (example === undefined) throw new Error(`Run ${context.runId} has no ${split} example ${id}.`);
  return example;
}
