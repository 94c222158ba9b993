import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { evalSchema } from '../../lambdas/evals/registry.ts';
import { runScorerFile, runsFiles } from '../../lambdas/platform/scorers.ts';
import { problemOfScorerFile, startScorerFiles } from '../../local/scorer-files.ts';
import { checkScorerFiles, withScorerFiles } from '../../local/user-scorers.ts';

const folder = mkdtempSync(join(tmpdir(), 'prompt-optimizer-scorers-'));
const runners: ReturnType<typeof startScorerFiles>[] = [];
afterEach(() => Promise.all(runners.splice(0).map((runner) => runner.stop())));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:score:live';

/** A file with this text, in a folder of its own. */
let files = 0;
function fileOf(text: string, name = 'scorer.mjs'): string {
  files += 1;
  const path = join(folder, String(files), name);
  mkdirSync(dirname(path));
  writeFileSync(path, text);
  return path;
}

function open(): ReturnType<typeof startScorerFiles> {
  const runner = startScorerFiles();
  runners.push(runner);
  return runner;
}

/** One call of one file. */
function run(text: string, input: unknown = {}, seconds = 20): Promise<unknown> {
  return open().run(fileOf(text), input, seconds);
}

describe('a scorer that is a file', () => {
  it.each([
    { name: 'scorer.mjs', text: 'export default ({ output }) => ({ score: output.length / 10 });' },
    { name: 'scorer.js', text: 'module.exports = ({ output }) => ({ score: output.length / 10 });' },
    {
      name: 'scorer.ts',
      text: 'interface Given { output: string }\nexport default async ({ output }: Given): Promise<{ score: number }> => ({ score: output.length / 10 });',
    },
  ])('may be $name', async ({ name, text }) => {
    expect(await open().run(fileOf(text, name), { output: 'abc' }, 20)).toEqual({ score: 0.3 });
  });

  it('is given what a function would be given, and answers JSON', async () => {
    const input = {
      example: { id: 'x', input: { a: [1, null] }, expected: 'ä' },
      output: '',
      candidate: { system: 'S' },
    };

    expect(await run('export default (input) => ({ input, when: new Date(0), no: undefined });', input)).toEqual({
      input,
      when: '1970-01-01T00:00:00.000Z',
    });
  });

  it('may read files beside it', async () => {
    const path = fileOf("import { wanted } from './wanted.mjs';\nexport default ({ output }) => output === wanted;");
    writeFileSync(join(dirname(path), 'wanted.mjs'), "export const wanted = 'yes';");

    expect(await open().run(path, { output: 'yes' }, 20)).toBe(true);
  });

  it.each([
    { case: 'NaN', text: 'export default () => ({ score: NaN });', answer: { score: null } },
    { case: 'nothing', text: 'export default () => {};', answer: null },
    { case: 'a function', text: 'export default () => () => 1;', answer: null },
    { case: 'a list', text: 'export default () => [1];', answer: [1] },
  ])('answers $case as JSON has it', async ({ text, answer }) => {
    expect(await run(text)).toEqual(answer);
  });

  it.each([
    {
      case: 'throws',
      text: "export default () => { throw new RangeError('no such town'); };",
      message: 'no such town',
    },
    { case: 'rejects', text: "export default async () => { throw new Error('later'); };", message: 'later' },
    { case: 'throws a text', text: "export default () => { throw 'a text'; };", message: 'a text' },
    { case: 'throws what cannot be told', text: 'export default () => { throw Object.create(null); };', message: /./ },
    { case: 'answers what is no JSON', text: 'export default () => 1n;', message: /BigInt/ },
    {
      case: 'answers a circle',
      text: 'export default () => { const a = {}; a.a = a; return a; };',
      message: /circular/,
    },
    {
      case: 'has no default export',
      text: 'export const scorer = () => 1;',
      message: 'The file has no function as its default export.',
    },
    {
      case: 'has a default export that is no function',
      text: 'export default { score: 1 };',
      message: 'The file has no function as its default export.',
    },
    { case: 'does not parse', text: 'export default (', message: /Unexpected|Expression/ },
    { case: 'throws when it is loaded', text: "throw new Error('not today');", message: 'not today' },
    { case: 'needs what is not there', text: "import './nowhere.mjs';", message: /Cannot find module/ },
    { case: 'ends its thread', text: 'export default () => process.exit(3);', message: /ended its thread with code 3/ },
    { case: 'ends its thread when it is loaded', text: 'process.exit(4);', message: /ended its thread with code 4/ },
    {
      case: 'leaves a rejection to nobody',
      text: "export default async () => { Promise.reject(new Error('nobody')); await new Promise(() => {}); };",
      message: 'nobody',
    },
  ])('that $case is an error that says so', async ({ text, message }) => {
    await expect(run(text)).rejects.toThrow(message);
  });

  it('that is not there is an error', async () => {
    await expect(open().run(join(folder, 'none.mjs'), {}, 20)).rejects.toThrow(/Cannot find module/);
  });

  it('goes on after each of its errors', async () => {
    const scorer = open();
    const path = fileOf(
      "export default ({ n }) => { if (n % 3 === 1) throw new Error('one'); if (n % 3 === 2) process.exit(); return n; };",
    );

    const settled = await Promise.allSettled(Array.from({ length: 12 }, (_, n) => scorer.run(path, { n }, 20)));

    expect(settled.map(({ status }, n) => [n, status])).toEqual(
      Array.from({ length: 12 }, (_, n) => [n, n % 3 === 0 ? 'fulfilled' : 'rejected']),
    );
  });
});

