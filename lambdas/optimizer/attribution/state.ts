/** The strategy's state in the archive, and the questions that its steps ask of it. */
import type { Archive, Candidate } from '../../contracts/artifacts.ts';
import type { AttributionState, Mixture, Unit, UnitPool } from '../../contracts/attribution.ts';
import type { RolloutRequest } from '../../contracts/step.ts';
import type { Components, Task } from '../../contracts/task.ts';
import { BASELINE_ID, candidateOf, componentsOf, store, textId } from '../archive.ts';
import { baselineOf, type Search } from '../steps/search.ts';
import { fromBits, toBits } from '../units/bits.ts';
import { composeComponent, composePrompt } from '../units/compose.ts';
import { newPool } from '../units/pool.ts';
import type { Material } from './evidence.ts';
import { exampleKey } from './evidence.ts';
import { similarityOf } from './similarity.ts';

/** The state of a run that has not begun: the user's prompt as units, all of them in. */
export function newState(archive: Archive, { prompt, freeze, keep }: Task): AttributionState {
  const baseline = componentsOf(archive, candidateOf(archive, BASELINE_ID));
  const free = Object.keys(prompt).filter((name) => !freeze.includes(name));
  const pool = newPool(baseline, free, keep);
  const all = new Set(pool.units.map(({ id }) => id));
  return {
    pool,
    plan: { rounds: 0, proposals: 0, survey: 0, mixtures: 0, finalists: 0 },
    compositions: { [BASELINE_ID]: { units: toBits(pool, all), promptId: promptIdOf(baseline) } },
    mixtures: {},
    incumbentId: BASELINE_ID,
    due: [],
    effects: {},
    trials: {},
  };
}

/** @throws Error when the archive has none: the run is of another strategy. */
export function stateOf({ attribution, runId }: Archive): AttributionState {
  if (attribution === null) throw new Error(`Run ${runId} has no state of the attribution strategy.`);
  return attribution;
}

export function withState(archive: Archive, changes: Partial<AttributionState>): Archive {
  return { ...archive, attribution: { ...stateOf(archive), ...changes } };
}

/** Ids of the units of a candidate. */
export function unitsOfCandidate({ pool, compositions }: AttributionState, candidateId: string): Set<string> {
  return fromBits(pool, compositions[candidateId]?.units ?? '');
}

export function incumbentUnits(state: AttributionState): Unit[] {
  const ids = unitsOfCandidate(state, state.incumbentId);
  return state.pool.units.filter(({ id }) => ids.has(id));
}

/** The whole prompt that some units make. */
export function promptOf(archive: Archive, pool: UnitPool, included: ReadonlySet<string>): Components {
  return { ...baselineOf(archive), ...composePrompt(pool, included) };
}

export function mixtureOf(archive: Archive, pool: UnitPool, included: ReadonlySet<string>): Mixture {
  return { units: toBits(pool, included), promptId: promptIdOf(promptOf(archive, pool, included)) };
}

function promptIdOf(components: Components): string {
  return textId(JSON.stringify(Object.entries(components).sort()));
}

/**
 * The archive with the units as its incumbent: an earlier candidate where one has the same prompt, otherwise a new one.
 */
export function withIncumbent(archive: Archive, included: ReadonlySet<string>, id: string): Archive {
  const state = stateOf(archive);
  const mixture = mixtureOf(archive, state.pool, included);
  const known = Object.entries(state.compositions).find(([, { promptId }]) => promptId === mixture.promptId);
  if (known !== undefined) {
    // The prompt is the same; which units it is told by may have changed (a rewrite that was taken apart).
    return withState(archive, {
      incumbentId: known[0],
      compositions: { ...state.compositions, [known[0]]: mixture },
    });
  }
  const { parts, texts } = store(promptOf(archive, state.pool, included), archive.texts);
  const candidate: Candidate = {
    id,
    parents: [state.incumbentId],
    generation: archive.generation,
    slot: 0,
    origin: 'mutation',
    parts,
    status: 'accepted',
    reason: null,
    component: null,
    minibatch: null,
  };
  return withState(
    { ...archive, texts, candidates: [...archive.candidates, candidate] },
    { incumbentId: id, compositions: { ...state.compositions, [id]: mixture } },
  );
}

/** The next fresh draw of a prompt on an example: equal prompts share their draws, whatever they are called. */
export function freshDraws(archive: Archive): (promptId: string, split: string, exampleId: string) => number {
  const { compositions, mixtures } = stateOf(archive);
  const next = new Map<string, number>();
  const key = (promptId: string, split: string, exampleId: string): string =>
    `${promptId} ${exampleKey(split, exampleId)}`;
  for (const [id, split, exampleId, draw] of archive.scores) {
    const promptId = (mixtures[id] ?? compositions[id])?.promptId ?? id;
    const at = key(promptId, split, exampleId);
    next.set(at, Math.max(next.get(at) ?? 0, draw + 1));
  }
  return (promptId, split, exampleId) => {
    const at = key(promptId, split, exampleId);
    const draw = next.get(at) ?? 0;
    next.set(at, draw + 1);
    return draw;
  };
}

/** The units without those that would make a component longer than it may be; the last ones go first. */
export function withinLength(pool: UnitPool, units: readonly Unit[], { task }: Search): Unit[] {
  let kept = [...units];
  for (const component of Object.keys(pool.components)) {
    const most = Math.max(task.optimizer.maxComponentChars, (task.prompt[component] ?? '').length);
    const length = (): number => composeComponent(pool, component, new Set(kept.map(({ id }) => id))).length;
    while (length() > most) {
      const last = kept.findLast((unit) => unit.component === component && unit.origins.length > 0 && !unit.protected);
      if (last === undefined) break;
      kept = kept.filter(({ id }) => id !== last.id);
    }
  }
  return kept;
}

const materials = new WeakMap<Search, Material>();

/** The examples as the statistics need them; worked out once for a search. */
export function materialOf(search: Search): Material {
  const known = materials.get(search);
  if (known !== undefined) return known;
  const keys = [
    ...search.trainIds.map((id) => exampleKey('train', id)),
    ...search.validationIds.map((id) => exampleKey('validation', id)),
  ];
  const texts = new Map(keys.map((key) => [key, search.texts.get(key) ?? '']));
  const material = { keys, similarity: similarityOf(texts) };
  materials.set(search, material);
  return material;
}

/** Split and id of an example's key. */
export function splitKey(key: string): Pick<RolloutRequest, 'split' | 'exampleId'> {
  const at = key.indexOf(':');
  return { split: key.slice(0, at) === 'train' ? 'train' : 'validation', exampleId: key.slice(at + 1) };
}
