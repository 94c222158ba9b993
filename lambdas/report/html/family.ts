/**
 * Which candidates the family tree shows, and where. Pure layout: columns are generations, rows branches. However many
 * candidates a run made, a reader can take in some forty, so rejected ones become counts at their parent, and of the
 * accepted ones the winner's line goes first, then the frontier, then the rest, the better first.
 */
import type { Report } from '../../contracts/report.ts';

export type ReportCandidate = Report['candidates'][number];

export interface FamilyNode {
  candidate: ReportCandidate;
  column: number;
  row: number;
  /** An ancestor of the best candidate, or that candidate itself. */
  onLineage: boolean;
  isBest: boolean;
  /** Children that were rejected, and accepted ones that are not drawn. */
  rejected: number;
  hidden: number;
  /** Drawn parents as positions in `nodes`, the first being the one it hangs on; `direct` unless steps between are left out. */
  parents: { node: number; direct: boolean }[];
}

export interface Family {
  nodes: FamilyNode[];
  /** Generation of each column; a half more for merges of candidates of their own generation. */
  columns: number[];
  rows: number;
  accepted: number;
  rejected: number;
  /** From the baseline to the best: the line of first parents. */
  lineage: ReportCandidate[];
}

const MAX_NODES = 40;
const MAX_COLUMNS = 24;
/** Of a winner's line that is longer than the columns, the first steps stay and the last. */
const FIRST_STEPS = 4;

/** Lays the family out; takes time in proportion to the number of candidates. */
export function layOutFamily({ candidates, best }: Report): Family {
  const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
  const order = new Map(candidates.map((candidate, index) => [candidate.id, index]));
  const rank = (candidate: ReportCandidate) => order.get(candidate.id) ?? 0;
  const ancestors = collectAncestors(byId, best.candidateId).sort(
    (a, b) => a.generation - b.generation || rank(a) - rank(b),
  );
  const lineageIds = new Set(ancestors.map((candidate) => candidate.id));
  const placeOf = placer(byId);
  const drawn = choose(candidates, ancestors, lineageIds, placeOf);

  const columns = [...new Set(drawn.map(placeOf))].sort((a, b) => a - b);
  const position = new Map(drawn.map((candidate, index) => [candidate.id, index]));
  const counts = countChildren(candidates, position);
  const nodes = drawn.map(
    (candidate): FamilyNode => ({
      candidate,
      column: columns.indexOf(placeOf(candidate)),
      row: 0,
      onLineage: lineageIds.has(candidate.id),
      isBest: candidate.id === best.candidateId,
      rejected: counts.get(candidate.id)?.rejected ?? 0,
      hidden: counts.get(candidate.id)?.hidden ?? 0,
      parents: candidate.parents.flatMap((parent) => nearestDrawn(byId, position, candidate.id, parent)),
    }),
  );
  const accepted = candidates.filter((candidate) => candidate.status === 'accepted').length;
  return {
    nodes,
    columns,
    rows: assignRows(nodes),
    accepted,
    rejected: candidates.length - accepted,
    lineage: lineOfFirstParents(byId, best.candidateId),
  };
}

/** The generation of a candidate; a merge stands between its generation and the next when a parent is of the same one. */
function placer(byId: ReadonlyMap<string, ReportCandidate>): (candidate: ReportCandidate) => number {
  return ({ generation, parents }) =>
    parents.some((id) => byId.get(id)?.generation === generation) ? generation + 0.5 : generation;
}

function collectAncestors(byId: ReadonlyMap<string, ReportCandidate>, id: string): ReportCandidate[] {
  const found = new Map<string, ReportCandidate>();
  const waiting = [id];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const candidate = byId.get(next);
    if (candidate === undefined || found.has(next)) continue;
    found.set(next, candidate);
    waiting.push(...candidate.parents);
  }
  return [...found.values()];
}

