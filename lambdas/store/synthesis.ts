/**
 * The artifacts of a synthesis (see `contracts/synthesis.ts`). What is kept before the datasets are split may become test
 * data: it lies with the sealed data, below `synthesis/`, where no step of a search may read.
 */
import type { SplitName } from '../contracts/dataset.ts';
import {
  type AnswerRow,
  answersSchema,
  type Generated,
  generatedSchema,
  type SynthesisPlan,
  type SynthesisState,
  synthesisPlanSchema,
  synthesisStateSchema,
} from '../contracts/synthesis.ts';
import { bucketNamed, getArtifact, getText, type ObjectLocation, putJson } from './objects.ts';

function synthesisObject(runId: string, name: string): ObjectLocation {
  return { bucket: bucketNamed('sealed'), key: `synthesis/${runId}/${name}` };
}

export async function saveSynthesisPlan(plan: SynthesisPlan): Promise<void> {
  await putJson(synthesisObject(plan.runId, 'plan.json'), plan);
}

export function loadSynthesisPlan(runId: string): Promise<SynthesisPlan> {
  return getArtifact(synthesisObject(runId, 'plan.json'), synthesisPlanSchema);
}

/** Two objects take turns, so that the state of the turn that is being worked on stays whole while the next is written. */
const stateObject = (runId: string, turn: number): ObjectLocation => synthesisObject(runId, `state-${turn % 2}.json`);

export async function saveSynthesisState(state: SynthesisState): Promise<void> {
  await putJson(stateObject(state.runId, state.turn), state);
}

/** @throws Error when the turn was never planned */
export async function loadSynthesisState(runId: string, turn: number): Promise<SynthesisState> {
  const state = await getArtifact(stateObject(runId, turn), synthesisStateSchema);
  if (state.turn !== turn) throw new Error(`The state of synthesis ${runId} holds turn ${state.turn}, not ${turn}.`);
  return state;
}

const generatedObject = (runId: string, turn: number, index: number): ObjectLocation =>
  synthesisObject(runId, `generated/${turn}-${index}.json`);

export async function saveGenerated(runId: string, turn: number, index: number, generated: Generated): Promise<void> {
  await putJson(generatedObject(runId, turn, index), generated);
}

/** null: the item ended before it could keep anything. */
export async function loadGenerated(runId: string, turn: number, index: number): Promise<Generated | null> {
  const location = generatedObject(runId, turn, index);
  return (await getText(location)) === null ? null : getArtifact(location, generatedSchema);
}

const answersObject = (runId: string, turn: number, index: number): ObjectLocation =>
  synthesisObject(runId, `answers/${turn}-${index}.json`);

export async function saveAnswers(runId: string, turn: number, index: number, rows: AnswerRow[]): Promise<void> {
  await putJson(answersObject(runId, turn, index), { schema: 'prompt-optimizer.answers.v1', rows });
}

/** Empty where the item ended before it could keep anything. */
export async function loadAnswers(runId: string, turn: number, index: number): Promise<AnswerRow[]> {
  const location = answersObject(runId, turn, index);
  if ((await getText(location)) === null) return [];
  return (await getArtifact(location, answersSchema)).rows;
}

/** Where a dataset lies for an optimization to find: test sets where nobody else may look. */
export function datasetObject(runId: string, split: SplitName): ObjectLocation {
  return { bucket: bucketNamed(split === 'test' ? 'sealed' : 'data'), key: `uploads/${runId}/${split}.jsonl` };
}
