/** Mutate: one item makes one child. Parent on a minibatch, reflection, guards, child on the same minibatch. */
import type { Archive, Rollout, Usage } from '../contracts/artifacts.ts';
import type { RunContext } from '../contracts/context.ts';
import type { MutationOutcome } from '../contracts/item-records.ts';
import type { ItemInput } from '../contracts/payloads.ts';
import type { MutateItem } from '../contracts/step.ts';
import type { Components } from '../contracts/task.ts';
import { isAccepted, pairedDifferences } from '../optimizer/acceptance.ts';
import { candidateOf, componentsOf, sameParts, textId } from '../optimizer/archive.ts';
import { childDraw } from '../optimizer/gepa/fold.ts';
import { brokenGuard, guardReason, guardsOf } from '../optimizer/guards.ts';
import type { ReflectedExample, TriedEdit } from '../optimizer/reflection-prompt.ts';
import { ROUNDING_ERROR } from '../optimizer/statistics.ts';
import { addUsage, noUsage } from '../optimizer/usage.ts';
import { type ItemWork, keepLedger, leaseUsage, loadItem } from '../rollout/item.ts';
import { itemHandler } from '../rollout/item-handler.ts';
import { type Lease, openLease } from '../rollout/lease.ts';
import { triedEdits, triedUnits } from '../rollout/lineage.ts';
import { loadReflections, type ReflectionSlot, reflect } from '../rollout/reflect.ts';
import { loadBatch, type RolloutBatch, runRollouts } from '../rollout/run-rollouts.ts';
import { loadRecord, recordIds, saveRecord } from '../store/runs.ts';

export const handler = itemHandler(async (input) => {
  const work = await loadItem(input);
  const item = work.archive.step?.kind === 'mutate' ? work.archive.step.items[input.index] : undefined;
  if (item === undefined) throw new Error(`Turn ${input.turn} of run ${input.runId} has no slot ${input.index}.`);

  const earlier = await loadRecord('outcome', input.runId, recordIds.outcome(input.turn, input.index));
  const isDone =
    earlier !== null &&
    earlier.status !== 'running' &&
    (earlier.status !== 'failed' || earlier.epoch === work.run.epoch);
  if (!isDone) await (item.proposeOnly ? propose(input, item, work) : makeChild(input, item, work, earlier));
  return { status: 'done' as const, index: input.index };
});

/** Reflects on rollouts that are stored already: the text is all that is asked for. Throws as `makeChild` does. */
async function propose(input: ItemInput, item: MutateItem, work: ItemWork): Promise<void> {
  const { archive, ledger } = work;
  const components = componentsOf(archive, candidateOf(archive, item.parentId));
  const batch = minibatchOf(work, item, components, (i) => item.minibatch[i]?.parentDraw ?? 0);
  const { keys, standing } = await loadBatch(batch);
  const stored = keys.map((key) => standing.get(key) ?? null);
  const reflections = await reflectionUsage(slotOf(input, item, work));
  const lease = openLease(item.lease, leaseUsage(noUsage(), ledger.reflection, ...reflections), 0);
  const tried = triedUnits(archive, item.component);
  const text = await writeText(input, item, work, { components, tried, batch, rollouts: stored }, lease.reflection);
  if (text !== null) await keepOutcome(input, work, { status: 'proposed', reason: null, text, reflected: 'answered' });
}

/** @throws the interruption that hands the item back to the machine; everything paid for is stored by then. */
async function makeChild(
  input: ItemInput,
  item: MutateItem,
  work: ItemWork,
  earlier: MutationOutcome | null,
): Promise<void> {
  const { context, archive, ledger } = work;
  const { task } = context;
  const parent = candidateOf(archive, item.parentId);
  const components = componentsOf(archive, parent);
  const parentBatch = minibatchOf(work, item, components, (i) => item.minibatch[i]?.parentDraw ?? 0);
  const childBatch = (text: string): RolloutBatch =>
    minibatchOf(work, item, { ...components, [item.component]: text }, () => childDraw(item));

  // One lease covers parent and child, whichever part of them an earlier attempt has left.
  const parentLoaded = await loadBatch(parentBatch);
  const childEarlier = earlier?.text == null ? null : await loadBatch(childBatch(earlier.text));
  const reflections = await reflectionUsage(slotOf(input, item, work));
  const used = addUsage(addUsage(ledger.task, parentLoaded.used), childEarlier?.used ?? noUsage());
  const untried = parentLoaded.missing.size + (childEarlier?.missing.size ?? item.minibatch.length);
  const lease = openLease(item.lease, leaseUsage(used, ledger.reflection, ...reflections), untried);

  const before = await runRollouts(parentBatch, parentLoaded, lease, work.task);
  if (before.interruption !== null) {
    await keepLedger(input, ledger, { task: before.strayUsage }, before.interruption);
    throw before.interruption;
  }
  const tried = triedEdits(archive, parent, item.component);
  const request = { components, tried, batch: parentBatch, rollouts: before.rollouts };
  const text = await writeText(input, item, work, request, lease.reflection);
  if (text === null) return;
  await keepOutcome(input, work, { status: 'running', reason: null, text, reflected: 'answered' });
  const batch = childBatch(text);
  const after = await runRollouts(batch, await loadBatch(batch), lease, work.task);
  if (after.interruption !== null) {
    await keepLedger(input, ledger, { task: after.strayUsage }, after.interruption);
    throw after.interruption;
  }
  const accepted = isAccepted(task.optimizer.acceptance, before.rollouts.map(scoreOf), after.rollouts.map(scoreOf));
  const broken = brokenGuard(evalDifferences(task, before.rollouts, after.rollouts), guardsOf(task));
  await keepOutcome(input, work, {
    status: accepted && broken === null ? 'accepted' : 'rejected',
    reason: !accepted ? 'no better than its parent on the minibatch' : broken === null ? null : guardReason(broken),
    text,
    reflected: 'answered',
  });
}

