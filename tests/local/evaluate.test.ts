import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type EvaluationResult, evaluationResultSchema } from '../../lambdas/contracts/evaluation-result.ts';
import { reportSchema } from '../../lambdas/contracts/report.ts';
import { main as calibrate } from '../../local/calibrate.ts';
import { main as evaluate } from '../../local/evaluate.ts';
import { main as optimize } from '../../local/optimize.ts';
import { type JudgedTask, openJudgedTask, POLITE } from '../support/judged-task.ts';

afterEach(() => vi.restoreAllMocks());

interface Told {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

/** Runs a command in this process, as a user would start it. */
async function tell(command: (args: string[]) => Promise<number>, task: JudgedTask, ...args: string[]): Promise<Told> {
  const said: string[] = [];
  const errors: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((...words) => void said.push(words.join(' ')));
  vi.spyOn(console, 'error').mockImplementation((...words) => void errors.push(words.join(' ')));
  const code = await command([task.taskPath, '--out', join(task.folder, 'out'), ...args]);
  return { code, out: said.join('\n'), errors: errors.join('\n') };
}

function resultOf({ code, out, errors }: Told): EvaluationResult {
  expect(errors).toBe('');
  expect(code).toBe(0);
  return evaluationResultSchema.parse(JSON.parse(out));
}

const promptsOf = (told: Told): Extract<EvaluationResult, { of: 'prompts' }> => {
  const result = resultOf(told);
  if (result.of !== 'prompts') throw new Error('This is a calibration.');
  return result;
};
const judgesOf = (told: Told): Extract<EvaluationResult, { of: 'judges' }> => {
  const result = resultOf(told);
  if (result.of !== 'judges') throw new Error('This is no calibration.');
  return result;
};

describe('evaluate', () => {
  it('compares prompts on the same examples: means, differences, p-values, what was paid', async (context) => {
    const task = await openJudgedTask(context);
    const better = task.writePrompt('better', `Answer the question. Be ${POLITE}.`);

    const result = promptsOf(await tell(evaluate, task, '--prompt', better, '--json'));

    const [own, other] = result.prompts;
    expect(own).toMatchObject({ score: { mean: 0.5, n: 20 }, wanted: 20, leftOut: 0 });
    expect(own?.evals).toMatchObject({ polite: { mean: 0, passed: 0 }, right: { mean: 1, passed: 1 } });
    expect(other?.evals).toMatchObject({ polite: { mean: 1, passed: 1 }, right: { mean: 1 } });
    expect(other?.latencyMs?.median).toBeGreaterThan(0);
    expect(result.best).toBe(other?.id);
    const [difference] = result.comparisons.filter(({ of }) => of === 'whole score');
    expect(difference).toMatchObject({ mean: 0.5, n: 20 });
    expect(difference?.adjusted).toBeLessThan(0.001);
    expect(result.spend).toMatchObject({ rollouts: 40, judgeCalls: 40, modelCalls: 80, failures: 0 });
    expect([task.count('task'), task.count('judge')]).toEqual([40, 40]);
    expect(result.worst[0]).toMatchObject({ output: expect.stringContaining('answer'), score: 0.5 });
  });

  it('pays nothing for what was scored before, and for a new eval no call of the model', async (context) => {
    const task = await openJudgedTask(context);
    const first = promptsOf(await tell(evaluate, task, '--json'));
    task.forget();
    const again = promptsOf(await tell(evaluate, task, '--json', '--run-id', 'again'));
    const callsAgain = task.calls.length;
    task.edit((fields) => {
      (fields.evals as object[]).push({ name: 'kind', type: 'llm_judge', criteria: 'The answer is kind.' });
    });

    const more = promptsOf(await tell(evaluate, task, '--json'));

    expect(callsAgain).toBe(0);
    expect(again.prompts[0]?.score).toEqual(first.prompts[0]?.score);
    expect(again.spend).toMatchObject({ rollouts: 0, modelCalls: 0, cacheHits: 20, costUsd: again.spend.costUsd });
    // The model's answers and the old judge's verdicts stand; only the new eval is asked.
    expect([task.count('task'), task.count('judge')]).toEqual([0, 20]);
    expect(more.spend).toMatchObject({ modelCalls: 20, judgeCalls: 20 });
  });

  it('scores anew when the judge is another one', async (context) => {
    const task = await openJudgedTask(context);
    const first = promptsOf(await tell(evaluate, task, '--json'));
    task.forget();

    const other = promptsOf(await tell(evaluate, task, '--json', '--set', 'judge.name=poor'));

    expect([first.prompts[0]?.evals.polite?.mean, other.prompts[0]?.evals.polite?.mean]).toEqual([0, 1]);
    expect([task.count('task'), task.count('judge')]).toEqual([0, 20]);
  });

  it('refuses the sealed test set; unsealed, it is kept in the history, and later reports say so', async (context) => {
    const task = await openJudgedTask(context);
    const history = join(task.folder, 'task.history.jsonl');

    const refused = await tell(evaluate, task, '--split', 'test', '--json');
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.errors).toMatch(/evaluation\.split: is the sealed test set.*--unseal/);
    expect([task.calls.length, existsSync(history)]).toEqual([0, false]);

    const result = promptsOf(await tell(evaluate, task, '--split', 'test', '--unseal', '--json'));
    expect(result).toMatchObject({ split: 'test', examples: 24, unsealed: [] });
    expect(result.worst.every(({ input, output }) => input === null && output === null)).toBe(true);
    expect(JSON.stringify(result)).not.toContain('question test');
    expect(readFileSync(history, 'utf-8')).toContain('"kind":"unsealed"');

    const twice = promptsOf(await tell(evaluate, task, '--split', 'test', '--unseal', '--run-id', 'twice', '--json'));
    expect(twice.unsealed).toHaveLength(1);

    const { out } = await tell(optimize, task, '--json');
    expect(reportSchema.parse(JSON.parse(out)).unsealed).toHaveLength(2);
  });

  it('goes on where it was stopped by an outage, and pays for nothing twice', async (context) => {
    const task = await openJudgedTask(context, { optimizer: { concurrency: 1 } });
    task.trouble = ({ role, index }) => (role === 'judge' && index >= 7 ? 401 : null);
    const failed = await tell(evaluate, task, '--json');
    task.trouble = () => null;

    const result = promptsOf(await tell(evaluate, task, '--json'));

    expect(failed).toMatchObject({ code: 1, out: '' });
    expect(failed.errors).toMatch(/This call gets 401.*\n.*go on with: npm run -s evaluate/s);
    expect(result.prompts[0]).toMatchObject({ score: { n: 20 } });
    expect([task.count('task'), task.count('judge')]).toEqual([20, 20]);
    expect(result.spend).toMatchObject({ rollouts: 20, inputTokens: 4000, outputTokens: 400 });
  });

  it('gives no number when more fails than a number may leave out, and says why', async (context) => {
    const task = await openJudgedTask(context);
    task.trouble = ({ role, body }) =>
      role === 'judge' && JSON.stringify(body.messages).includes('question validation 1') ? 400 : null;

    const failed = await tell(evaluate, task, '--json');
    const told = promptsOf(await tell(evaluate, task, '--json', '--set', 'maxFailureShare=0.6'));

    expect(failed).toMatchObject({ code: 1, out: '' });
    expect(failed.errors).toMatch(/11 of 20 rollouts have no score, more than the 5 %.*This call gets 400/);
    expect(told.prompts[0]).toMatchObject({ score: { n: 9 }, leftOut: 11, wanted: 20 });
    expect(Object.values(told.prompts[0]?.reasons ?? {})).toEqual([11]);
  });

  it('started again after that, tries once more what failed for a passing reason, and pays for the rest once', async (context) => {
    const task = await openJudgedTask(context, {
      judge: { name: 'good', maxOutputTokens: 128, timeoutSeconds: 0.5 },
      optimizer: { concurrency: 2 },
    });
    task.trouble = ({ role, body }) =>
      role === 'judge' && /question validation [37]\\n/.test(JSON.stringify(body)) ? 0 : null;
    const failed = await tell(evaluate, task, '--json');
    task.trouble = () => null;

    const result = promptsOf(await tell(evaluate, task, '--json'));

    expect(failed).toMatchObject({ code: 1, out: '' });
    expect(failed.errors).toMatch(/of 20 rollouts have no score.*did not answer within 0.5 s/s);
    expect(result.prompts[0]).toMatchObject({ score: { n: 20 }, leftOut: 0 });
    expect([task.count('task'), task.count('judge')]).toEqual([20, 20]);
    expect(result.spend).toMatchObject({ rollouts: 20, inputTokens: 4000, outputTokens: 400, failures: 0 });
    expect(result.spend.judgeCalls).toBeGreaterThan(20);
  });

  it('retries what the server refuses for a moment', async (context) => {
    const task = await openJudgedTask(context);
    task.trouble = ({ index }) => (index % 3 === 0 ? 429 : null);

    const result = promptsOf(await tell(evaluate, task, '--json'));

    expect(result.prompts[0]).toMatchObject({ score: { n: 20 }, leftOut: 0 });
    expect([task.count('task'), task.count('judge')]).toEqual([20, 20]);
  });

  it('never spends more than its caps', async (context) => {
    const task = await openJudgedTask(context);

    const failed = await tell(evaluate, task, '--json', '--set', 'budget.tokens=8000');

    expect(failed.code).toBe(1);
    expect(failed.errors).toMatch(
      /have no score.*budget\.tokens is 8000: \d+ were spent, and one more rollout may need \d+/s,
    );
    expect(110 * task.calls.length).toBeLessThanOrEqual(8_000);
    expect(task.calls.length).toBeGreaterThan(4);
  });

  it('corrects the p-values of several models, and asks the judges the same whatever the order of the evals', async (context) => {
    const task = await openJudgedTask(context);
    const judged = (): string[] =>
      task.calls.flatMap(({ role, body }) => (role === 'judge' ? [JSON.stringify(body.messages)] : [])).sort();
    const models = ['a', 'b', 'c'].flatMap((model) => ['--model', model]);
    task.edit((fields) => {
      const group = { type: 'llm_judge', group: 'one', criteria: 'Good.' };
      fields.evals = [
        { name: 'x', ...group },
        { name: 'y', ...group },
      ];
    });
    const result = promptsOf(await tell(evaluate, task, ...models, '--json'));
    const before = judged();
    task.forget();
    task.edit((fields) => {
      fields.evals = [...(fields.evals as object[])].reverse();
    });
    await tell(evaluate, task, ...models, '--json', '--out', join(task.folder, 'elsewhere'));

    const pairs = result.comparisons.filter(({ of }) => of === 'whole score');
    expect(pairs).toHaveLength(3);
    for (const { pValue, adjusted } of pairs) expect(adjusted).toBeGreaterThanOrEqual(pValue);
    expect(judged()).toEqual(before);
    // Two criteria share a call, and three models that answer the same share their verdicts.
    expect(new Set(before).size).toBe(20);
  });

  it('lets each side answer for its own failures', async (context) => {
    const task = await openJudgedTask(context);
    task.trouble = ({ model, body }) =>
      model === 'flaky' && /question validation [12]"/.test(JSON.stringify(body.messages)) ? 400 : null;
    const sides = ['--model', 'steady', '--model', 'flaky', '--json'];

    const failed = await tell(evaluate, task, ...sides);
    const told = promptsOf(await tell(evaluate, task, ...sides, '--set', 'maxFailureShare=0.2'));

    expect(failed.errors).toMatch(/2 of 20 rollouts of task with flaky have no score/);
    expect(told.prompts.map(({ leftOut }) => leftOut)).toEqual([0, 2]);
    // On the examples that both were scored on they are the same, and then the first one is as good.
    expect(told.best).toBe('v1');
  });

  it('refuses, before anything is paid for, what could show nothing', async (context) => {
    const task = await openJudgedTask(context);
    const same = task.writePrompt('same', 'Answer the question.');
    const many = Array.from({ length: 13 }, (_, i) => ['--model', `m${i}`]).flat();

    const commands: [typeof evaluate, ...string[]][] = [
      [evaluate, '--prompt', same],
      [evaluate, '--set', 'datasets.validation=test.jsonl'],
      [evaluate, ...many],
      [evaluate, '--model', 'a', '--model', 'b', '--set', 'budget.rollouts=30'],
      [evaluate, '--model', ''],
      [evaluate, '--prompt', task.folder],
      [calibrate, '--judge', 'task', '--judge', 'good'],
    ];
    const told: Told[] = [];
    for (const [command, ...args] of commands) told.push(await tell(command, task, ...args));

    expect(told.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2, 2]);
    const errors = told.map((one) => one.errors).join('\n');
    for (const part of [
      /evaluation\.prompts: ".*same-.*" with task-model is the same as "task"/,
      /test\.jsonl:1, datasets\.validation: has the example "test-0", which the sealed test set has too/,
      /has 13 sides.*12 can be compared at once/,
      /budget\.rollouts: allows 30 rollouts, and 2 prompts and models on 20 examples are 40/,
      /--model, 0: must have at least 1 character/,
      /--prompt .*: holds no prompt/,
      /evaluation\.judges: "good" with good is the same as "task"/,
    ]) {
      expect(errors).toMatch(part);
    }
    expect(task.calls).toHaveLength(0);
  });

