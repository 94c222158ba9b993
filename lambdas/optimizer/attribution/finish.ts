/** The end of the search: what was shown to help makes the prompt, which is drawn again beside the user's own. */
import type { Archive, StopReason } from '../../contracts/artifacts.ts';
import type { Unit } from '../../contracts/attribution.ts';
import type { RolloutRequest } from '../../contracts/step.ts';
import { BASELINE_ID } from '../archive.ts';
import { howMany, taskCall } from '../budget.ts';
import { stream } from '../random.ts';
import { freeBeforeTest, longestOf } from '../steps/reserves.ts';
import type { Search } from '../steps/search.ts';
import { verifyStep } from '../steps/verify-step.ts';
import { predictMean } from './effects.ts';
import { guardExpectedToBreak, guardModels } from './guarded.ts';
import { requestsOf, stageStep } from './stages.ts';
import { freshDraws, stateOf, unitsOfCandidate, withIncumbent, withState } from './state.ts';
import { fitArchive, fitToConclude, settle, tell } from './statistics-step.ts';

/** A prompt that the model expects to gain less is not worth a change. */
const LEAST_GAIN = 0.02;

/** Composes the finalists and draws them again on the same validation examples, where there is room and time. */
export function finishSearch(stopped: Archive, search: Search, stopReason: StopReason): Archive {
  const archive = { ...stopped, stopReason };
  const state = stateOf(archive);
  const last = state.incumbentId;
  const chosen = settle(archive, search, fitToConclude(archive, search).likeliest);
  const units = state.pool.units.map((unit) => ({ ...unit, status: chosen.statuses.get(unit.id) ?? unit.status }));
  const settled = withIncumbent(
    withState(archive, { pool: { ...state.pool, units }, effects: chosen.effects }),
    new Set(chosen.included.map(({ id }) => id)),
    'final',
  );
  const finalists = [...new Set([stateOf(settled).incumbentId, last])].filter((id) => id !== BASELINE_ID);
  if (finalists.length === 0 || stopReason === 'minutes') return conclude({ ...settled, finalists }, search);
  const due = redraws(settled, search, [...finalists, BASELINE_ID]);
  const drawn = withState({ ...settled, finalists }, { due });
  return stageStep(drawn, search, 'finalists') ?? conclude(drawn, search);
}

/** The finalists' round goes on until all of it was drawn or the time is up; then the winner meets the sealed test. */
export function concludeFinalists(archive: Archive, search: Search, isOutOfTime: boolean): Archive {
  const next = isOutOfTime ? null : stageStep(archive, search, 'finalists');
  return next ?? conclude(withState(archive, { due: [] }), search);
}

function redraws(archive: Archive, search: Search, ids: readonly string[]): RolloutRequest[] {
  const { task, facts, validationIds } = search;
  const { plan } = stateOf(archive);
  const room = howMany(
    taskCall(task, facts, 'validation', longestOf(archive, search)),
    freeBeforeTest(archive, search),
  );
  const each = Math.min(validationIds.length, Math.floor(Math.min(room, plan.finalists) / ids.length));
  const examples = stream(task.optimizer.seed, 'finalists').shuffle(validationIds).slice(0, each);
  const draws = freshDraws(archive);
  return ids.flatMap((id) => requestsOf(archive, id, 'validation', examples, draws));
}

/** Fits once more with the new draws, and takes the best of the finalists; the user's own prompt where none is better. */
function conclude(archive: Archive, search: Search): Archive {
  const state = stateOf(archive);
  const { likeliest, widest } = fitToConclude(archive, search);
  const unitsOf = (id: string): Unit[] => {
    const included = unitsOfCandidate(state, id);
    return state.pool.units.filter((unit) => included.has(unit.id));
  };
  const expected = (id: string): number => predictMean(likeliest, unitsOf(id));
  const baseline = expected(BASELINE_ID);
  const guards = guardModels(archive, search.task, (scored) => fitArchive(scored, search));
  const ranked = (archive.finalists ?? [])
    .filter((id) => expected(id) - baseline >= LEAST_GAIN)
    .filter((id) => guardExpectedToBreak(unitsOf(id), unitsOf(BASELINE_ID), guards) === null)
    .sort((a, b) => expected(b) - expected(a));
  const winnerId = ranked[0] ?? BASELINE_ID;
  const { effects } = tell(archive, widest);
  return verifyStep(withState({ ...archive, winnerId }, { effects }), search);
}