describe('a scorer that takes too long', () => {
  const endless =
    "export default async ({ n }) => { if (n === 'loop') for (;;); if (n === 'wait') await new Promise(() => {}); return n; };";

  it.each(['loop', 'wait'])('is ended at its time limit, and the next call is answered: %s', async (n) => {
    const scorer = open();
    const path = fileOf(endless);
    const warm = await scorer.run(path, { n: 0 }, 20);
    const started = performance.now();

    await expect(scorer.run(path, { n }, 0.1)).rejects.toMatchObject({
      name: 'ScorerUnavailableError',
      message: `${path} did not answer within 0.1 s.`,
    });

    expect(performance.now() - started).toBeLessThan(5_000);
    expect([warm, await scorer.run(path, { n: 1 }, 5), await scorer.run(path, { n: 2 }, 5)]).toEqual([0, 1, 2]);
  });

  it('holds up no other, and is waited for by no other file', async () => {
    const scorer = open();
    const path = fileOf(endless);
    const stuck = Array.from({ length: 6 }, () => scorer.run(path, { n: 'loop' }, 0.1));
    const others = Array.from({ length: 6 }, (_, n) => scorer.run(path, { n }, 20));

    const settled = await Promise.allSettled([...stuck, ...others]);

    expect(settled.slice(0, 6).map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
    expect(await Promise.all(others)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('has its limit for the call alone: a thread may take longer to start than a call', async () => {
    const text = 'await new Promise((resolve) => setTimeout(resolve, 300));\nexport default () => 1;';

    expect(await run(text, {}, 0.1)).toBe(1);
  });
});

describe('several calls at once', () => {
  it('are worked on side by side, each by one thread', async () => {
    const scorer = open();
    const path = fileOf(
      "import { threadId } from 'node:worker_threads';\nlet busy = 0;\nexport default async () => { busy += 1; const most = busy; await new Promise((r) => setTimeout(r, 20)); busy -= 1; return { threadId, most }; };",
    );

    const answers = (await Promise.all(Array.from({ length: 16 }, () => scorer.run(path, {}, 20)))) as {
      threadId: number;
      most: number;
    }[];

    expect(answers.map(({ most }) => most)).toEqual(Array(16).fill(1));
    const threads = new Set(answers.map(({ threadId }) => threadId));
    expect(threads.size).toBeGreaterThan(1);
    expect(threads.size).toBeLessThanOrEqual(4);
  });

  it('get their own answers, of their own files', async () => {
    const scorer = open();
    const paths = ['a', 'b'].map((name) => fileOf(`export default ({ n }) => '${name}' + n;`));

    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => scorer.run(paths[n % 2] ?? '', { n }, 20)));

    expect(answers).toEqual(Array.from({ length: 20 }, (_, n) => `${n % 2 === 0 ? 'a' : 'b'}${n}`));
  });
});

describe('what a scorer leaves behind', () => {
  it.each([
    { case: 'an error', later: "throw new Error('late')" },
    { case: 'a rejection', later: "Promise.reject(new Error('late'))" },
    { case: 'the end of its thread', later: 'process.exit(1)' },
  ])('harms neither this process nor the next call: $case after its answer', async ({ later }) => {
    const scorer = open();
    const path = fileOf(`export default ({ n }) => { if (n === 1) setTimeout(() => { ${later}; }, 10); return n; };`);

    expect(await scorer.run(path, { n: 1 }, 20)).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 100));

    expect(await scorer.run(path, { n: 2 }, 5)).toBe(2);
  });

  it('is no word on standard output, which is the report’s', async () => {
    const out = vi.spyOn(process.stdout, 'write');
    const told: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => told.push(String(chunk)) > 0);

    const answer = await run("export default async () => { console.log('hello'); return 1; };");
    await vi.waitFor(() => expect(told.join('')).toContain('hello'));
    const said = out.mock.calls.flat().join('');
    vi.restoreAllMocks();

    expect(answer).toBe(1);
    expect(said).not.toContain('hello');
  });
});