  it('says what it would cost at the most, and spends nothing', async (context) => {
    const task = await openJudgedTask(context);

    const { code, out } = await tell(evaluate, task, '--dry-run');

    expect(code).toBe(0);
    expect(out).toMatch(/^20 rollouts: at the very most [\d,]+ tokens.* Nothing was spent\.$/);
    expect(task.calls).toHaveLength(0);
  });

  it('adds to a history what is new, whatever a merge has made of it, and refuses one that cannot be kept', async (context) => {
    const task = await openJudgedTask(context);
    const history = join(task.folder, 'task.history.jsonl');
    const old = { kind: 'unsealed', runId: 'old', at: '2026-01-01T00:00:00.000Z', examples: ['none of these'] };
    const line = JSON.stringify(old);
    writeFileSync(history, `${line}\n${line}`);

    const result = promptsOf(await tell(evaluate, task, '--split', 'test', '--unseal', '--json'));
    const kept = readFileSync(history, 'utf-8').trimEnd().split('\n');
    writeFileSync(history, 'no entry\n');
    const refused = await tell(evaluate, task, '--json');

    expect(result.unsealed).toEqual([]);
    expect(kept).toHaveLength(3);
    expect(kept[2]).toContain('"kind":"unsealed"');
    expect(refused.code).toBe(2);
    expect(refused.errors).toMatch(/task\.history\.jsonl:1: is no entry of a history/);
  });

