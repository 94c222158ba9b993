/** The units of the prompt as the report tells them: what each is, where it comes from, what it does. Pure. */
import type { Archive } from '../contracts/artifacts.ts';
import type { AttributionState, Unit } from '../contracts/attribution.ts';
import type { Edit } from '../contracts/report.ts';
import { BASELINE_ID } from '../optimizer/archive.ts';
import { fromBits } from '../optimizer/units/bits.ts';

/** Every unit in the order of the prompt, component by component; none where the strategy has no units. */
export function editsOf({ attribution, winnerId }: Archive): Edit[] {
  if (attribution === null) return [];
  const { pool, compositions } = attribution;
  const best = fromBits(pool, compositions[winnerId ?? BASELINE_ID]?.units ?? '');
  const byId = new Map(pool.units.map((unit) => [unit.id, unit]));
  // A rewrite that was adopted is told by the units that it was taken apart into.
  const replyOf = ({ origins: [first] }: Unit): string | null =>
    first === undefined ? null : `${first.generation} ${first.slot}`;
  const apart = new Set(pool.units.flatMap((unit) => (unit.whole ? [] : [replyOf(unit)])));
  const unpacked = new Set(pool.units.flatMap((unit) => (unit.whole && apart.has(replyOf(unit)) ? [unit.id] : [])));
  return Object.values(pool.components).flatMap(({ order }) =>
    order.flatMap((id) => {
      const unit = byId.get(id);
      return unit === undefined || unpacked.has(id) ? [] : [editOf(unit, attribution, best)];
    }),
  );
}

function editOf(unit: Unit, { effects, trials }: AttributionState, best: ReadonlySet<string>): Edit {
  const { id, component, text } = unit;
  const effect = effects[id];
  const origin = unit.origins[0] ?? unit.deletions[0];
  return {
    id,
    component,
    kind: kindOf(unit),
    text,
    replaces: unit.whole ? null : (unit.replaces[0] ?? null),
    generation: origin?.generation ?? 0,
    slot: origin?.slot ?? null,
    exampleIds: [...new Set([...unit.origins, ...unit.deletions].flatMap(({ exampleIds }) => exampleIds))],
    effect: effect === undefined ? null : { mean: effect.mean, ci95: effect.ci95 },
    harm: effect?.harm ?? null,
    rollouts: { with: effect?.with ?? 0, without: effect?.without ?? 0 },
    rounds: trials[id] ?? [],
    protected: unit.protected,
    status: statusOf(unit, best),
  };
}

function kindOf({ origins, deletions, whole, replaces }: Unit): Edit['kind'] {
  if (origins.length === 0) return deletions.length === 0 ? 'seed' : 'deletion';
  if (whole) return 'rewrite';
  return replaces.length === 0 ? 'insertion' : 'replacement';
}

function statusOf({ id, origins, status }: Unit, best: ReadonlySet<string>): Edit['status'] {
  if (best.has(id)) return 'kept';
  if (origins.length === 0) return 'removed';
  return status === 'out' ? 'dropped' : 'doubtful';
}
