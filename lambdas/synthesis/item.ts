/** What an item of a synthesis needs: its run, its work from the state, its ledger, the model. */
import type { Ledger } from '../contracts/item-records.ts';
import type { ItemInput } from '../contracts/payloads.ts';
import type { RunRecord } from '../contracts/run.ts';
import type { SynthesisPlan, SynthesisState } from '../contracts/synthesis.ts';
import { emptyLedger, type ModelDependencies, modelDependencies } from '../rollout/item.ts';
import { heedRecord } from '../rollout/stop-watch.ts';
import { loadRecord, loadRun, recordIds } from '../store/runs.ts';
import { loadSynthesisPlan, loadSynthesisState } from '../store/synthesis.ts';

export interface SynthesisWork extends ModelDependencies {
  readonly run: RunRecord;
  readonly plan: SynthesisPlan;
  readonly state: SynthesisState;
  readonly ledger: Ledger;
}

/** @throws Error when the run or its turn is not there */
export async function loadSynthesisItem({ runId, turn, index }: ItemInput): Promise<SynthesisWork> {
  const [run, plan, state, ledger, model] = await Promise.all([
    loadRun(runId),
    loadSynthesisPlan(runId),
    loadSynthesisState(runId, turn),
    loadRecord('ledger', runId, recordIds.ledger(turn, index)),
    modelDependencies(),
  ]);
  if (run === null) throw new Error(`Run ${runId} does not exist.`);
  await heedRecord(run);
  return { run, plan, state, ledger: ledger ?? emptyLedger, ...model };
}
