/** Units and what links them: which lines the prompt shows, which edit stands in for which, who wished one away. */
import type { Edit } from '../../contracts/report.ts';
import { componentNames } from '../diff.ts';
import { knownMean } from './effect-bar.ts';
import type { Reply, ReportPage } from './input.ts';

export interface UnitLinks {
  byId: ReadonlyMap<string, Edit>;
  /** Kept edits, by the id of the line that they took the place of; a rewritten component takes that of all its lines. */
  successor: ReadonlyMap<string, Edit>;
  /** Replies' wishes to take a line out, by its id. */
  deletions: ReadonlyMap<string, readonly Edit[]>;
  replies: ReadonlyMap<string, Reply>;
  trainExamples: Readonly<Record<string, string>>;
  /** Whether replies edited more than one component, so that its name is worth saying. */
  several: boolean;
}

export interface Units {
  /** Lines of the best prompt, those taken out at their place among them, by component. */
  components: { name: string; lines: Edit[] }[];
  /** The worst first; what nobody knows at the end. */
  dropped: Edit[];
  /** The most promising first. */
  doubtful: Edit[];
}

export function linkUnits({ report, replies, trainExamples }: ReportPage): UnitLinks {
  const { edits } = report;
  const byId = new Map(edits.map((edit) => [edit.id, edit]));
  const deletions = new Map<string, Edit[]>();
  for (const edit of edits) {
    const target = deletionTarget(edit, byId);
    if (target !== null) deletions.set(target.id, [...(deletions.get(target.id) ?? []), edit]);
  }
  return {
    byId,
    successor: successors(edits),
    deletions,
    replies: new Map((replies ?? []).map((reply) => [replyKey(reply.generation, reply.slot), reply])),
    trainExamples: trainExamples ?? {},
    several: new Set(edits.flatMap(({ kind, component }) => (kind === 'seed' ? [] : [component]))).size > 1,
  };
}

export function sortUnits(edits: readonly Edit[], { byId }: UnitLinks): Units {
  // A wish to delete a line is told with the line.
  const units = edits.filter((edit) => deletionTarget(edit, byId) === null);
  const inPrompt = units.filter(({ status }) => status === 'kept' || status === 'removed');
  const names = componentNames(Object.fromEntries(inPrompt.map(({ component }) => [component, ''])));
  return {
    components: names.map((name) => ({ name, lines: inPrompt.filter(({ component }) => component === name) })),
    dropped: byEffect(units.filter(({ status }) => status === 'dropped')),
    doubtful: byEffect(
      units.filter(({ status }) => status === 'doubtful'),
      -1,
    ),
  };
}

/** The reply that brought an edit. */
export function replyOf({ generation, slot }: Edit, { replies }: UnitLinks): Reply | null {
  return slot === null ? null : (replies.get(replyKey(generation, slot)) ?? null);
}

function successors(edits: readonly Edit[]): Map<string, Edit> {
  const kept = edits.filter(({ status }) => status === 'kept');
  const rewrites = kept.filter(({ kind }) => kind === 'rewrite');
  const rewritten = rewrites.flatMap((rewrite) =>
    edits
      .filter(({ status, component }) => status === 'removed' && component === rewrite.component)
      .map(({ id }) => [id, rewrite] as const),
  );
  const replaced = kept.flatMap((edit) => (edit.replaces === null ? [] : [[edit.replaces, edit] as const]));
  return new Map([...rewritten, ...replaced]);
}

function deletionTarget(edit: Edit, byId: ReadonlyMap<string, Edit>): Edit | null {
  if (edit.kind !== 'deletion' || edit.replaces === null || edit.replaces === edit.id) return null;
  const target = byId.get(edit.replaces);
  return target === undefined || target.kind === 'deletion' ? null : target;
}

function byEffect(edits: readonly Edit[], direction = 1): Edit[] {
  const known = edits.filter((edit) => knownMean(edit) !== null);
  const unknown = edits.filter((edit) => knownMean(edit) === null);
  return [...known.toSorted((a, b) => direction * ((knownMean(a) ?? 0) - (knownMean(b) ?? 0))), ...unknown];
}

function replyKey(generation: number, slot: number): string {
  return `${generation}/${slot}`;
}
