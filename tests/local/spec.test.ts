import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, type TestContext, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Example } from '../../lambdas/contracts/dataset.ts';
import type { Review, SpecChange, SpecEdits } from '../../lambdas/contracts/spec.ts';
import { parseDataset } from '../../lambdas/store/datasets.ts';
import { readJudge } from '../../local/judge-file.ts';
import { main } from '../../local/spec.ts';
import { loadSpec } from '../../local/spec-file.ts';
import { type SpecServer, startSpecServer } from '../support/spec-server.ts';
import { newFolder } from '../support/specs.ts';

const SPEC = `# The heart of the house.
name: polite
type: tone
toneDescription: Friendly. # in one word
acceptableExamples:
  # from a real letter
  - Of course, please wait.
task:
  prompt: { system: You answer. }
  model: { name: task-model, maxOutputTokens: 64 }
  generator: { name: generator, maxOutputTokens: 512 }
`;

interface Told {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

interface Desk {
  readonly folder: string;
  readonly path: string;
  readonly server: SpecServer;
  /** Runs a command; with lines as on a terminal, where a person types them. */
  run(command: string, args?: readonly string[], lines?: readonly string[]): Promise<Told>;
  read<T>(kind: string): T;
  /** Changes a kept file. */
  change<T>(kind: string, change: (value: T) => void): string;
}

afterEach(() => vi.restoreAllMocks());

async function openDesk(context: TestContext, spec = SPEC): Promise<Desk> {
  const folder = newFolder(context);
  const path = join(folder, 'polite.spec.yaml');
  writeFileSync(path, spec);
  const server = await startSpecServer(context);
  const file = (kind: string): string => join(folder, `polite.${kind}.yaml`);
  return {
    folder,
    path,
    server,
    async run(command, args = [], lines) {
      const isTTY = lines !== undefined;
      const input = Object.assign(new PassThrough(), { isTTY });
      const output = Object.assign(new PassThrough(), { isTTY });
      let out = '';
      output.setEncoding('utf-8').on('data', (text: string) => {
        out += text;
      });
      input.end((lines ?? []).map((line) => `${line}\n`).join(''));
      const errors: string[] = [];
      vi.spyOn(console, 'error').mockImplementation((...words) => void errors.push(words.join(' ')));
      const store = command === 'check' ? [] : ['--store', join(folder, 'store')];
      const code = await main([command, path, ...args, ...store], { input, output });
      return { code, out, errors: errors.join('\n') };
    },
    read: (kind) => parse(readFileSync(file(kind), 'utf-8')),
    change(kind, change) {
      const value = parse(readFileSync(file(kind), 'utf-8'));
      change(value);
      writeFileSync(file(kind), stringify(value));
      return file(kind);
    },
  };
}

const question = (text: string) => ({ question: text, why: 'It matters.', options: ['Yes', 'No'] });
const edit = (field: string, ...after: string[]) => ({ field, reason: 'You said so.', after });
const example = (output: string, intended: string) => ({ input: `about ${output}`, output, intended });
/** Two that the judge passes and two that it fails. */
const FOUR = [
  example('please 1', 'pass'),
  example('no 1', 'fail'),
  example('please 2', 'pass'),
  example('no 2', 'fail'),
];

describe('spec clarify', () => {
  it('says when a spec is clear, and asks for it once', async (context) => {
    const desk = await openDesk(context);

    const told = await desk.run('clarify');
    const again = await desk.run('clarify');

    expect(told).toMatchObject({ code: 0, errors: '', out: expect.stringContaining('is clear') });
    expect(told.out).toMatch(/Spent: 1 call, 18 tokens, the price is not known\./);
    expect(again.out).toMatch(/is clear.*Spent nothing/s);
    expect(desk.server.count('questions')).toBe(1);
  });

  it('writes a file to fill in, goes on with it, and never overwrites answers', async (context) => {
    const desk = await openDesk(context);
    desk.server.replies.questions = () => ({ questions: [question('Is short fine?'), question('And long?')] });
    await desk.run('clarify');
    expect(desk.read('questions')).toMatchObject({
      questions: [{ options: ['Yes', 'No'], answer: null }, { answer: null }],
    });

    await desk.run('clarify', [], ['2']);
    const told = await desk.run('clarify', [], ['7', 'only in German']);

    expect(told.out).toMatch(/2 of 2.*There is no option 7/s);
    expect(desk.read('questions')).toMatchObject({ questions: [{ answer: 'No' }, { answer: 'only in German' }] });
    expect(desk.server.asked).toHaveLength(1);
  });

  it('can read again what a model wrote without end', async (context) => {
    const desk = await openDesk(context);
    desk.server.replies.questions = () => ({
      questions: [{ ...question('a'.repeat(50_000)), options: ['b'.repeat(50_000)] }],
    });

    const first = await desk.run('clarify');
    const again = await desk.run('clarify');

    expect([first, again]).toMatchObject([
      { code: 0, errors: '' },
      { code: 0, errors: '' },
    ]);
    expect(desk.server.count('questions')).toBe(1);
  });

  it('takes the answers of a filled file, options by their numbers', async (context) => {
    const desk = await openDesk(context);
    desk.server.replies.questions = () => ({ questions: [question('Is short fine?')] });
    await desk.run('clarify', ['--out', join(desk.folder, 'polite.asked.yaml')]);
    const filled = desk.change<{ questions: { answer: unknown }[] }>('asked', ({ questions: [one] }) => {
      if (one !== undefined) one.answer = 2;
    });

    const told = await desk.run('clarify', ['--answers', filled]);
    await desk.run('refine');

    expect(told.out).toContain('1 question, 1 answered.');
    expect(desk.server.asked.at(-1)?.material).toContain('question: Is short fine?\nanswer: No');
  });
});

describe('spec refine', () => {
  const answered = async (desk: Desk): Promise<void> => {
    desk.server.replies.questions = () => ({ questions: [question('Is short fine?')] });
    await desk.run('clarify', [], ['1']);
  };

  it('writes proposals to be decided, and applies them once, with their history and all comments', async (context) => {
    const desk = await openDesk(context);
    await answered(desk);
    await desk.run('judge');
    desk.server.replies.edits = () => ({
      edits: [
        edit('toneDescription', 'Friendly and short.'),
        edit('acceptableExamples', 'Of course, please wait.', 'Soon.'),
        edit('unacceptableExamples', 'Wait!'),
        edit('shape', 'round'),
        edit('coreRequirement', ' '),
      ],
      unused: [{ what: 'the weather', why: 'No judge can see it.' }],
    });

    const proposed = await desk.run('refine');
    expect(proposed.out).toMatch(
      /3 edits proposed.*Friendly\{\+ and short\+\}\..*the weather.*shape: round.*no such field/s,
    );
    expect(desk.read<SpecEdits>('edits')).toMatchObject({
      by: 'clarify',
      edits: [{ before: 'Friendly.', after: 'Friendly and short.', decision: null }, {}, {}],
      unused: [{ what: 'the weather' }, { what: 'shape: round' }, { why: 'it is empty' }],
    });
    const decided = desk.change<SpecEdits>('edits', ({ edits: [first, second, third] }) => {
      Object.assign(first ?? {}, { decision: 'change', changed: 'Warm and short.' });
      Object.assign(second ?? {}, { decision: 'accept' });
      Object.assign(third ?? {}, { decision: 'refuse' });
    });
    const told = await desk.run('refine', ['--edits', decided]);
    const once = readFileSync(desk.path, 'utf-8');
    const again = await desk.run('refine', ['--edits', decided]);

    expect(told.out).toMatch(
      /2 edits made in .*: toneDescription, acceptableExamples\.\n1 edit refused\.\nThe steps of the judge are out of date/,
    );
    expect(once).toBe(SPEC.replace('Friendly. # in', 'Warm and short. # in').replace('wait.\n', 'wait.\n  - Soon.\n'));
    expect(again.out).toMatch(/Nothing was changed.*toneDescription: not used, the spec says so already\./s);
    expect(readFileSync(desk.path, 'utf-8')).toBe(once);
    expect(desk.read<SpecChange[]>('history')).toMatchObject([
      { by: 'clarify', field: 'toneDescription', before: 'Friendly.', after: 'Warm and short.', decision: 'change' },
      { field: 'acceptableExamples', after: ['Of course, please wait.', 'Soon.'], decision: 'accept' },
    ]);
    expect(readJudge(loadSpec(desk.path)).status).toBe('stale');
  });

  it('says why a decided edit cannot be used', async (context) => {
    const desk = await openDesk(context);
    const one = { reason: 'r', before: 'Friendly.', after: 'Kind.', decision: 'accept' };
    const edits = [
      { ...one, field: 'tone' },
      { ...one, field: 'toneDescription', before: 'Cold.' },
      { ...one, field: 'toneDescription', decision: null },
      { ...one, field: 'toneDescription', decision: 'change' },
      { ...one, field: 'toneDescription', after: 'x'.repeat(19_999), changed: 'y'.repeat(20_001), decision: 'change' },
      { ...one, field: 'toneDescription', after: ['a', 'b'] },
    ];
    const file = join(desk.folder, 'edits.yaml');
    writeFileSync(file, stringify({ spec: 'polite', specHash: 'h', edits }));

    const told = await desk.run('refine', ['--edits', file]);

    const reasons = told.out.match(/(?<=not used, ).*/g);
    expect(reasons).toEqual([
      expect.stringContaining('has no such field; it has coreRequirement, toneDescription'),
      'the spec says something else by now than when this was proposed.',
      'nothing is decided: write accept, change or refuse.',
      'the decision is `change`, but `changed` is missing.',
      expect.stringContaining('the spec would not be valid: toneDescription: must have at most 20000 characters'),
      'the field is one text, and several were given.',
    ]);
    expect(readFileSync(desk.path, 'utf-8')).toBe(SPEC);
  });

  it('asks about each edit on a terminal', async (context) => {
    const desk = await openDesk(context);
    await answered(desk);
    desk.server.replies.edits = () => ({
      edits: [edit('toneDescription', 'Kind.'), edit('acceptableExamples', 'A.'), edit('unacceptableExamples', 'B.')],
      unused: [],
    });

    await desk.run('refine', [], ['x', 'accept', 'c', 'One.', 'Two.', '', 'r']);

    expect(loadSpec(desk.path).spec).toMatchObject({
      toneDescription: 'Kind.',
      acceptableExamples: ['One.', 'Two.'],
      unacceptableExamples: [],
    });
    expect(desk.read<SpecEdits>('edits').edits.map(({ decision }) => decision)).toEqual(['accept', 'change', 'refuse']);
  });
});

describe('spec judge', () => {
  it('writes the steps once, keeps edited ones, and puts them aside when the spec has changed', async (context) => {
    const desk = await openDesk(context);
    const status = (): string => readJudge(loadSpec(desk.path)).status;
    expect(status()).toBe('missing');
    await desk.run('judge');
    const current = status();
    const again = await desk.run('judge');
    desk.change<{ steps: string[] }>('judge', (kept) => void kept.steps.push('And smile.'));
    const edited = status();
    const kept = await desk.run('judge');
    writeFileSync(desk.path, SPEC.replace('Friendly.', 'Kind.'));
    const stale = status();

    const told = await desk.run('judge');

    expect([current, edited, stale, status()]).toEqual(['current', 'edited', 'stale', 'current']);
    expect([again.out, kept.out]).toEqual([
      expect.stringContaining('Spent nothing'),
      expect.stringContaining('as they were edited'),
    ]);
    expect(told.out).toContain('kept in that file, under `previous`');
    expect(desk.read('judge')).toMatchObject({
      prompt: 'judge-steps.v1',
      model: 'generator',
      previous: [['Look for please.', 'Pass with it, else fail.', 'And smile.']],
    });
    expect(desk.server.count('steps')).toBe(2);
  });

  it('asks three times for a reply of the right form, fails in one sentence, and pays anew only for that', async (context) => {
    const desk = await openDesk(context);
    desk.server.replies.steps = () => 'no JSON';

    const told = await desk.run('judge');

    expect(told).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^generator gave no usable reply to judge-steps\.v1 in 3 attempts\.\n/),
    });
    expect(told.out).toContain('Spent: 3 calls');
    desk.server.replies.steps = () => ({ steps: ['Look.'] });
    expect(await desk.run('judge')).toMatchObject({ code: 0 });
  });
});