describe('a file that is no scorer', () => {
  it.each([
    { case: 'exports nothing', text: 'export const score = () => 1;', problem: /no function as its default export/ },
    { case: 'is no JavaScript', text: 'export default (', problem: /Unexpected/ },
    { case: 'imports what is not there', text: "import './gone.mjs';\nexport default () => 1;", problem: /gone\.mjs/ },
    { case: 'throws', text: "throw new Error('no dictionary');", problem: /^no dictionary$/ },
    { case: 'ends its thread', text: 'process.exit(3);', problem: /ended its thread with code 3/ },
  ])('because it $case is told as soon as it is loaded', async ({ text, problem }) => {
    expect(await problemOfScorerFile(fileOf(text))).toMatch(problem);
  });

  it('because it is a module in a CommonJS package is told', async () => {
    const file = fileOf("import 'node:fs';\nexport default () => 1;", 'scorer.js');
    writeFileSync(join(dirname(file), 'package.json'), '{"type":"commonjs"}');

    expect(await problemOfScorerFile(file)).toMatch(/import/);
  });

  it('is named with its field before a run', async () => {
    const evals = [fileOf('export default () => 1;'), fileOf('export const score = 1;')].map((file, i) =>
      evalSchema.parse({ type: 'custom', name: `scorer-${i}`, file }),
    );

    await expect(withScorerFiles(() => checkScorerFiles(evals))).rejects.toMatchObject({
      name: 'InvalidInputError',
      problems: [
        {
          field: 'evals.1.file',
          message: expect.stringContaining('scorer.mjs'),
          remedy: expect.stringContaining('.mts'),
        },
      ],
    });
  });

  it('is nobody’s matter where files do not run', async () => {
    await expect(
      checkScorerFiles([evalSchema.parse({ type: 'custom', name: 'scorer', file: 'gone.mjs', arn: ARN })]),
    ).resolves.toBeUndefined();
  });
});

describe('the end of all scorers', () => {
  it('ends what is under way and what waits', async () => {
    const scorer = startScorerFiles();
    const path = fileOf('export default () => new Promise(() => {});');
    const calls = Promise.allSettled(Array.from({ length: 8 }, () => scorer.run(path, {}, 60)));

    await scorer.stop();

    for (const call of await calls)
      expect(call).toMatchObject({ status: 'rejected', reason: { message: 'The scorers were stopped.' } });
  });

  it('comes with the end of the work that files were run for', async () => {
    const path = fileOf('export default ({ n }) => n;');

    const answer = await withScorerFiles(async () => [runsFiles(), await runScorerFile(path, { n: 5 }, 20)]);

    expect(answer).toEqual([true, 5]);
    expect(runsFiles()).toBe(false);
    expect(() => runScorerFile(path, {}, 1)).toThrow(/files run on one machine only: give an `arn`/);
  });

  it('comes when the work fails, too', async () => {
    await expect(withScorerFiles(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');

    expect(runsFiles()).toBe(false);
  });
});
