/** Effects of single units as the report tells them: in the company in which they were really run. */
import type { Unit, UnitEffect } from '../../contracts/attribution.ts';
import { excludes } from '../units/pool.ts';
import { Contrasts, type Fitted, factorOf } from './effects.ts';
import { logOdds } from './model.ts';
import { sigmoid } from './observations.ts';

/** Where the parameter of a unit's own examples stands among its four. */
const OWN_PARAMETER = 3;

/**
 * Effects as the report tells them: with each unit against without it (and without what it excludes) in the company in
 * which rollouts were really run, every example counting the same. The model cannot know that two rules help different
 * examples, so in the company of a good prompt it would take each for nearly superfluous; in the mixtures it has seen.
 */
export function observedEffects(
  fitted: Fitted,
  units: readonly Unit[],
  measured: readonly Unit[],
  counts: ReadonlyMap<string, { with: number; without: number }>,
): Record<string, UnitEffect> {
  const { design, posterior } = fitted;
  const { observations } = design;
  const odds = observations.map(({ example, terms }) => logOdds(posterior, example, terms));
  const seen = new Map<number, number>();
  for (const { example } of observations) seen.set(example, (seen.get(example) ?? 0) + 1);
  const present = observations.map(({ terms }) => new Set(terms.map(({ parameter }) => parameter)));
  const isIn = (unit: Unit, r: number, example: number): boolean =>
    present[r]?.has(design.parameterOf(unit) + (design.isOwn(unit, example) ? OWN_PARAMETER : 0)) ?? false;
  const sumOf = (unit: Unit, example: number): number => fitted.contribution(unit)[example] ?? 0;
  return Object.fromEntries(
    measured.map((unit): [string, UnitEffect] => {
      const rivals = units.filter((other) => excludes(unit, other) && !other.protected);
      const own: number[] = [];
      const others = new Contrasts(observations.length);
      for (const [r, { example }] of observations.entries()) {
        const effect = sumOf(unit, example);
        const within = isIn(unit, r, example);
        const replaced = within ? [] : rivals.filter((rival) => isIn(rival, r, example));
        const at = odds[r] ?? 0;
        const before = at - (within ? effect : replaced.reduce((sum, rival) => sum + sumOf(rival, example), 0));
        const after = before + effect;
        if (design.isOwn(unit, example)) own.push(sigmoid(after) - sigmoid(before));
        else {
          const weight = 1 / (seen.get(example) ?? 1);
          others.add(sigmoid(before), after, weight, design.aim(unit, example), design.named(unit, example));
        }
      }
      const general = design.parameterOf(unit);
      const covariance = (a: number, b: number): number => posterior.covariance(general + a, general + b);
      const spread = factorOf([
        [covariance(0, 0)],
        [covariance(0, 1), covariance(1, 1)],
        [covariance(0, 2), covariance(1, 2), covariance(2, 2)],
      ]);
      const meanOwn = own.length === 0 ? null : own.reduce((sum, value) => sum + value, 0) / own.length;
      return [
        unit.id,
        { ...others.summary(spread), own: meanOwn, ...(counts.get(unit.id) ?? { with: 0, without: 0 }) },
      ];
    }),
  );
}
