import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { synthesisReportSchema } from '../../lambdas/contracts/synthesis-report.ts';
import { similarPairs, textOfInput } from '../../lambdas/datasets/similarity.ts';
import { readJudge } from '../../local/judge-file.ts';
import { loadSpec } from '../../local/spec-file.ts';
import { main as synthesize } from '../../local/synthesize.ts';
import { loadTask } from '../../local/task-file.ts';

/** The folder of the README, copied; specs by their paths. */
function openExample(): { folder: string; specs: string[]; out: string } {
  const folder = mkdtempSync(join(tmpdir(), 'from-a-spec-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(import.meta.dirname, '../../examples/from-a-spec'), folder, {
    recursive: true,
    filter: (path) => !path.endsWith('.judge.yaml'),
  });
  const specs = ['names-the-next-step', 'no-promises'].map((name) => join(folder, `${name}.spec.yaml`));
  return { folder, specs, out: join(folder, 'out') };
}

/** Runs the command as a user would, with the simulated model. */
async function tell(...args: string[]): Promise<{ code: number; out: string; errors: string }> {
  vi.stubEnv('OPENAI_API_KEY', undefined);
  vi.stubEnv('OPENAI_BASE_URL', undefined);
  const said: string[] = [];
  const errors: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((...words) => void said.push(words.join(' ')));
  vi.spyOn(console, 'error').mockImplementation((...words) => void errors.push(words.join(' ')));
  onTestFinished(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
  const code = await synthesize(args);
  return { code, out: said.join('\n'), errors: errors.join('\n') };
}

describe('examples/from-a-spec', () => {
  it('becomes 300 examples from 15 topics in at most 60 calls for inputs, none near another split', async () => {
    const { specs, out } = openExample();

    const told = await tell(...specs, '--out', out, '--set', 'task.synthesis.baseline=false', '--json');

    expect(told).toMatchObject({ code: 0, errors: '' });
    const report = synthesisReportSchema.parse(JSON.parse(told.out));
    expect(report).toMatchObject({ leaks: 0, groupedBy: 'topic' });
    expect(report.topics).toHaveLength(15);
    expect(report.spend.generatorCalls.inputs).toBeLessThanOrEqual(60);
    const { splits } = loadTask(join(out, 'task.yaml'));
    const placed = Object.entries(splits).flatMap(([split, one]) =>
      (one?.examples ?? []).map(({ input }) => ({ split, text: textOfInput(input) })),
    );
    expect(placed).toHaveLength(300);
    const pairs = similarPairs(
      placed.map(({ text }) => text),
      report.thresholds.neighbour,
    );
    expect(pairs.filter(({ similarity }) => similarity >= report.thresholds.duplicate)).toEqual([]);
    expect(pairs.filter(({ a, b }) => placed[a]?.split !== placed[b]?.split)).toEqual([]);
    for (const path of specs) expect(readJudge(loadSpec(path))).toMatchObject({ status: 'current' });
  });

  it('estimates and spends nothing with --dry-run', async () => {
    const { specs, out } = openExample();

    const told = await tell(...specs, '--out', out, '--dry-run', '--json');

    const courses = JSON.parse(told.out);
    expect(courses.low).toMatchObject({ generatorCalls: 18, rollouts: 300, judgeCalls: 600 });
    expect(courses.high.costUsd).toBeGreaterThan(courses.expected.costUsd);
    expect(existsSync(out)).toBe(false);
  });

  it('is the same session when the same command is given again, though its judges lie beside the specs by now', async () => {
    const { specs, out } = openExample();
    const small = ['--set', 'task.synthesis.topics=8', '--set', 'task.synthesis.inputsPerTopic=2'];
    const run = () => tell(...specs, '--out', out, ...small, '--set', 'task.synthesis.baseline=false', '--json');
    const first = await run();

    const again = await run();

    expect(JSON.parse(first.out).specs).toContainEqual(expect.objectContaining({ judge: 'written' }));
    expect(again.code).toBe(0);
    expect(again.out).toBe(first.out);
  });

  it('does not write over datasets of another session, or over changed ones, unless it is told to', async () => {
    const { specs, out } = openExample();
    const small = ['--set', 'task.synthesis.topics=8', '--set', 'task.synthesis.inputsPerTopic=2'];
    const run = (...more: string[]) =>
      tell(...specs, '--out', out, ...small, '--set', 'task.synthesis.baseline=false', ...more);
    expect((await run()).code).toBe(0);
    const before = readFileSync(join(out, 'train.jsonl'), 'utf-8');

    const other = await run('--set', 'task.synthesis.seed=1');

    expect(other.code).toBe(2);
    expect(other.errors).toMatch(/train\.jsonl.* are not of this session.*--force/);
    expect(readFileSync(join(out, 'train.jsonl'), 'utf-8')).toBe(before);
    expect((await run('--set', 'task.synthesis.seed=1', '--force')).code).toBe(0);
  });

  it.each([
    [['--set', 'task.synthesis.topics=0'], /--set, task\.synthesis\.topics: .*at least 1/],
    [['--set', 'task.synthesis.inputsPerTopic=200', '--set', 'task.synthesis.topics=400'], /at most 10000/],
    [['--like', 'nowhere.txt'], /--like nowhere\.txt: does not exist/],
    [
      ['--set', 'task.generator.name=mystery', '--set', 'task.synthesis.budget.costUsd=1'],
      /price of "mystery" is not known/,
    ],
  ])('refuses %j before anything is paid for', async (args, message) => {
    const { specs, out } = openExample();

    const told = await tell(...specs, '--out', out, ...args);

    expect(told.code).toBe(2);
    expect(told.errors).toMatch(message);
  });
});