describe('spec review', () => {
  const goldenOf = (desk: Desk): Example[] => {
    const path = join(desk.folder, 'polite.golden.jsonl');
    const { lines, problems } = parseDataset(path, readFileSync(path, 'utf-8'));
    expect(problems).toEqual([]);
    return lines.map((line) => line.example);
  };
  /** Rates as the judge will, save for those named. */
  const rate = (desk: Desk, differ: readonly string[] = []): string =>
    desk.change<Review>('review', ({ examples }) => {
      for (const one of examples) {
        const isPass = one.output.includes('please') !== differ.includes(one.output);
        one.rating = isPass ? 'pass' : 'fail';
        if (differ.includes(one.output)) one.why = 'It only looks so.';
      }
    });

  it('asks for what is missing twice, takes nothing that cannot be used, and goes on with what there is', async (context) => {
    const desk = await openDesk(context);
    const replies = [
      {
        examples: [
          example('please 1', 'pass'),
          example('please 1', 'pass'),
          example(' ', 'fail'),
          { input: 3 },
          example('please 2', 'pass'),
          example('please 3', 'pass'),
        ],
      },
      'no JSON',
      { examples: [example('no 1', 'fail'), example('please 9', 'pass')] },
    ];
    desk.server.replies.examples = () => replies[desk.server.count('examples')] ?? 500;

    const told = await desk.run('review', ['--examples', '4']);

    expect(told.out).toMatch(/gave 3 usable examples of the 4 that were asked for, 2 of them meant to pass/);
    expect(
      desk
        .read<Review>('review')
        .examples.map(({ output }) => output)
        .sort(),
    ).toEqual(['no 1', 'please 1', 'please 2']);
    expect(desk.server.asked.map(({ system }) => /Write \d.*?just fail/.exec(system)?.[0])).toEqual([
      'Write 2 examples that should just pass and 2 that should just fail',
      'Write 0 examples that should just pass and 2 that should just fail',
      'Write 0 examples that should just pass and 2 that should just fail',
    ]);
    expect(JSON.stringify(desk.read('review'))).not.toContain('"verdict"');
  });

  it('takes ratings from a file: golden, agreement, edits by what differs; nothing is paid for twice', async (context) => {
    const desk = await openDesk(context);
    desk.server.replies.examples = () => ({ examples: FOUR });
    desk.server.replies.edits = (material) => ({
      edits: material.includes('because It only looks so.') ? [edit('toneDescription', 'Friendly in earnest.')] : [],
      unused: [],
    });
    await desk.run('review', ['--examples', '4']);

    const told = await desk.run('review', ['--ratings', rate(desk, ['please 2'])]);
    const calls = desk.server.asked.length;
    const again = await desk.run('review', ['--ratings', join(desk.folder, 'polite.review.yaml')]);

    expect(told.out).toMatch(/4 rated examples in .*agree on 3 of 4\..*please 2.*It only looks so\..*1 edit proposed/s);
    expect(desk.read<SpecEdits>('edits')).toMatchObject({ by: 'review', edits: [{ after: 'Friendly in earnest.' }] });
    expect(goldenOf(desk)).toHaveLength(4);
    expect(goldenOf(desk).find(({ output }) => output === 'please 2')).toMatchObject({
      id: expect.stringMatching(/^golden-polite-[0-9a-f]{12}$/),
      input: 'about please 2',
      ratings: { polite: 'fail' },
      tags: ['golden_polite'],
      metadata: { spec: 'polite', round: 1, intended: 'pass', prompt: 'boundary-examples.v1' },
    });
    expect(desk.server.asked[2]?.system).toContain('Look for please.');
    expect([again.out, desk.server.asked.length]).toEqual([
      expect.stringMatching(/agree on 3 of 4.*Spent nothing/s),
      calls,
    ]);
  });

  it('hears the judge after the rating, refines by disagreements, and begins again until both agree', async (context) => {
    const desk = await openDesk(context);
    let round = 0;
    desk.server.replies.examples = () => {
      round += 1;
      return { examples: FOUR.map((one) => ({ ...one, output: `${one.output} of round ${round}` })) };
    };
    desk.server.replies.edits = () => ({ edits: [edit('toneDescription', 'Friendly in earnest.')], unused: [] });
    await desk.run('review', ['--examples', '4']);
    const right = desk.read<Review>('review').examples.map(({ output }) => (output.includes('please') ? 'p' : 'f'));
    const [first, ...rest] = right;
    const wrong = first === 'p' ? 'f' : 'p';

    const stopped = await desk.run('review', [], [wrong]);
    expect(stopped).toMatchObject({
      code: 130,
      out: expect.stringMatching(/Does the answer pass\?.*The judge: (pass|fail)\..*Stopped\./s),
    });
    expect(stopped.out.indexOf('The judge:')).toBeGreaterThan(stopped.out.indexOf('Does the answer pass?'));
    expect(goldenOf(desk)).toHaveLength(1);

    // Why, the other three, refine?, accept; then a round with new examples, in which all agree.
    const told = await desk.run(
      'review',
      ['--examples', '4'],
      ['Only on the face of it.', ...rest, 'y', 'a', ...FOUR.map(() => 's')],
    );
    const last = await desk.run('review', ['--ratings', rate(desk)]);

    expect(told.out).toMatch(
      /Round 1: 1 of 4 are rated.*agree on 3 of 4.*Only on the face of it.*1 edit made.*Round 2: 4 examples.*agree on 0 of 0/s,
    );
    expect(last.out).toContain('agree on 4 of 4.');
    expect(loadSpec(desk.path).spec).toMatchObject({ toneDescription: 'Friendly in earnest.' });
    expect(desk.read<SpecChange[]>('history')).toMatchObject([{ by: 'review' }]);
    expect(readJudge(loadSpec(desk.path)).status).toBe('current');
    expect(new Set(goldenOf(desk).map(({ id }) => id)).size).toBe(8);
    expect(desk.server.asked.filter(({ role }) => role === 'examples').at(-1)?.material).toContain('of round 1');
  });

  it('gives the judge a reference where the spec compares with one, and checks inputs against their schema', async (context) => {
    const spec = SPEC.replace(
      /type: tone[\s\S]*(?=task:)/,
      'type: reference_answer_accuracy\naccurateExamples: [a]\ninaccurateExamples: [b]\n',
    );
    const desk = await openDesk(
      context,
      `${spec}  input: { schema: { type: object, properties: { id: { type: integer } }, required: [id] } }\n`,
    );
    const made = [{ id: 1 }, { id: 'two' }, { no: 3 }].map((input) => ({
      ...example('please', 'pass'),
      input: JSON.stringify(input),
    }));
    desk.server.replies.examples = () => ({ examples: made });
    await desk.run('review', ['--examples', '1']);

    await desk.run('review', ['--ratings', rate(desk)]);

    expect(goldenOf(desk)).toMatchObject([
      { input: { id: 1 }, expected: 'the reference', ratings: { polite: 'pass' } },
    ]);
    expect(desk.server.asked.at(-1)).toMatchObject({
      role: 'judge',
      material: expect.stringContaining('the reference'),
    });
  });

  it('keeps what was rated when the judge cannot be asked, and refuses ratings of another round', async (context) => {
    const desk = await openDesk(context);
    desk.server.replies.examples = () => ({ examples: FOUR });
    await desk.run('review', ['--examples', '4']);
    const judge = desk.server.replies.judge;
    desk.server.replies.judge = () => 401;

    const told = await desk.run('review', ['--ratings', rate(desk)]);
    desk.server.replies.judge = judge;
    const later = await desk.run('review', ['--ratings', rate(desk)]);
    const other = join(desk.folder, 'other.json');
    writeFileSync(other, JSON.stringify({ ...desk.read<Review>('review'), specHash: 'other' }));
    const refused = await desk.run('review', ['--ratings', other]);

    expect(told).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/This call gets 401.*\nEverything that was answered is kept/),
    });
    expect(goldenOf(desk)).toHaveLength(4);
    expect(later.out).toContain('agree on 4 of 4.');
    expect(refused).toMatchObject({ code: 2, errors: expect.stringMatching(/other\.json, round: is of round 1/) });
  });
});