function choose(
  candidates: ReportCandidate[],
  ancestors: ReportCandidate[],
  lineageIds: ReadonlySet<string>,
  placeOf: (candidate: ReportCandidate) => number,
): ReportCandidate[] {
  const lineage =
    ancestors.length <= MAX_COLUMNS
      ? ancestors
      : [...ancestors.slice(0, FIRST_STEPS), ...ancestors.slice(FIRST_STEPS - MAX_COLUMNS)];
  const others = candidates
    .filter((candidate) => candidate.status === 'accepted' && !lineageIds.has(candidate.id))
    .sort(
      (a, b) =>
        Number(b.origin === 'baseline') - Number(a.origin === 'baseline') ||
        Number(b.frontier) - Number(a.frontier) ||
        (b.validation.mean ?? -1) - (a.validation.mean ?? -1),
    );
  const places = new Set<number>();
  const drawn: ReportCandidate[] = [];
  for (const candidate of [...lineage, ...others]) {
    if (drawn.length === MAX_NODES) break;
    const place = placeOf(candidate);
    if (places.size === MAX_COLUMNS && !places.has(place)) continue;
    places.add(place);
    drawn.push(candidate);
  }
  return drawn.sort((a, b) => placeOf(a) - placeOf(b));
}

function countChildren(
  candidates: ReportCandidate[],
  drawn: ReadonlyMap<string, number>,
): Map<string, { rejected: number; hidden: number }> {
  const counts = new Map<string, { rejected: number; hidden: number }>();
  for (const { id, parents, status } of candidates) {
    const parent = parents[0];
    if (parent === undefined || !drawn.has(parent)) continue;
    const count = counts.get(parent) ?? { rejected: 0, hidden: 0 };
    if (status === 'rejected') count.rejected++;
    else if (!drawn.has(id)) count.hidden++;
    counts.set(parent, count);
  }
  return counts;
}

/** The first drawn candidate among a parent and its line of first parents. */
function nearestDrawn(
  byId: ReadonlyMap<string, ReportCandidate>,
  drawn: ReadonlyMap<string, number>,
  child: string,
  parent: string,
): FamilyNode['parents'] {
  const seen = new Set([child]);
  let direct = true;
  for (let id: string | undefined = parent; id !== undefined && !seen.has(id); id = byId.get(id)?.parents[0]) {
    const node = drawn.get(id);
    if (node !== undefined) return [{ node, direct }];
    seen.add(id);
    direct = false;
  }
  return [];
}

/**
 * A first child stands in its parent's row; the winner's line goes first and so is straight. Each further child opens a
 * branch in the nearest row below that is free over the branch's columns. Branches farther to the right are placed first,
 * so that the curves of the others pass to the left of them.
 */
function assignRows(nodes: FamilyNode[]): number {
  const children = nodes.map((): number[] => []);
  const roots: number[] = [];
  for (const [index, node] of nodes.entries()) {
    const parent = node.parents[0]?.node;
    // Only a parent of an earlier column can be hung on, so that the walk below ends whatever the report says.
    if (parent === undefined || (nodes[parent]?.column ?? 0) >= node.column) roots.push(index);
    else children[parent]?.push(index);
  }
  const lineageFirst = (a: number, b: number) => Number(nodes[b]?.onLineage) - Number(nodes[a]?.onLineage) || a - b;
  const farthestFirst = (a: number, b: number) => (nodes[b]?.column ?? 0) - (nodes[a]?.column ?? 0) || a - b;
  const taken: { from: number; to: number }[][] = [];

  const placeBranch = (start: number, from: number, minRow: number) => {
    const branch: { node: FamilyNode; forks: number[] }[] = [];
    for (let index: number | undefined = start; index !== undefined; ) {
      const node: FamilyNode | undefined = nodes[index];
      if (node === undefined) break;
      const [first, ...forks] = (children[index] ?? []).sort(lineageFirst);
      branch.push({ node, forks: forks.sort(farthestFirst) });
      index = first;
    }
    const to = branch.at(-1)?.node.column ?? from;
    let row = minRow;
    while (taken[row]?.some((span) => span.from <= to && from <= span.to)) row++;
    taken[row] = [...(taken[row] ?? []), { from, to }];
    for (const { node, forks } of branch.reverse()) {
      node.row = row;
      for (const fork of forks) placeBranch(fork, node.column + 0.5, row + 1);
    }
  };
  for (const root of roots.sort(lineageFirst)) placeBranch(root, nodes[root]?.column ?? 0, 0);
  return taken.length;
}

function lineOfFirstParents(byId: ReadonlyMap<string, ReportCandidate>, id: string): ReportCandidate[] {
  const line: ReportCandidate[] = [];
  const seen = new Set<string>();
  for (let next = byId.get(id); next !== undefined && !seen.has(next.id); next = byId.get(next.parents[0] ?? '')) {
    seen.add(next.id);
    line.push(next);
  }
  return line.reverse();
}
