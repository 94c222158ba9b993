import { describe, expect, it } from 'vitest';
import { layOutFamily, type ReportCandidate } from '../../lambdas/report/html/family.ts';
import { demoPage } from './demo.ts';

function candidate(
  id: string,
  generation: number,
  parents: string[],
  fields: Partial<ReportCandidate> = {},
): ReportCandidate {
  return {
    id,
    parents,
    generation,
    origin: parents.length === 0 ? 'baseline' : parents.length > 1 ? 'merge' : 'mutation',
    components: { system: id },
    status: 'accepted',
    reason: null,
    validation: { mean: 0.5, n: 10 },
    frontier: false,
    ...fields,
  };
}

function layOut(candidates: ReportCandidate[], bestId: string) {
  const { report } = demoPage({ generations: 1 });
  return layOutFamily({ ...report, candidates, best: { ...report.best, candidateId: bestId } });
}

describe('layOutFamily', () => {
  it('draws accepted candidates and counts rejected ones at their parent', () => {
    const rejected = { status: 'rejected', reason: 'no better' } as const;

    const family = layOut(
      [
        candidate('baseline', 0, []),
        candidate('a', 1, ['baseline'], rejected),
        candidate('b', 1, ['baseline'], rejected),
        candidate('c', 1, ['baseline']),
        candidate('d', 2, ['c'], rejected),
        candidate('e', 3, ['c']),
      ],
      'e',
    );

    expect(family.nodes.map((node) => [node.candidate.id, node.column, node.row, node.rejected])).toEqual([
      ['baseline', 0, 0, 2],
      ['c', 1, 0, 1],
      ['e', 2, 0, 0],
    ]);
    expect(family.columns).toEqual([0, 1, 3]);
    expect(family.lineage.map(({ id }) => id)).toEqual(['baseline', 'c', 'e']);
    expect([family.accepted, family.rejected]).toEqual([3, 3]);
  });

  it("keeps the winner's line straight and both parents of a merge in it", () => {
    const family = layOut(
      [
        candidate('baseline', 0, []),
        candidate('a', 1, ['baseline']),
        candidate('b', 1, ['baseline']),
        candidate('m', 2, ['b', 'a']),
        candidate('z', 2, ['a']),
      ],
      'm',
    );

    const byId = new Map(family.nodes.map((node) => [node.candidate.id, node]));
    expect(family.nodes.filter((node) => node.onLineage).map((node) => node.candidate.id)).toEqual([
      'baseline',
      'a',
      'b',
      'm',
    ]);
    expect(byId.get('m')?.parents).toHaveLength(2);
    expect(byId.get('z')?.onLineage).toBe(false);
  });

  it('puts a merge of two candidates of its own generation behind them', () => {
    const family = layOut(
      [
        candidate('baseline', 0, []),
        candidate('a', 1, ['baseline']),
        candidate('b', 1, ['baseline']),
        candidate('m', 1, ['a', 'b']),
        candidate('z', 2, ['m']),
      ],
      'z',
    );

    expect(family.columns).toEqual([0, 1, 1.5, 2]);
    expect(family.nodes.map(({ candidate: { id }, column, row }) => [id, column, row])).toEqual([
      ['baseline', 0, 0],
      ['a', 1, 0],
      ['b', 1, 1],
      ['m', 2, 0],
      ['z', 3, 0],
    ]);
  });

  it('draws at most forty of thousands, always the baseline and the best, no two in one place', () => {
    const { report } = demoPage({ generations: 500, proposals: 32, acceptance: 0.3 });

    const family = layOutFamily(report);

    expect(family.nodes.length).toBeLessThanOrEqual(40);
    expect(family.columns.length).toBeLessThanOrEqual(24);
    expect(new Set(family.nodes.map((node) => `${node.column} ${node.row}`)).size).toBe(family.nodes.length);
    expect(family.nodes[0]?.candidate.id).toBe('baseline');
    expect(family.nodes.filter((node) => node.isBest)).toHaveLength(1);
  });

  it('prefers the frontier to the rest, and the better to the worse', () => {
    const crowd = Array.from({ length: 60 }, (_, index) =>
      candidate(`c${index}`, 1, ['baseline'], { validation: { mean: index / 100, n: 10 }, frontier: index < 10 }),
    );

    const drawn = layOut([candidate('baseline', 0, []), ...crowd], 'baseline').nodes.map((node) => node.candidate.id);

    expect(drawn).toHaveLength(40);
    expect(drawn).toEqual(expect.arrayContaining(['c0', 'c9', 'c59', 'c31']));
    expect(drawn).not.toContain('c30');
  });

  it("leaves steps of a long line out and says so at the line's gap", () => {
    const chain = Array.from({ length: 100 }, (_, index) =>
      candidate(`c${index}`, index, index === 0 ? [] : [`c${index - 1}`]),
    );

    const family = layOut(chain, 'c99');

    expect(family.nodes).toHaveLength(24);
    expect(family.nodes.flatMap((node) => node.parents).filter((parent) => !parent.direct)).toHaveLength(1);
    expect(family.rows).toBe(1);
    expect(family.lineage).toHaveLength(100);
  });

  it('ends on a family that cannot be: unknown parents, circles, no best', () => {
    const circle = [
      candidate('a', 1, ['b']),
      candidate('b', 1, ['a']),
      candidate('c', 2, ['c']),
      candidate('d', 1, ['nobody']),
    ];

    expect(layOut(circle, 'a').nodes).toHaveLength(4);
    expect(layOut(circle, 'nobody').lineage).toEqual([]);
    expect(layOut([], 'a').nodes).toEqual([]);
  });
});