  it('prints tables that a person can read', async (context) => {
    const task = await openJudgedTask(context);
    const better = task.writePrompt('better', `Be ${POLITE}.`);

    const { code, out } = await tell(evaluate, task, '--prompt', better);

    expect(code).toBe(0);
    expect(out).toMatch(/20 examples of validation/);
    expect(out).toMatch(/v1 {2}task +task-model +50\.0/);
    expect(out).toMatch(/whole score +v2 − v1 +\+50\.0.*v2 is better/);
    expect(out).toMatch(/Paid now: 40 rollouts, 40 judge calls/);
  });
});

describe('calibrate', () => {
  it('compares judges with people and with themselves, and names the better one', async (context) => {
    const task = await openJudgedTask(context);

    const result = judgesOf(
      await tell(calibrate, task, '--judge', 'good', '--judge', 'poor', '--judge', 'noisy', '--json'),
    );

    const [good, poor, noisy] = result.judges.map(({ evals }) => evals.polite);
    expect(good).toMatchObject({ n: 20, agreement: 0.9, kappa: 0.8, recall: 0.9, precision: 0.9 });
    expect(good?.noise?.sd).toBe(0);
    expect(good?.disagreements.map(({ exampleId }) => exampleId)).toEqual(['golden-0', 'golden-1']);
    expect(good?.disagreements[0]).toMatchObject({ person: 0, judge: 1, reasoning: 'pass: It says please.' });
    expect(poor).toMatchObject({
      agreement: 0.5,
      recall: 1,
      pearson: { notAvailable: "the judge's ratings do not vary" },
    });
    expect(noisy?.noise?.sd).toBeGreaterThan(0.1);
    expect(result.best).toBe(result.judges[0]?.id);
    expect(result.spend).toMatchObject({ rollouts: 0, judgeCalls: 180, modelCalls: 180 });
    expect([task.count('task'), task.count('judge')]).toEqual([0, 180]);
  });

  it("of the task's own judge is remembered: the optimizer's report carries its noise", async (context) => {
    const task = await openJudgedTask(context, { judge: { name: 'noisy', maxOutputTokens: 128 } });
    const before = await tell(optimize, task, '--json', '--run-id', 'before');

    const result = judgesOf(await tell(calibrate, task, '--json'));
    const after = await tell(optimize, task, '--json', '--run-id', 'after');

    const sd = result.judges[0]?.evals.polite?.noise?.sd ?? 0;
    expect(reportSchema.parse(JSON.parse(before.out)).judging).toEqual({
      evals: {},
      score: null,
      uncalibrated: ['polite'],
    });
    expect(reportSchema.parse(JSON.parse(after.out)).judging).toEqual({
      // Half of the score on 24 sealed examples.
      evals: { polite: { sd, difference: expect.closeTo(1.959964 * sd * Math.sqrt(2 / 24), 9) } },
      score: { sd: expect.closeTo(sd / 2, 9), difference: expect.closeTo((1.959964 * sd * Math.sqrt(2 / 24)) / 2, 9) },
      uncalibrated: [],
    });
  });

  it('tries a judge with other words out of a file', async (context) => {
    const task = await openJudgedTask(context);
    const file = join(task.folder, 'strict.yaml');
    writeFileSync(file, 'judge: { name: good }\nevals: { polite: { steps: [Look for please., Decide.] } }\n');

    const result = judgesOf(await tell(calibrate, task, '--judge', file, '--repeats', '1', '--json'));

    expect(result.judges[0]).toMatchObject({ name: 'strict', model: 'good' });
    expect(JSON.stringify(task.calls[0]?.body)).toContain('1. Look for please.');
    expect(result.judges[0]?.evals.polite).toMatchObject({ n: 20, noise: null });
  });

  it('refuses golden examples that cannot be used, by line', async (context) => {
    const task = await openJudgedTask(context);
    const path = join(task.folder, 'golden.jsonl');
    writeFileSync(path, '{"id":"a","input":"x","output":"y","ratings":{"polite":3}}\n{"id":"b","input":"x"}\n');

    const { code, errors } = await tell(calibrate, task);

    expect(code).toBe(2);
    expect(errors).toMatch(/golden\.jsonl:1, datasets\.golden: example "a" rates polite with 3\. Use fail, pass\./);
    expect(errors).toMatch(/golden\.jsonl:2, datasets\.golden: example "b" has no `output`/);
    expect(task.calls).toHaveLength(0);
  });

  it('prints the measures of each judge', async (context) => {
    const task = await openJudgedTask(context);

    const { out } = await tell(calibrate, task, '--judge', 'good', '--judge', 'poor');

    expect(out).toMatch(/agreement +0\.900 \(0\.70 to 0\.97\) +0\.500/);
    expect(out).toMatch(/Best judge: v1 good/);
    expect(out).toMatch(/golden-0 {2}people 0, judge 1/);
    expect(out).toMatch(/more ratings are needed: about \d+ of polite/);
  });
});