/** What the child did to each eval, by name, on the examples that both were scored on. */
function evalDifferences(
  { evals }: RunContext['task'],
  before: readonly (Rollout | null)[],
  after: readonly (Rollout | null)[],
): Record<string, number[]> {
  const scoreBy = (rollout: Rollout | null | undefined, name: string): number | null =>
    rollout?.evals.find((one) => one.name === name)?.score ?? null;
  return Object.fromEntries(
    evals.map(({ name }) => [
      name,
      pairedDifferences(
        before.map((rollout) => scoreBy(rollout, name)),
        after.map((rollout) => scoreBy(rollout, name)),
      ),
    ]),
  );
}

interface Reflected {
  readonly components: Components;
  readonly tried: readonly TriedEdit[];
  /** The prompt on the examples that are reflected on, and what it made of them. */
  readonly batch: RolloutBatch;
  readonly rollouts: readonly (Rollout | null)[];
}

/** The new text of the item's component; null when there is none, and the outcome that is kept says why. */
async function writeText(
  input: ItemInput,
  item: MutateItem,
  work: ItemWork,
  { components, tried, batch, rollouts }: Reflected,
  lease: Lease,
): Promise<string | null> {
  const { context, archive, ledger } = work;
  const giveUp = async (outcome: Pick<MutationOutcome, 'status' | 'reason' | 'reflected'>): Promise<null> => {
    await keepOutcome(input, work, { ...outcome, text: null });
    return null;
  };
  const examples = reflectedExamples(batch, rollouts);
  if (examples.length === 0) {
    return giveUp({ status: 'failed', reason: 'every rollout of the parent failed', reflected: 'not_asked' });
  }
  if (examples.length === item.minibatch.length && examples.every(({ score }) => score >= 1 - ROUNDING_ERROR)) {
    return giveUp({ status: 'rejected', reason: 'the parent is perfect on the minibatch', reflected: 'not_asked' });
  }
  const { parts } = candidateOf(archive, item.parentId);
  const reflection = await reflect(
    slotOf(input, item, work),
    context.task,
    { component: item.component, components, examples, tried },
    {
      triedAs: (text) => twinOf(archive, parts, item.component, text),
      examples: batch.jobs.map(({ example }) => example),
    },
    lease,
    work.reflection,
  );
  switch (reflection.status) {
    case 'interrupted':
      await keepLedger(input, ledger, { reflection: reflection.strayUsage }, reflection.error);
      throw reflection.error;
    case 'proposed':
      return reflection.text;
    case 'rejected':
      return giveUp({ status: 'rejected', reason: reflection.reason, reflected: 'answered' });
    case 'unanswered':
      return giveUp({ status: 'failed', reason: reflection.reason, reflected: 'unanswered' });
  }
}

function slotOf({ runId }: ItemInput, { generation, slot }: MutateItem, { run }: ItemWork): ReflectionSlot {
  return { runId, epoch: run.epoch, generation, slot };
}

async function reflectionUsage(slot: ReflectionSlot): Promise<Usage[]> {
  return (await loadReflections(slot)).map((record) => record?.usage ?? noUsage());
}

function keepOutcome(
  { runId, turn, index }: ItemInput,
  { run }: ItemWork,
  outcome: Omit<MutationOutcome, 'epoch'>,
): Promise<void> {
  return saveRecord('outcome', runId, recordIds.outcome(turn, index), { epoch: run.epoch, ...outcome });
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
