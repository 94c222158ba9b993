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
  /** Of the run, when it was asked for. */
  readonly epoch: number;
}

const NO_REFERENCE: Reference = { expected: null, failure: null, usage: noUsage(), epoch: 0 };

/** @param earlier what an earlier attempt of the same shard has left */
export async function answerShard(
  runId: string,
  item: AnswerItem,
  work: SynthesisWork,
  earlier: readonly AnswerRow[],
): Promise<AnsweredShard> {
  const { run, plan, state, ledger, rolloutsOf } = work;
  const drafts = new Map(state.drafts.map((draft) => [draft.id, draft]));
  const wanted = state.order.slice(item.from, item.to).flatMap((id) => drafts.get(id) ?? []);
  const task = baselineTaskOf(plan, state);
  // Until the references are there, all that the lease has is theirs; what they leave is for the answers.
  const references = new Map(earlier.map((row) => [row.id, referenceIn(row)]));
  let stray = noUsage();
  let interruption: Interruption | null = null;
  const used = addUsage(ledger.task, { ...ledger.reflection, calls: 0 });
  if (needsReference(plan.specs)) {
    const landed = earlier.flatMap(({ usage, referenceUsage }) => [usage, { ...referenceUsage, calls: 0 }]);
    const { judge } = openLease(item.lease, landed.reduce(addUsage, used), 0);
    const limit = pLimit(item.concurrency);
    const askOne = async (draft: Draft): Promise<void> => {
      if (interruption !== null) return;
      const got = await referenceOf(runId, draft, work, judge, references.get(draft.id));
      if ('interruption' in got) {
        interruption ??= got.interruption;
        stray = addUsage(stray, got.stray);
      } else references.set(draft.id, got);
    };
    const missing = wanted.filter(({ id }) => !stands(references.get(id), run.epoch));
    // Where the model was out of reach before, one call goes ahead, as in `runRollouts`.
    if (ledger.lastError !== null) await Promise.all(missing.splice(0, 1).map(askOne));
    const asked = missing.map((draft) => limit(askOne, draft));
    const broken = (await Promise.allSettled(asked)).find((one) => one.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
  }
  const referenceUsage = [...references.values()].reduce((sum, { usage }) => addUsage(sum, usage), stray);

  const open = wanted.filter(
    ({ id }) =>
      item.answers &&
      isRolledOut(id, state, plan) &&
      (!needsReference(plan.specs) || typeof references.get(id)?.expected === 'string'),
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
  const ended = interruption ?? results.interruption;
  return {
    rows: wanted.flatMap(({ id }): AnswerRow[] => {
      const reference = references.get(id) ?? NO_REFERENCE;
      const i = at.get(id);
      return i === undefined
        ? unansweredRow(id, reference)
        : answeredRow(runId, id, reference, results, i, loaded.keys, ended);
    }),
    stray: { task: results.strayUsage, reflection: stray },
    interruption: ended,
  };
}

function referenceIn({ expected, failure, referenceUsage, referenceEpoch }: AnswerRow): Reference {
  return { expected, failure: expected === null ? failure : null, usage: referenceUsage, epoch: referenceEpoch };
}

/** A reference that failed is asked for again by a run that is started anew. */
function stands(reference: Reference | undefined, epoch: number): boolean {
  return reference !== undefined && (reference.expected !== null || reference.epoch === epoch);
}

async function referenceOf(
  runId: string,
  draft: Draft,
  { run, plan, state, callsAt }: SynthesisWork,
  lease: Lease,
  failed: Reference | undefined,
): Promise<Reference | { readonly interruption: Interruption; readonly stray: Usage }> {
  const task = baselineTaskOf(plan, state);
  const model = referenceModel(task, plan);
  const rolloutKey = `${runId} reference ${draft.id}`;
  const purse = openPurse({ table: 'sealed', runId, epoch: run.epoch, rolloutKey, earlier: failed }, pLimit(1));
  const asked = referencePrompt({ task: taskOf(plan.specs), specs: plan.specs, input: draft.input });
  const deps = callsAt(priceOf(model.name, task.prices));
  try {
    const { expected } = await ask(asked, { model, purse, lease, deps, draw: [taskOf(plan.specs).synthesis.seed] });
    return { expected, failure: null, usage: purse.total(), epoch: run.epoch };
  } catch (error) {
    if (error instanceof BrokenError) throw error.cause;
    if (error instanceof InterruptedError) return { interruption: error.interruption, stray: purse.unstored() };
    if (!(error instanceof EvalFailure)) throw error;
    const failure = { name: error.name, message: error.message };
    return { expected: null, failure, usage: purse.total(), epoch: run.epoch };
  }
}

/** The example as it is judged. */
function exampleOf({ id, input }: Draft, expected: string | null): Example {
  return expected === null ? { id, input } : { id, input, expected };
}

/** An input whose answer is not wanted, or not without the reference that it lacks; none where nothing was paid for it. */
function unansweredRow(id: string, reference: Reference): AnswerRow[] {
  const { expected, failure } = reference;
  if (expected === null && failure === null) return [];
  return [{ id, ...told(reference), output: null, evals: {}, failure, usage: noUsage(), cached: false }];
}

/** An input with its answer, or with what was paid before the shard was interrupted; none where nothing was. */
function answeredRow(
  runId: string,
  id: string,
  reference: Reference,
  { rollouts, partial }: RolloutResults,
  at: number,
  keys: readonly string[],
  interruption: Interruption | null,
): AnswerRow[] {
  const rollout = rollouts[at] ?? null;
  if (rollout === null) {
    const usage = partial.get(keys[at] ?? '') ?? noUsage();
    if (usage.calls + usage.judgeCalls === 0 && reference.expected === null) return [];
    const failure = { name: interruption?.name ?? 'Error', message: interruption?.message ?? 'It was not answered.' };
    return [{ id, ...told(reference), output: null, evals: {}, failure, usage, cached: false }];
  }
  const { output, evals, failure, usage } = rollout;
  const cached = rollout.runId !== runId;
  return [
    {
      id,
      ...told(reference),
      output,
      evals: Object.fromEntries(evals.map(({ name, score }) => [name, score])),
      failure: failure === null ? null : { name: failure.name, message: failure.message },
      usage: cached ? noUsage() : usage,
      cached,
    },
  ];
}

function told({
  expected,
  usage,
  epoch,
}: Reference): Pick<AnswerRow, 'expected' | 'referenceUsage' | 'referenceEpoch'> {
  return { expected, referenceUsage: usage, referenceEpoch: epoch };
}
