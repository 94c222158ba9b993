/**
 * Guards under attribution. A prompt's units were tried in mixtures, and each guarded eval has a model of its own, fitted
 * to that eval's scores: by its word a prompt gives up units until no guarded eval is expected to fall by as much as it may,
 * less a margin, since the sealed test has luck of its own.
 */
import type { Archive, ScoreRow } from '../../contracts/artifacts.ts';
import type { Unit } from '../../contracts/attribution.ts';
import type { Task } from '../../contracts/task.ts';
import { guardsOf } from '../guards.ts';
import { excludes } from '../units/pool.ts';
import { type Fitted, predictMean } from './effects.ts';

/** The model of one guarded eval. */
export interface GuardModel {
  readonly name: string;
  readonly maxDrop: number;
  readonly fitted: Fitted;
}

/** Points of `maxDrop` that are kept in hand, but never more than half of it. */
const MARGIN = 0.02;

/** @param fitTo fits the strategy's model to an archive's scores */
export function guardModels(archive: Archive, task: Task, fitTo: (archive: Archive) => Fitted): GuardModel[] {
  const guards = guardsOf(task);
  return task.evals.flatMap(({ name }, i) => {
    const maxDrop = guards[name];
    return maxDrop === undefined ? [] : [{ name, maxDrop, fitted: fitTo(scoredBy(archive, i)) }];
  });
}

/** The first guarded eval that is expected to fall by more than it may; null when none is. */
export function guardExpectedToBreak(
  included: readonly Unit[],
  seed: readonly Unit[],
  models: readonly GuardModel[],
): string | null {
  return models.find((model) => expectedDrop(model, included, seed) > allowedDrop(model))?.name ?? null;
}

/**
 * `included` without what breaks a guard: one unit at a time, whichever helps the guard most, an edit taken out or a line
 * of the user's own put back.
 */
export function withinGuards(
  included: readonly Unit[],
  seed: readonly Unit[],
  models: readonly GuardModel[],
): readonly Unit[] {
  let kept = included;
  for (;;) {
    const broken = models.find((model) => expectedDrop(model, kept, seed) > allowedDrop(model));
    if (broken === undefined) return kept;
    const current = expectedDrop(broken, kept, seed);
    const steps = [
      ...kept
        .filter(({ origins, protected: stays }) => origins.length > 0 && !stays)
        .map((unit) => kept.filter((one) => one !== unit)),
      ...seed
        .filter((unit) => !kept.includes(unit))
        .map((unit) => [...kept.filter((one) => !excludes(unit, one)), unit]),
    ];
    const best = steps
      .map((units) => ({ units, drop: expectedDrop(broken, units, seed) }))
      .reduce<{ units: readonly Unit[]; drop: number } | null>(
        (least, one) => (least === null || one.drop < least.drop ? one : least),
        null,
      );
    // The user's own prompt breaks nothing: where no single step helps, it is what is left.
    if (best === null || best.drop >= current) return seed;
    kept = best.units;
  }
}

function allowedDrop({ maxDrop }: GuardModel): number {
  return maxDrop - Math.min(MARGIN, maxDrop / 2);
}

function expectedDrop({ fitted }: GuardModel, included: readonly Unit[], seed: readonly Unit[]): number {
  return predictMean(fitted, seed) - predictMean(fitted, included);
}

/** The archive as if one eval were the whole score. */
function scoredBy(archive: Archive, evalIndex: number): Archive {
  const scores = archive.scores.map(([id, split, example, draw, score, ...evals]): ScoreRow => {
    return [id, split, example, draw, score === null ? null : (evals[evalIndex] ?? null), ...evals];
  });
  return { ...archive, scores };
}
