import { describe, expect, it } from 'vitest';
import { StoreConflictError } from '../../lambdas/contracts/errors.ts';
import type { MutationOutcome, ReflectionRecord } from '../../lambdas/contracts/item-records.ts';
import { type RunRecord, runRecordSchema } from '../../lambdas/contracts/run.ts';
import { noUsage } from '../../lambdas/optimizer/usage.ts';
import { emptyLedger } from '../../lambdas/rollout/item.ts';
import {
  createRun,
  loadRecord,
  loadRecords,
  loadRun,
  recordIds,
  saveRecord,
  updateRun,
} from '../../lambdas/store/runs.ts';
import { useEmbeddedAws } from './embedded.ts';

useEmbeddedAws();

const STARTED = '2026-01-01T00:00:00.000Z';
const runOf = (runId: string): RunRecord =>
  runRecordSchema.parse({
    runId,
    status: 'running',
    taskName: 'tickets',
    inputHash: 'abc',
    turn: 0,
    epoch: 0,
    createdAt: STARTED,
    startedAt: STARTED,
    lastSeenMs: 1.5,
    error: null,
  });
const outcomeOf = (text: string): MutationOutcome => ({
  epoch: 0,
  status: 'accepted',
  reason: null,
  text,
  reflected: 'answered',
});
const results = (settled: readonly PromiseSettledResult<unknown>[]): { won: number; lost: unknown[] } => ({
  won: settled.filter(({ status }) => status === 'fulfilled').length,
  lost: settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])),
});

describe('a run record', () => {
  it('is null when there is none', async () => {
    expect(await loadRun('nobody')).toBeNull();
  });

  it('comes back as it was written', async () => {
    const run = { ...runOf('written'), error: { name: 'X', message: 'é\u{1F600}' }, status: 'failed' as const };

    await createRun(run);

    expect(await loadRun('written')).toEqual(run);
  });

  it('is created once: a second start of the same id is a conflict and changes nothing', async () => {
    await createRun(runOf('twice'));

    const second = createRun({ ...runOf('twice'), inputHash: 'other' });

    await expect(second).rejects.toThrow(StoreConflictError);
    await expect(second).rejects.toThrow(/twice was started by somebody else/);
    expect((await loadRun('twice'))?.inputHash).toBe('abc');
  });

  it('is created by one of twenty that try at the same moment', async () => {
    const { won, lost } = results(await Promise.allSettled(Array.from({ length: 20 }, () => createRun(runOf('race')))));

    expect(won).toBe(1);
    for (const error of lost) expect(error).toBeInstanceOf(StoreConflictError);
  });

  it('is moved on by one of twenty plans that saw the same turn', async () => {
    await createRun(runOf('plans'));

    const { won, lost } = results(
      await Promise.allSettled(Array.from({ length: 20 }, (_, i) => updateRun('plans', { turn: 1, lastSeenMs: i }, 0))),
    );

    expect(won).toBe(1);
    for (const error of lost) expect(error).toBeInstanceOf(StoreConflictError);
    expect((await loadRun('plans'))?.turn).toBe(1);
  });

  it('is not moved on by a plan of another turn, be it an earlier or a later one', async () => {
    await createRun({ ...runOf('turns'), turn: 3 });

    await expect(updateRun('turns', { turn: 3 }, 2)).rejects.toThrow(StoreConflictError);
    await expect(updateRun('turns', { turn: 5 }, 4)).rejects.toThrow(StoreConflictError);
    expect((await loadRun('turns'))?.turn).toBe(3);
  });

  it('is not changed where it does not say what is asked of it, and is where it does', async () => {
    await createRun(runOf('asked'));

    const change = { status: 'stopped' } as const;
    await expect(updateRun('asked', change, { status: 'queued' })).rejects.toThrow(StoreConflictError);
    await expect(updateRun('asked', change, { status: 'running', turn: 1 })).rejects.toThrow(StoreConflictError);
    await updateRun('asked', change, { status: 'running', turn: 0 });

    expect((await loadRun('asked'))?.status).toBe('stopped');
  });

  it('takes changes of some fields, null among them, and keeps the others', async () => {
    await createRun({ ...runOf('changes'), error: { name: 'X', message: 'y' } });

    await updateRun('changes', { status: 'succeeded', error: null });

    expect(await loadRun('changes')).toEqual({ ...runOf('changes'), status: 'succeeded', error: null });
  });

  it('is not made by a change of one that is not there', async () => {
    await expect(updateRun('ghost', { status: 'failed' })).rejects.toThrow(StoreConflictError);
    await expect(updateRun('ghost', { turn: 1 }, 0)).rejects.toThrow(StoreConflictError);
    expect(await loadRun('ghost')).toBeNull();
  });
});

describe('records of a run', () => {
  it('come back as they were written, each under its own id', async () => {
    const reflection: ReflectionRecord = {
      epoch: 1,
      reply: 'text',
      truncated: false,
      failure: null,
      usage: noUsage(null),
    };
    await saveRecord('reflection', 'r', recordIds.reflection(1, 2, 0), reflection);
    await saveRecord('ledger', 'r', recordIds.ledger(1, 2), emptyLedger);
    await saveRecord('outcome', 'r', recordIds.outcome(1, 2), outcomeOf('x'));

    expect(await loadRecord('reflection', 'r', recordIds.reflection(1, 2, 0))).toEqual(reflection);
    expect(await loadRecord('ledger', 'r', recordIds.ledger(1, 2))).toEqual(emptyLedger);
    expect(await loadRecord('outcome', 'r', recordIds.outcome(1, 2))).toEqual(outcomeOf('x'));
  });

  it('are null where there is none, or where another run has one', async () => {
    await saveRecord('outcome', 'mine', recordIds.outcome(1, 0), outcomeOf('x'));

    expect(await loadRecord('outcome', 'mine', recordIds.outcome(0, 1))).toBeNull();
    expect(await loadRecord('outcome', 'yours', recordIds.outcome(1, 0))).toBeNull();
  });

  it('are loaded by the hundreds, duplicates once, missing ones left out', async () => {
    const ids = Array.from({ length: 250 }, (_, i) => recordIds.outcome(7, i));
    await Promise.all(ids.map((id, i) => saveRecord('outcome', 'many', id, outcomeOf(`text ${i}`))));

    const asked = [...ids, ...ids.slice(0, 120), recordIds.outcome(7, 999)];
    const found = await loadRecords('outcome', 'many', asked);

    expect(found.size).toBe(250);
    expect([...found].sort()).toEqual(ids.map((id, i) => [id, outcomeOf(`text ${i}`)]).sort());
  });

  it('are none when none are asked for', async () => {
    expect((await loadRecords('outcome', 'many', [])).size).toBe(0);
  });

  it('have ids that never meet', () => {
    const ids = [0, 1, 11].flatMap((a) =>
      [0, 1, 11].flatMap((b) => [
        recordIds.outcome(a, b),
        recordIds.ledger(a, b),
        recordIds.reflection(a, b, 0),
        recordIds.reflection(a, b, 1),
        recordIds.reflection(a, b, 11),
      ]),
    );

    expect(new Set([...ids, 'run']).size).toBe(ids.length + 1);
  });
});
