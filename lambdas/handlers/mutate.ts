/** Mutate: one item makes one child. Parent on a minibatch, reflection, guards, child on the same minibatch. */
import type { Archive, MutationOutcome, Rollout, RunContext } from '../contracts/artifacts.ts';
import { type ItemInput, itemDoneSchema, itemInputSchema } from '../contracts/payloads.ts';
import type { MutateItem } from '../contracts/step.ts';
import type { Components } from '../contracts/task.ts';
import { isAccepted } from '../optimizer/acceptance.ts';
import { candidateOf, componentsOf, sameParts, textId } from '../optimizer/archive.ts';
import { childDraw } from '../optimizer/gepa/fold.ts';
import { ROUNDING_ERROR } from '../optimizer/statistics.ts';
import { addUsage, noUsage } from '../optimizer/usage.ts';
import { stateHandler } from '../platform/handler.ts';
import { type ItemWork, keepLedger, leaseUsage, loadItem } from '../rollout/item.ts';
import { openLease } from '../rollout/lease.ts';
import { triedEdits } from '../rollout/lineage.ts';
import { loadReflections, reflect } from '../rollout/reflect.ts';
import type { ReflectedExample } from '../rollout/reflection-prompt.ts';
import { loadBatch, type RolloutBatch, runRollouts } from '../rollout/run-rollouts.ts';
import { loadRecord, recordIds, saveRecord } from '../store/runs.ts';

export const handler = stateHandler(itemInputSchema, itemDoneSchema, async (input) => {
  const work = await loadItem(input);
  const item = work.archive.step?.kind === 'mutate' ? work.archive.step.items[input.index] : undefined;
  if (item === undefined) throw new Error(`Turn ${input.turn} of run ${input.runId} has no slot ${input.index}.`);

  const earlier = await loadRecord('outcome', input.runId, recordIds.outcome(input.turn, input.index));
  const isDone =
    earlier !== null &&
    earlier.status !== 'running' &&
    (earlier.status !== 'failed' || earlier.epoch === work.run.epoch);
  if (!isDone) await makeChild(input, item, work, earlier);
  return { status: 'done' as const, index: input.index };
});

/** @throws the interruption that hands the item back to the machine; everything paid for is stored by then. */
async function makeChild(
  input: ItemInput,
  item: MutateItem,
  work: ItemWork,
  earlier: MutationOutcome | null,
): Promise<void> {
  const { run, context, archive, ledger } = work;
  const { task } = context;
  const keep = (outcome: Omit<MutationOutcome, 'epoch'>): Promise<void> =>
    saveRecord('outcome', input.runId, recordIds.outcome(input.turn, input.index), { epoch: run.epoch, ...outcome });
  const parent = candidateOf(archive, item.parentId);
  const components = componentsOf(archive, parent);
  const parentBatch = minibatchOf(work, item, components, (i) => item.minibatch[i]?.parentDraw ?? 0);
  const childBatch = (text: string): RolloutBatch =>
    minibatchOf(work, item, { ...components, [item.component]: text }, () => childDraw(item));

  // One lease covers parent and child, whichever part of them an earlier attempt has left.
  const parentLoaded = await loadBatch(parentBatch);
  const childEarlier = earlier?.text == null ? null : await loadBatch(childBatch(earlier.text));
  const slot = { runId: input.runId, epoch: run.epoch, generation: item.generation, slot: item.slot };
  const reflections = (await loadReflections(slot)).map((record) => record?.usage ?? noUsage());
  const used = addUsage(addUsage(ledger.task, parentLoaded.used), childEarlier?.used ?? noUsage());
  const untried = parentLoaded.missing.size + (childEarlier?.missing.size ?? item.minibatch.length);
  const lease = openLease(item.lease, leaseUsage(used, ledger.reflection, ...reflections), untried);

  const before = await runRollouts(parentBatch, parentLoaded, lease.task, work.task);
  if (before.interruption !== null) {
    await keepLedger(input, ledger, { task: before.strayUsage }, before.interruption);
    throw before.interruption;
  }
  const examples = reflectedExamples(parentBatch, before.rollouts);
  if (examples.length === 0) {
    return keep({ status: 'failed', reason: 'every rollout of the parent failed', text: null, reflected: 'not_asked' });
  }
  if (examples.length === item.minibatch.length && examples.every(({ score }) => score >= 1 - ROUNDING_ERROR)) {
    return keep({
      status: 'rejected',
      reason: 'the parent is perfect on the minibatch',
      text: null,
      reflected: 'not_asked',
    });
  }

  const reflection = await reflect(
    slot,
    task,
    { component: item.component, components, examples, tried: triedEdits(archive, parent, item.component) },
    {
      triedAs: (text) => twinOf(archive, parent.parts, item.component, text),
      examples: parentBatch.jobs.map(({ example }) => example),
    },
    lease.reflection,
    work.reflection,
  );
  if (reflection.status === 'interrupted') {
    await keepLedger(input, ledger, { reflection: reflection.strayUsage }, reflection.error);
    throw reflection.error;
  }
  if (reflection.status !== 'proposed') {
    const reflected = reflection.status === 'rejected' ? 'answered' : 'unanswered';
    const status = reflection.status === 'rejected' ? 'rejected' : 'failed';
    return keep({ status, reason: reflection.reason, text: null, reflected });
  }

  const { text } = reflection;
  await keep({ status: 'running', reason: null, text, reflected: 'answered' });
  const batch = childBatch(text);
  const after = await runRollouts(batch, await loadBatch(batch), lease.task, work.task);
  if (after.interruption !== null) {
    await keepLedger(input, ledger, { task: after.strayUsage }, after.interruption);
    throw after.interruption;
  }
  const accepted = isAccepted(task.optimizer.acceptance, before.rollouts.map(scoreOf), after.rollouts.map(scoreOf));
  await keep({
    status: accepted ? 'accepted' : 'rejected',
    reason: accepted ? null : 'no better than its parent on the minibatch',
    text,
    reflected: 'answered',
  });
}

function minibatchOf(
  { run, context, ledger }: ItemWork,
  item: MutateItem,
  components: Components,
  drawOf: (i: number) => number,
): RolloutBatch {
  return {
    runId: run.runId,
    epoch: run.epoch,
    task: context.task,
    table: 'search',
    concurrency: item.concurrency,
    cautious: ledger.lastError !== null,
    jobs: item.minibatch.map(({ exampleId }, i) => ({
      split: 'train',
      example: trainExample(context, exampleId),
      components,
      draw: drawOf(i),
    })),
  };
}

function trainExample(context: RunContext, id: string): RunContext['train'][number] {
  const example = context.train.find((one) => one.id === id);
  if (example === undefined) throw new Error(`Run ${context.runId} has no training example ${id}.`);
  return example;
}

function reflectedExamples(batch: RolloutBatch, rollouts: readonly (Rollout | null)[]): ReflectedExample[] {
  return batch.jobs.flatMap(({ example }, i): ReflectedExample[] => {
    const rollout = rollouts[i];
    if (rollout?.status !== 'scored' || rollout.score === null) return [];
    return [{ example, output: rollout.output ?? '', score: rollout.score, evals: rollout.evals }];
  });
}

function twinOf(
  archive: Archive,
  parts: Readonly<Record<string, string>>,
  component: string,
  text: string,
): string | null {
  const child = { ...parts, [component]: textId(text) };
  return archive.candidates.find((other) => sameParts(other.parts, child))?.id ?? null;
}

function scoreOf(rollout: Rollout | null): number | null {
  return rollout?.score ?? null;
}
