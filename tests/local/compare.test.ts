import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startModelServer } from '../../bench/model-server.ts';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';
import { type Report, reportSchema } from '../../lambdas/contracts/report.ts';
import { exitCodes } from '../../local/command.ts';
import { readEarlierReport, tellComparison } from '../../local/compare.ts';
import { main } from '../../local/optimize.ts';
import { CHAMPION, contextOf, type Finished, firstRight, reportOf, WINNER } from '../report/finished.ts';
import { writeRuleTask } from '../support/rule-task.ts';

const won: Finished = { scores: { baseline: firstRight(10), 'g1-s0': firstRight(30) } };
const { task } = contextOf(won);
const split = { examples: [{ id: 'a', input: 'text' }] };
const loaded = { task, splits: { train: split, test: split, validation: undefined, golden: undefined } };

let folder: string;
let printed: { out: string; err: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prompt-optimizer-'));
  printed = { out: '', err: '' };
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    printed.out += `${text}\n`;
  });
  vi.spyOn(console, 'error').mockImplementation((text: string) => {
    printed.err += `${text}\n`;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function write(report: unknown): string {
  const path = join(folder, 'report.json');
  writeFileSync(path, typeof report === 'string' ? report : JSON.stringify(report));
  return path;
}

function problemsWith(report: unknown): string {
  try {
    readEarlierReport(write(report), loaded);
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message.replaceAll(/\S*report\.json/g, 'report.json');
    throw error;
  }
  return 'none';
}

describe('an earlier report', () => {
  it('is read as it was written', () => {
    const report = reportOf(won);
    expect(readEarlierReport(write(report), loaded)).toEqual(report);
  });

  const report = reportOf(won);
  it.each<[string, unknown, string]>([
    ['no JSON', '# Report', 'report.json: is not JSON'],
    ['something else', { scores: [] }, 'report.json, schema: '],
    [
      'of another task',
      { ...report, task: 'other' },
      'report.json, task: is other, and this task is cases. Give a report',
    ],
    [
      'without a verdict',
      { ...report, verdict: 'stopped' },
      'report.json, verdict: is stopped: that run recommends nothing.',
    ],
    [
      'of other data',
      { ...report, recommended: { ...report.recommended, components: { ...WINNER, user: '{{subject}}' } } },
      'report.json, recommended.components.user: uses {{subject}}, which no example has.',
    ],
  ])('that is %s is refused with the reason', (_, given, words) => {
    expect(problemsWith(given)).toContain(words);
  });
});

describe('the exit code of a comparison', () => {
  const report = reportOf(won);
  const earlier: Report = { ...report, recommended: { ...report.recommended, components: CHAMPION } };
  const later = (rightAnswers: number): Report =>
    reportOf({
      scores: { ...won.scores, champion: firstRight(rightAnswers) },
      champion: { version: null, components: CHAMPION },
    });

  it('is 0 when the prompt is as good as it was', () => {
    expect(tellComparison(earlier, later(30), false)).toBe(exitCodes.done);
    expect(printed.out).toContain('has not got worse: 75.0 on 40 sealed examples then');
    expect(printed.err).toBe('');
  });

  it('is 3 when it scores less than it did, with the reason, and --json stays JSON', () => {
    expect(tellComparison(earlier, later(8), true)).toBe(3);
    expect(printed.err).toContain('It now scores 20.0 on 40 sealed examples, 75.0 before');
    expect(printed.out).toBe('');
  });
});

describe('optimize --compare', () => {
  it('gives the earlier prompt the sealed examples of the run', async () => {
    const rules = writeRuleTask(
      { seed: 2, sizes: { train: 8, validation: 6, test: 12 } },
      { budget: { rollouts: 60 }, optimizer: { strategy: 'gepa', generations: 1, proposals: 2, concurrency: 16 } },
    );
    const server = await startModelServer(rules.world);
    vi.stubEnv('OPENAI_BASE_URL', server.baseUrl);
    vi.stubEnv('OPENAI_API_KEY', 'test');
    try {
      const prompt = { system: `${rules.world.system}\nThink twice.`, user: '{{input}}' };
      const report = reportOf(won);
      const earlier = write({
        ...report,
        task: 'rules',
        recommended: { candidateId: 'g1-s0', components: prompt },
        best: { ...report.best, test: { mean: 1, n: 40, sd: 0 } },
      });
      const out = join(folder, 'out');

      const code = await main([rules.taskPath, '--out', out, '--compare', earlier, '--json']);

      const { champion } = reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf-8')));
      expect(champion).toMatchObject({ version: null, components: prompt, test: { n: 12 } });
      expect(code).toBe(exitCodes.worse);
      expect(printed.err).toContain('100.0 before');
      expect(JSON.parse(printed.out).champion).toEqual(champion);
    } finally {
      await server.close();
      rules.remove();
    }
  });
});
