/** A reply as edits in the pool: new units, units that are asked for again, and units that are tried without. */
import type { Unit, UnitOrigin, UnitPool } from '../../contracts/attribution.ts';
import { composeComponent } from './compose.ts';
import { type Addition, editsOf } from './edits.ts';
import { novelAdditions } from './novel.ts';
import { componentOf, excludes, newUnit, unitsOf } from './pool.ts';
import { isProtected, losesPlaceholder } from './protect.ts';
import { regroup } from './regroup.ts';
import { splitText } from './split.ts';
import { twinOf } from './twins.ts';
import { wholeUnit } from './whole.ts';

export { unpackWhole } from './whole.ts';

export interface AddedReply {
  readonly pool: UnitPool;
  /** Ids of the units that the reply asks to try: in (new ones and those that were there already) or out (deletions). */
  readonly touched: readonly string[];
  /** The reply is tried as one unit, or was dropped as one. */
  readonly rewrote: boolean;
  /** The reply says most of its parent in other words: only what is new in it is tried, not the other words. */
  readonly reworded: boolean;
}

/**
 * Adds what a reply changes in its parent. Pure.
 * @param included ids of the parent's units
 * @param keep the task's texts that stay: a unit that holds one is not replaced
 * @throws RangeError when the parent's units exclude each other, or the pool does not have the component
 */
export function addReply(
  pool: UnitPool,
  included: ReadonlySet<string>,
  component: string,
  reply: string,
  origin: UnitOrigin,
  keep: readonly string[] = [],
): AddedReply {
  const parent = unitsOf(pool, component).filter(({ id }) => included.has(id));
  const composed = composeComponent(pool, component, included);
  const draft = new Draft(pool, included, component, origin, keep);
  const pieces = regroup(splitText(reply).units, parent, composed);
  const edits = editsOf(parent, pieces);
  const novel = edits.rewords ? novelAdditions(parent, pieces) : null;
  if (novel !== null) for (const addition of novel) draft.add(addition);
  else if (edits.rewrites) draft.rewrite(parent, reply);
  else if (reply.trim() !== '') {
    for (const addition of edits.additions) draft.add(addition);
    for (const unit of edits.deletions) draft.tryWithout(unit);
  }
  return { ...draft.result(), rewrote: edits.rewrites && novel === null, reworded: novel !== null };
}

/** The pool while a reply's edits go in. */
class Draft {
  private readonly units: Unit[];
  private readonly order: string[];
  private readonly touched = new Set<string>();
  private readonly pool: UnitPool;
  private readonly included: ReadonlySet<string>;
  private readonly component: string;
  private readonly origin: UnitOrigin;
  private readonly keep: readonly string[];

  constructor(
    pool: UnitPool,
    included: ReadonlySet<string>,
    component: string,
    origin: UnitOrigin,
    keep: readonly string[],
  ) {
    this.pool = pool;
    this.units = [...pool.units];
    this.order = [...componentOf(pool, component).order];
    this.included = included;
    this.component = component;
    this.origin = origin;
    this.keep = keep;
  }

  result(): Omit<AddedReply, 'rewrote' | 'reworded'> {
    const layout = { ...componentOf(this.pool, this.component), order: this.order };
    return {
      pool: { units: this.units, components: { ...this.pool.components, [this.component]: layout } },
      touched: [...this.touched],
    };
  }

  rewrite(parent: readonly Unit[], reply: string): void {
    const unit = wholeUnit(parent, this.units.length, this.component, reply, this.keep);
    if (unit === null) return;
    if (!this.fuse(unit.text, null, true)) this.insert(unit, this.order.length);
  }

  add({ piece, replaced, place }: Addition): void {
    if (replaced?.protected && !mayReplace(replaced, piece.text, this.keep)) return;
    if (this.fuse(piece.text, replaced, false)) return;
    const unit = { ...newUnit(this.units.length, this.component, piece.text), lead: piece.lead, end: piece.end };
    if (replaced !== null) Object.assign(unit, { roots: [...replaced.roots], replaces: [replaced.id] });
    this.insert(unit, this.placeOf(replaced, place));
  }

  tryWithout(unit: Unit): void {
    if (unit.protected) return;
    const { deletions } = this.current(unit);
    this.change(unit, { deletions: [...deletions, this.origin], status: 'on_trial' });
  }

  /** Notes the reply with the unit that already says this, and tells whether there is one. */
  private fuse(text: string, replaced: Unit | null, whole: boolean): boolean {
    // A reply may say a thing twice: what it just brought, or already asked for, is no twin.
    const others = this.pool.units.filter(
      (unit) =>
        unit.component === this.component &&
        unit.whole === whole &&
        !this.included.has(unit.id) &&
        !this.touched.has(unit.id) &&
        (replaced === null || !replaced.protected || excludes(unit, replaced)),
    );
    const rivals = others.filter((unit) => replaced !== null && excludes(unit, replaced));
    const twin = twinOf(text, rivals) ?? twinOf(text, others);
    if (twin === undefined) return false;
    this.change(twin, { origins: [...twin.origins, this.origin] });
    // The twin stands for nothing here, so the reply's wish to be without the old unit is one of its own.
    if (replaced !== null && !excludes(twin, replaced)) this.tryWithout(replaced);
    return true;
  }

  private placeOf(replaced: Unit | null, place: Addition['place']): number {
    if (place === 'after replaced') return replaced === null ? this.order.length : this.order.indexOf(replaced.id) + 1;
    const { before } = place;
    if (before === null) return this.order.length;
    let at = this.order.indexOf(before.id);
    // What replaces the next unit, or is replaced by it, may stand before it, and stays next to it.
    while (at > 0 && this.excludesAt(at - 1, before)) at--;
    return at;
  }

  private excludesAt(place: number, unit: Unit): boolean {
    const other = this.units[Number(this.order[place]?.slice(1))];
    return other !== undefined && excludes(other, unit);
  }

  private insert(unit: Unit, at: number): void {
    this.units.push({ ...unit, origins: [this.origin] });
    this.order.splice(at, 0, unit.id);
    this.touched.add(unit.id);
  }

  private change(unit: Unit, to: Partial<Unit>): void {
    this.units[this.units.indexOf(this.current(unit))] = { ...this.current(unit), ...to };
    this.touched.add(unit.id);
  }

  private current(unit: Unit): Unit {
    return this.units[Number(unit.id.slice(1))] ?? unit;
  }
}

/** Only a text that says the answer's form, or holds the placeholders, can stand for one that does. */
function mayReplace(replaced: Unit, text: string, keep: readonly string[]): boolean {
  // Protected for what its own text does not show: it is in a line that the task keeps.
  if (!isProtected(replaced.text, []) || keep.some((kept) => replaced.text.includes(kept))) return false;
  return isProtected(text, []) && !losesPlaceholder(replaced.text, text);
}
