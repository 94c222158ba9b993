/** Answers one shard of inputs: reference first where one is needed, then the task's own answer, then its judges. */
import pLimit from 'p-limit';
import type { Usage } from '../contracts/artifacts.ts';
import type { Example } from '../contracts/dataset.ts';
import type { AnswerItem, AnswerRow, Draft } from '../contracts/synthesis.ts';
import { EvalFailure } from '../evals/services.ts';
import { priceOf } from '../model/prices.ts';
import { addUsage, noUsage } from '../optimizer/usage.ts';
import { type Lease, openLease } from '../rollout/lease.ts';
import type { RolloutJob } from '../rollout/make-rollout.ts';
import { BrokenError, InterruptedError, type Interruption, openPurse } from '../rollout/purse.ts';
import { loadBatch, type RolloutBatch, type RolloutResults, runRollouts } from '../rollout/run-rollouts.ts';
import { baselineTaskOf, isRolledOut, referenceModel } from './answers.ts';
import { ask } from './ask.ts';
import type { SynthesisWork } from './item.ts';
import { referencePrompt } from './prompts/reference.ts';
import { needsReference, taskOf } from './resolve-spec.ts';

export interface AnsweredShard {
  readonly rows: AnswerRow[];
  /** Calls that belong to no row. */
  readonly stray: { readonly task: Usage; readonly reflection: Usage };
  readonly interruption: Interruption | null;
}

/** A reference answer, or why there is none. */
interface Reference {
  readonly expected: string | null;
  readonly failure: AnswerRow['failure'];
  readonly usage: Usage;
}

const NO_REFERENCE: Reference = { expected: null, failure: null, usage: noUsage() };

export async function answerShard(runId: string, item: AnswerItem, work: SynthesisWork): Promise<AnsweredShard> {
  const { run, plan, state, ledger, rolloutsOf } = work;
  const drafts = new Map(state.drafts.map((draft) => [draft.id, draft]));
  const wanted = state.order.slice(item.from, item.to).flatMap((id) => drafts.get(id) ?? []);
  const task = baselineTaskOf(plan, state);
  // Until the references are there, all that the lease has is theirs; what they leave is for the answers.
  const references = new Map<string, Reference>();
  let stray = noUsage();
  let interruption: Interruption | null = null;
  const used = addUsage(ledger.task, { ...ledger.reflection, calls: 0 });
  if (needsReference(plan.specs)) {
    const { judge } = openLease(item.lease, used, 0);
    const limit = pLimit(item.concurrency);
    const asked = wanted.map((draft) =>
      limit(async () => {
        if (interruption !== null) return;
        const got = await referenceOf(runId, draft, work, judge);
        if ('interruption' in got) {
          interruption ??= got.interruption;
          stray = addUsage(stray, got.stray);
        } else references.set(draft.id, got);
      }),
    );
    const broken = (await Promise.allSettled(asked)).find((one) => one.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
  }
  const referenceUsage = [...references.values()].reduce((sum, { usage }) => addUsage(sum, usage), stray);

  const open = wanted.filter(
    ({ id }) =>
      isRolledOut(id, state, plan) && (!needsReference(plan.specs) || typeof references.get(id)?.expected === 'string'),
  );
  const batch: RolloutBatch = {
    runId,
    epoch: run.epoch,
    task,
    table: 'sealed',
    concurrency: item.concurrency,
    cautious: ledger.lastError !== null,
    keepAnswers: true,
    jobs: open.map(
      (draft): RolloutJob => ({
        split: 'golden',
        example: exampleOf(draft, references.get(draft.id)?.expected ?? null),
        components: task.prompt,
        draw: 0,
      }),
    ),
  };
  const loaded = await loadBatch(batch);
  const lease = openLease(
    item.lease,
    addUsage(addUsage(loaded.used, used), { ...referenceUsage, calls: 0 }),
    loaded.missing.size,
  );
  // After an interruption only what is stored already still lands.
  const results = await runRollouts(
    batch,
    interruption === null ? loaded : { ...loaded, missing: new Map() },
    lease,
    rolloutsOf(task),
  );
  const at = new Map(open.map(({ id }, i) => [id, i]));
  return {
    rows: wanted.flatMap((draft) =>
      rowOf(runId, draft, references.get(draft.id) ?? NO_REFERENCE, results, at.get(draft.id), loaded.keys),
    ),
    stray: { task: results.strayUsage, reflection: stray },
    interruption: interruption ?? results.interruption,
  };
}

async function referenceOf(
  runId: string,
  draft: Draft,
  { run, plan, state, callsAt }: SynthesisWork,
  lease: Lease,
): Promise<Reference | { readonly interruption: Interruption; readonly stray: Usage }> {
  const task = baselineTaskOf(plan, state);
  const model = referenceModel(task, plan);
  const rolloutKey = `${runId} reference ${draft.id}`;
  const purse = openPurse({ table: 'sealed', runId, epoch: run.epoch, rolloutKey, earlier: undefined }, pLimit(1));
  const asked = referencePrompt({ task: taskOf(plan.specs), specs: plan.specs, input: draft.input });
  const deps = callsAt(priceOf(model.name, task.prices));
  try {
    const { expected } = await ask(asked, { model, purse, lease, deps, draw: [taskOf(plan.specs).synthesis.seed] });
    const failure =
      expected.trim() === '' ? { name: 'GeneratorError', message: 'The reference answer is empty.' } : null;
    return { expected: failure === null ? expected : null, failure, usage: purse.total() };
  } catch (error) {
    if (error instanceof BrokenError) throw error.cause;
    if (error instanceof InterruptedError) return { interruption: error.interruption, stray: purse.unstored() };
    if (!(error instanceof EvalFailure)) throw error;
    return { expected: null, failure: { name: error.name, message: error.message }, usage: purse.total() };
  }
}

/** The example as it is judged. */
function exampleOf({ id, input }: Draft, expected: string | null): Example {
  return expected === null ? { id, input } : { id, input, expected };
}

/** What came of an input; nothing where nothing was paid for it. */
function rowOf(
  runId: string,
  { id }: Draft,
  reference: Reference,
  { rollouts, partial }: RolloutResults,
  at: number | undefined,
  keys: readonly string[],
): AnswerRow[] {
  const common = { id, expected: reference.expected, referenceUsage: reference.usage };
  const rollout = at === undefined ? null : (rollouts[at] ?? null);
  if (rollout !== null) {
    const { output, evals, failure, usage } = rollout;
    const cached = rollout.runId !== runId;
    return [
      {
        ...common,
        output,
        evals: Object.fromEntries(evals.map(({ name, score }) => [name, score])),
        failure: failure === null ? null : { name: failure.name, message: failure.message },
        usage: cached ? noUsage() : usage,
        cached,
      },
    ];
  }
  const usage = (at === undefined ? undefined : partial.get(keys[at] ?? '')) ?? noUsage();
  const isPaid = usage.calls + usage.judgeCalls + reference.usage.calls > 0;
  const { failure } = reference;
  return isPaid || failure !== null || reference.expected !== null
    ? [{ ...common, output: null, evals: {}, failure, usage, cached: false }]
    : [];
}
