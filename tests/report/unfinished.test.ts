import { describe, expect, it } from 'vitest';
import type { Archive } from '../../lambdas/contracts/artifacts.ts';
import type { RunContext } from '../../lambdas/contracts/context.ts';
import { unfinishedReportSchema } from '../../lambdas/contracts/report.ts';
import { BASELINE_ID, newArchive } from '../../lambdas/optimizer/archive.ts';
import { buildUnfinishedReport, renderUnfinishedHtml } from '../../lambdas/report/unfinished.ts';
import { play } from '../optimizer/gepa/player.ts';
import { makeWorld, type WorldOptions } from '../optimizer/gepa/world.ts';
import { contextOf } from './finished.ts';
import { HOSTILE } from './hostile.ts';
import { ALLOWED, read, readTags } from './markup.ts';

/** A simulated run at some turn, and its context. */
function runAt(turn: number, options: WorldOptions): { context: RunContext; archive: Archive } {
  const world = makeWorld(options);
  const archive = play(world).turns.at(turn);
  if (archive === undefined) throw new Error(`The run has no turn ${turn}.`);
  return { archive, context: { ...contextOf({ scores: {} }), task: world.search.task } };
}

const better: WorldOptions = { start: 0.1, gain: 0.3, validation: 20, optimizer: { generations: 3 } };

function stoppedAt(turn: number, options: WorldOptions) {
  const { archive, context } = runAt(turn, options);
  const given = { context, archive, spend: archive.spend, wallSeconds: 9, verdict: 'stopped' } as const;
  return { archive, context, report: buildUnfinishedReport(given) };
}

describe('the report of a run that was stopped', () => {
  it('tells the best candidate so far as an expectation, and recommends what is proven', () => {
    const { archive, context, report } = stoppedAt(-2, better);

    expect(unfinishedReportSchema.parse(report)).toEqual(report);
    expect(report).toMatchObject({
      verdict: 'stopped',
      stopReason: 'stopped',
      testDelta: null,
      recommended: { candidateId: BASELINE_ID, components: context.task.prompt },
      spend: archive.spend,
    });
    expect(report.best.candidateId).not.toBe(BASELINE_ID);
    expect(report.best.expected).toBe(Math.max(...report.candidates.map(({ validation }) => validation.mean ?? 0)));
    expect(report.best.expected).toBeGreaterThan(report.baseline.expected ?? 1);
    expect(report).not.toHaveProperty('check');
  });

  it('tells what the model expects under attribution, where no prompt meets all of validation', () => {
    const options = { ...better, extra: { calls: 600 }, optimizer: { strategy: 'attribution' as const } };
    const { context, archive } = runAt(-1, options);
    const midway = { ...archive, winnerId: null };

    const report = buildUnfinishedReport({
      context,
      archive: midway,
      spend: archive.spend,
      wallSeconds: 9,
      verdict: 'stopped',
    });

    expect(unfinishedReportSchema.parse(report)).toEqual(report);
    expect(report.best).toMatchObject({
      candidateId: archive.attribution?.incumbentId,
      expected: archive.generations.at(-1)?.bestValidation,
    });
    expect(report.edits.length).toBeGreaterThan(0);
  });

  it('can be made at any moment, the first included', () => {
    const { context } = runAt(0, better);
    const archive = newArchive('run', context.task);

    const report = buildUnfinishedReport({
      context,
      archive,
      spend: archive.spend,
      wallSeconds: 0,
      verdict: 'stopped',
    });

    expect(report.best).toEqual({ candidateId: BASELINE_ID, validation: { mean: null, n: 0 }, expected: null });
    const text = read(renderUnfinishedHtml(report));
    expect(text).toContain('The search had found nothing better yet.');
  });

  it('has a page with spend, the best so far and how to go on', () => {
    const { report } = stoppedAt(-2, better);

    const page = renderUnfinishedHtml(report);

    const text = read(page);
    expect(text).toContain('Stopped before a verdict.');
    expect(text).toContain(`${report.best.candidateId}, is expected to score`);
    expect(text).toContain('That is not proven');
    expect(text).toContain('not recommended');
    expect(text).toContain('--run-id run');
    expect(text).toContain('/runs/run/resume');
    expect(page.match(/https?:|url\(|@import|<script/)).toBeNull();
    for (const { name, attributes } of readTags(page)) {
      for (const attribute of attributes) expect([...(ALLOWED[name] ?? []), 'class', 'id']).toContain(attribute);
    }
  });
});

describe('the report of a scheduled run that found nothing changed', () => {
  const check = {
    scores: { v0: 1 },
    failures: 1,
    mean: 0.81,
    reference: 0.8,
    delta: { mean: 0.01, ci95: [-0.05, 0.07] as [number, number], pValue: 0.7, n: 40 },
    changed: false,
  };
  const { context, archive } = runAt(0, {});
  const reportWith = (changes: Partial<Archive['check']>, notice: string | null = null) =>
    buildUnfinishedReport({
      context: { ...context, notice },
      archive: { ...archive, step: null, stopReason: 'unchanged', check: { ...check, ...changes } },
      spend: archive.spend,
      wallSeconds: 2,
      verdict: 'skipped_unchanged',
    });

  it('tells the difference and its interval', () => {
    const report = reportWith({});

    expect(unfinishedReportSchema.parse(report)).toEqual(report);
    expect(report).toMatchObject({
      verdict: 'skipped_unchanged',
      stopReason: 'unchanged',
      check: { mean: 0.81, reference: 0.8, delta: check.delta },
    });
    const text = read(renderUnfinishedHtml(report));
    expect(text).toContain('Nothing has changed.');
    expect(text).toContain('scores 81.0, 80.0 before: +1.0 points on 40 examples (95 % interval −5.0 to +7.0)');
  });

  it('says so where there was nothing to compare with', () => {
    const text = read(renderUnfinishedHtml(reportWith({ reference: null, delta: null })));

    expect(text).toContain('there was no earlier score to compare with');
  });

  it.each(HOSTILE.slice(0, 4))('shows %j as text', (notice) => {
    const page = renderUnfinishedHtml(reportWith({}, notice));

    expect(() => readTags(page)).not.toThrow();
    expect(page).not.toContain('<script');
  });
});
