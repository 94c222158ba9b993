/** What earlier edits of a lineage tried, and how they fared: reflection is told, so that it does not try them again. */
import { diffLines } from 'diff';
import type { Archive, Candidate } from '../contracts/artifacts.ts';
import { candidateOf } from '../optimizer/archive.ts';
import type { TriedEdit } from '../optimizer/reflection-prompt.ts';
import { mean } from '../optimizer/statistics.ts';

/** Edits that a reflection call is told of, the latest. */
const MOST_TRIED = 8;
/** Units are short and already measured: more of them can be told. */
const MOST_TRIED_UNITS = 16;

/** Edits of `component` by children of `parent` and of its ancestors, oldest first. */
export function triedEdits(archive: Archive, parent: Candidate, component: string): TriedEdit[] {
  const lineage = new Set(ancestors(archive, parent));
  return archive.candidates
    .filter(({ parents, component: changed }) => changed === component && parents.some((id) => lineage.has(id)))
    .flatMap((child): TriedEdit[] => {
      const [parentId] = child.parents;
      if (child.minibatch === null || parentId === undefined) return [];
      const pairs = child.minibatch.before.flatMap((before, i): [number, number][] => {
        const after = child.minibatch?.after[i] ?? null;
        return before === null || after === null ? [] : [[before, after]];
      });
      if (pairs.length === 0) return [];
      return [
        {
          outcome: `score ${meanOf(pairs, 0)} → ${meanOf(pairs, 1)}, ${child.status === 'accepted' ? 'kept' : 'rejected'}`,
          text: changedLines(
            textOf(archive, candidateOf(archive, parentId), component),
            textOf(archive, child, component),
          ),
        },
      ];
    })
    .slice(-MOST_TRIED);
}

/** Edits of a component that the `attribution` strategy has measured, oldest first; those that did not help above all. */
export function triedUnits({ attribution }: Archive, component: string): TriedEdit[] {
  if (attribution === null) return [];
  const { pool, effects } = attribution;
  return pool.units
    .filter((unit) => unit.component === component && unit.origins.length > 0 && unit.status !== 'kept')
    .slice(-MOST_TRIED_UNITS)
    .map(({ id, status, text }) => {
      const effect = effects[id];
      const points = effect === undefined ? 'not measured' : `${signedPoints(effect.mean)} points`;
      return { outcome: `${points}, ${status === 'out' ? 'dropped' : 'being tried'}`, text };
    });
}

function signedPoints(difference: number): string {
  const points = (100 * difference).toFixed(1);
  return difference < 0 ? points.replace('-', '−') : `+${points}`;
}

function meanOf(pairs: readonly [number, number][], side: 0 | 1): string {
  return (mean(pairs.map((pair) => pair[side])) ?? 0).toFixed(2);
}

function ancestors(archive: Archive, candidate: Candidate): string[] {
  return [candidate.id, ...candidate.parents.flatMap((id) => ancestors(archive, candidateOf(archive, id)))];
}

function textOf(archive: Archive, candidate: Candidate, component: string): string {
  return archive.texts[candidate.parts[component] ?? ''] ?? '';
}

/** Lines that the child has and its parent has not; where there are none, the lines that it lost. */
function changedLines(before: string, after: string): string {
  const changes = diffLines(before, after);
  const added = changes.filter((change) => change.added).map(({ value }) => value.trim());
  if (added.length > 0) return added.join(' ');
  return changes
    .filter((change) => change.removed)
    .map(({ value }) => `removed: ${value.trim()}`)
    .join(' ');
}
