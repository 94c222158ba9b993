/** The artifacts of an evaluation (see `contracts/evaluation.ts`), below the run's own folder. */
import {
  type EvaluationPlan,
  type EvaluationRow,
  type EvaluationState,
  evaluationPlanSchema,
  evaluationRowsSchema,
  evaluationStateSchema,
} from '../contracts/evaluation.ts';
import { runObject } from './artifacts.ts';
import { getArtifact, getText, type ObjectLocation, putJson } from './objects.ts';

const planObject = (runId: string): ObjectLocation => runObject(runId, 'evaluation-plan.json');

export async function saveEvaluationPlan(plan: EvaluationPlan): Promise<void> {
  await putJson(planObject(plan.runId), plan);
}

export function loadEvaluationPlan(runId: string): Promise<EvaluationPlan> {
  return getArtifact(planObject(runId), evaluationPlanSchema);
}

/** Two objects take turns, so that the state of the turn that is being worked on stays whole while the next is written. */
const stateObject = (runId: string, turn: number): ObjectLocation =>
  runObject(runId, `evaluation-state-${turn % 2}.json`);

export async function saveEvaluationState(state: EvaluationState): Promise<void> {
  await putJson(stateObject(state.runId, state.turn), state);
}

/** @throws Error when the turn was never planned */
export async function loadEvaluationState(runId: string, turn: number): Promise<EvaluationState> {
  const state = await getArtifact(stateObject(runId, turn), evaluationStateSchema);
  if (state.turn !== turn) throw new Error(`The state of evaluation ${runId} holds turn ${state.turn}, not ${turn}.`);
  return state;
}

const rowsObject = (runId: string, turn: number, index: number): ObjectLocation =>
  runObject(runId, `evaluation-rows/${turn}-${index}.json`);

export async function saveRows(runId: string, turn: number, index: number, rows: EvaluationRow[]): Promise<void> {
  await putJson(rowsObject(runId, turn, index), { schema: 'prompt-optimizer.evaluation-rows.v1', rows });
}

/** Empty where the item ended before it could keep anything. */
export async function loadRows(runId: string, turn: number, index: number): Promise<EvaluationRow[]> {
  const location = rowsObject(runId, turn, index);
  if ((await getText(location)) === null) return [];
  return (await getArtifact(location, evaluationRowsSchema)).rows;
}
