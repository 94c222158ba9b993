import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Report, reportSchema } from '../../lambdas/contracts/report.ts';
import { main as optimize } from '../../local/optimize.ts';
import { type JudgedTask, openJudgedTask, POLITE } from '../support/judged-task.ts';

afterEach(() => vi.restoreAllMocks());

async function run(task: JudgedTask): Promise<Report> {
  const said: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((...words) => void said.push(words.join(' ')));
  expect(await optimize([task.taskPath, '--out', join(task.folder, 'out'), '--json'])).toBe(0);
  return reportSchema.parse(JSON.parse(said.join('\n')));
}

/**
 * What reflection proposes makes every answer polite, which counts for most of the score, and no answer begin as it
 * should any more.
 */
const evals = (guard: object) => [
  { name: 'polite', type: 'llm_judge', criteria: 'The answer says please.', weight: 3 },
  { name: 'begins', type: 'starts_with', value: 'answer', ...guard },
];

const strategies = [
  ['gepa', { generations: 2, proposals: 2, minibatchSize: 4, finalists: 2, concurrency: 8 }],
  ['attribution', { generations: 2, proposals: 2, minibatchSize: 4, concurrency: 8 }],
] as const;

describe.each(strategies)('under %s', (strategy, settings) => {
  const optimizer = { strategy, ...settings };

  it('a prompt that breaks a guard is not accepted, however much it gains', async (context) => {
    const task = await openJudgedTask(context, { evals: evals({ guard: { maxDrop: 0.05 } }), optimizer });

    const report = await run(task);

    expect(report.verdict).toBe('no_significant_gain');
    expect(JSON.stringify(report.recommended.components)).not.toContain(POLITE);
    // It does not even reach the sealed test.
    expect(report.best.candidateId).toBe('baseline');
    if (strategy === 'gepa') {
      const reasons = report.candidates.flatMap(({ reason }) => (reason === null ? [] : [reason]));
      expect(reasons.length).toBeGreaterThan(0);
      expect(new Set(reasons)).toEqual(new Set(['begins fell by more than its guard allows']));
    }
  });

  it('the same prompt without the guard, or with a guard that allows it, is recommended', async (context) => {
    for (const guard of strategy === 'gepa' ? [{}, { guard: { maxDrop: 1 } }] : [{ guard: { maxDrop: 1 } }]) {
      const task = await openJudgedTask(context, { evals: evals(guard), optimizer });

      const report = await run(task);

      expect(report.verdict).toBe('improved');
      expect(JSON.stringify(report.recommended.components)).toContain(POLITE);
      expect(report.testDelta.perEval).toMatchObject({ polite: { mean: 1 }, begins: { mean: -1 } });
    }
  });
});
