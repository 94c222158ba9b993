/** Generate: one call of the generator, for topics, for the steps of a judge or for a batch of inputs. */
import pLimit from 'p-limit';
import type { Json } from '../contracts/dataset.ts';
import { compileSchema } from '../evals/json-schema.ts';
import { EvalFailure } from '../evals/services.ts';
import { priceOf } from '../model/prices.ts';
import { addUsage, noUsage } from '../optimizer/usage.ts';
import { emitRunEvent } from '../platform/events.ts';
import { keepLedger } from '../rollout/item.ts';
import { itemHandler } from '../rollout/item-handler.ts';
import { openLease } from '../rollout/lease.ts';
import { BrokenError, InterruptedError, openPurse } from '../rollout/purse.ts';
import { loadGenerated, saveGenerated } from '../store/synthesis.ts';
import { askForJson } from '../synthesis/ask.ts';
import { loadSynthesisItem } from '../synthesis/item.ts';
import { readReply } from '../synthesis/read-reply.ts';
import { askedOf } from '../synthesis/requests.ts';
import { generatorOf, pricesFor, taskOf } from '../synthesis/resolve-spec.ts';

export const handler = itemHandler(async (input) => {
  const { runId, turn, index } = input;
  const { run, plan, state, ledger, callsAt } = await loadSynthesisItem(input);
  const item = state.step === null || state.step.kind === 'answers' ? undefined : state.step.items[index];
  if (item === undefined) throw new Error(`Turn ${turn} of synthesis ${runId} has no item ${index}.`);
  const earlier = await loadGenerated(runId, turn, index);
  // What failed for good is not asked again before the run is started anew.
  if (earlier !== null && (earlier.failure === null || earlier.epoch === run.epoch)) {
    return { status: 'done' as const, index };
  }
  const task = taskOf(plan.specs);
  const model = generatorOf(task);
  const asked = askedOf(item, plan, state);
  const paidFor = `${runId} generate ${turn}-${index}`;
  const payer = {
    table: 'sealed' as const,
    runId,
    epoch: run.epoch,
    rolloutKey: paidFor,
    earlier: earlier ?? undefined,
  };
  const purse = openPurse(payer, pLimit(1));
  const asking = {
    model,
    purse,
    lease: openLease(item.lease, addUsage(ledger.task, earlier?.usage ?? noUsage()), 0).reflection,
    deps: callsAt(priceOf(model.name, pricesFor(plan))),
    draw: [task.synthesis.seed, item.attempt],
  };
  let value: Json | undefined;
  let failure: { name: string; message: string } | null = null;
  try {
    value = await askForJson(asked, asking);
  } catch (error) {
    if (error instanceof BrokenError) throw error.cause;
    if (error instanceof InterruptedError) {
      await keepLedger(input, ledger, { task: purse.unstored() }, error.interruption);
      throw error.interruption;
    }
    if (!(error instanceof EvalFailure)) throw error;
    failure = { name: error.name, message: error.message };
  }
  const usage = purse.total();
  await saveGenerated(runId, turn, index, {
    schema: 'prompt-optimizer.generated.v1',
    ...readReply(item, value, fitOf(task.input?.schema)),
    prompt: asked.prompt,
    promptHash: asked.hash,
    failure,
    epoch: run.epoch,
    usage,
    cached: usage.calls === 0 && failure === null,
  });
  emitRunEvent({ type: 'generated', runId, costUsd: usage.costUsd });
  return { status: 'done' as const, index };
});

/** Whether an input is as the task's schema wants it; null: inputs are texts. */
function fitOf(schema: Record<string, Json> | undefined): ((input: Json) => boolean) | null {
  if (schema === undefined) return null;
  const problemsOf = compileSchema(schema);
  return (input) => problemsOf(input).count === 0;
}
