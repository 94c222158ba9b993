import { describe, expect, it } from 'vitest';
import type { Archive, Candidate } from '../../lambdas/contracts/artifacts.ts';
import { BASELINE_ID, candidateOf, newArchive, store } from '../../lambdas/optimizer/archive.ts';
import { triedEdits } from '../../lambdas/rollout/lineage.ts';
import { taskOf } from './task.ts';

interface Child {
  readonly id: string;
  readonly parent: string;
  readonly component?: string;
  readonly text: string;
  readonly status?: Candidate['status'];
  readonly before?: readonly (number | null)[];
  readonly after?: readonly (number | null)[];
  readonly untried?: boolean;
}

/** An archive with these children, in the order of their making. */
function archiveWith(...children: Child[]): Archive {
  let archive = newArchive('r', taskOf({ prompt: { system: 'line 1\nline 2\n', user: '{{input}}' } }));
  for (const [slot, child] of children.entries()) {
    const { component = 'system', status = 'rejected', before = [0], after = [1] } = child;
    const { parts, texts } = store({ [component]: child.text }, archive.texts);
    const candidate: Candidate = {
      id: child.id,
      parents: [child.parent],
      generation: 1,
      slot,
      origin: 'mutation',
      parts: { ...candidateOf(archive, child.parent).parts, ...parts },
      status,
      reason: null,
      component,
      minibatch: child.untried ? null : { exampleIds: before.map(String), before: [...before], after: [...after] },
    };
    archive = { ...archive, texts, candidates: [...archive.candidates, candidate] };
  }
  return archive;
}

const textsOf = (archive: Archive, parent: string, component = 'system'): string[] =>
  triedEdits(archive, candidateOf(archive, parent), component).map(({ text }) => text);

describe('triedEdits', () => {
  it('tells what each edit brought in and how it fared', () => {
    const archive = archiveWith(
      {
        id: 'a',
        parent: BASELINE_ID,
        text: 'line 1\nnew a\nline 2\n',
        before: [0, 0.5],
        after: [1, 0.5],
        status: 'accepted',
      },
      { id: 'b', parent: BASELINE_ID, text: 'line 1\n', before: [1], after: [0] },
    );

    expect(triedEdits(archive, candidateOf(archive, BASELINE_ID), 'system')).toEqual([
      { outcome: 'score 0.25 → 0.75, kept', text: 'new a' },
      { outcome: 'score 1.00 → 0.00, rejected', text: 'removed: line 2' },
    ]);
  });

  it('knows the edits of the parent and of all its ancestors, and no others', () => {
    const archive = archiveWith(
      { id: 'a', parent: BASELINE_ID, text: 'line 1\nline 2\nof a\n' },
      { id: 'b', parent: BASELINE_ID, text: 'line 1\nline 2\nof b\n' },
      { id: 'a1', parent: 'a', text: 'line 1\nline 2\nof a\nof a1\n' },
      { id: 'b1', parent: 'b', text: 'line 1\nline 2\nof b\nof b1\n' },
      { id: 'a2', parent: 'a1', text: 'line 1\nline 2\nof a\nof a1\nof a2\n' },
    );

    expect(textsOf(archive, BASELINE_ID)).toEqual(['of a', 'of b']);
    expect(textsOf(archive, 'b')).toEqual(['of a', 'of b', 'of b1']);
    expect(textsOf(archive, 'a1')).toEqual(['of a', 'of b', 'of a1', 'of a2']);
  });

  it('knows the edits of its own component alone', () => {
    const archive = archiveWith(
      { id: 'a', parent: BASELINE_ID, text: 'system a\n' },
      { id: 'b', parent: BASELINE_ID, component: 'user', text: 'user b {{input}}' },
    );

    expect(textsOf(archive, BASELINE_ID, 'user')).toEqual(['user b {{input}}']);
  });

  it('means over the pairs of which both sides were scored', () => {
    const archive = archiveWith({
      id: 'a',
      parent: BASELINE_ID,
      text: 'x\n',
      before: [0, null, 1, 0.5],
      after: [1, 1, null, 0.5],
    });

    expect(triedEdits(archive, candidateOf(archive, BASELINE_ID), 'system')).toMatchObject([
      { outcome: 'score 0.25 → 0.75, rejected' },
    ]);
  });

  it('gives the latest eight that were tried; those that were not do not count', () => {
    const tried = Array.from(
      { length: 10 },
      (_, i): Child => ({ id: `t${i}`, parent: BASELINE_ID, text: `edit ${i}\n` }),
    );
    const untried: Child[] = [
      { id: 'u1', parent: BASELINE_ID, text: 'u1\n', untried: true },
      { id: 'u2', parent: BASELINE_ID, text: 'u2\n', before: [null, 1], after: [1, null] },
    ];

    expect(textsOf(archiveWith(...tried, ...untried), BASELINE_ID)).toEqual(
      Array.from({ length: 8 }, (_, i) => `edit ${i + 2}`),
    );
  });
});