describe('spec', () => {
  it('never spends more than its caps, and tells the worst beforehand', async (context) => {
    const desk = await openDesk(context);

    const dry = await desk.run('review', ['--dry-run']);
    const capped = await desk.run('judge', ['--set', 'task.synthesis.budget.tokens=500']);

    expect(dry.out).toMatch(/^At the very most 29 calls and [\d,]+ tokens \(price not known\).*Nothing was spent\.\n$/);
    expect(capped).toMatchObject({
      code: 1,
      errors: expect.stringContaining('caps of task.synthesis.budget leave no room'),
    });
    expect(desk.server.asked).toEqual([]);
    expect(existsSync(join(desk.folder, 'polite.judge.yaml'))).toBe(false);
  });

  it('writes over nothing of somebody else, and says so before it asks a model', async (context) => {
    const desk = await openDesk(context);
    const spec = join(desk.folder, 'polite.spec.yaml');
    const before = readFileSync(spec, 'utf-8');

    const over = await desk.run('review', ['--html', spec]);
    const folder = await desk.run('review', ['--html', desk.folder]);
    const nowhere = await desk.run('clarify', ['--out', join(desk.folder, 'nowhere', 'x.yaml')]);

    expect([over, folder, nowhere].map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(over.errors).toMatch(/^--html: .* is no page\. Give another name/);
    expect(readFileSync(spec, 'utf-8')).toBe(before);
    expect(desk.server.asked).toEqual([]);
  });

  it('checks specs without a model, and refuses what is no command', async (context) => {
    const desk = await openDesk(context);

    const told = await desk.run('check');
    const wrong = await Promise.all([desk.run('chek'), desk.run('judge', ['--html', 'x'])]);

    expect(told).toMatchObject({
      code: 0,
      out: expect.stringMatching(/polite \(tone\) is right\.\n {2}judge {6}none yet/),
    });
    expect(wrong.map(({ code }) => code)).toEqual([2, 2]);
  });
});
