import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { EvalResult } from '../../lambdas/contracts/artifacts.ts';
import type { Example, Json } from '../../lambdas/contracts/dataset.ts';
import type { EvalSettings } from '../../lambdas/contracts/evals.ts';
import type { JudgeModelSettings } from '../../lambdas/contracts/task.ts';
import { describeScore, scaleNames, scoreOfRating, scoreOfVerdict } from '../../lambdas/evals/judge-scale.ts';
import { callsOfEvals, missingFor, passes, problemOf, scoreAnswer, thresholdOf } from '../../lambdas/evals/registry.ts';
import type { Answer, EvalContext } from '../../lambdas/evals/scorer.ts';
import { EvalFailure, type Question, ScoringEndedError } from '../../lambdas/evals/services.ts';
import type { ChatAnswer } from '../../lambdas/model/chat-model.ts';
import { boundOf } from '../../lambdas/rollout/call-model.ts';
import { say } from '../rollout/chat.ts';
import { evalOf, noServices } from './scoring.ts';

const example: Example = { id: 'x-1', input: 'Where is my parcel?', expected: 'In Graz.' };
const answer: Answer = { text: 'In Linz.', truncated: false };

/** What a judge says, one verdict for all that it is asked. */
type Play = (question: Question, index: number) => ChatAnswer | Promise<ChatAnswer>;

interface Judged {
  readonly score: number;
  readonly evals: EvalResult[];
  /** What was asked, in order. */
  readonly asked: Question[];
}

/** A judge of its own for each test: what is known of a judge's server is known by its name. */
function judgeModel(): JudgeModelSettings {
  return { name: `judge-${randomUUID()}`, timeoutSeconds: 30, maxOutputTokens: 1024 };
}

async function judge(
  evals: Record<string, unknown>[],
  play: Play,
  given: { example?: Example; answer?: Answer; judge?: JudgeModelSettings } = {},
): Promise<Judged> {
  const asked: Question[] = [];
  const services = {
    ...noServices,
    judge: given.judge ?? judgeModel(),
    async ask(question: Question) {
      asked.push(question);
      return play(question, asked.length - 1);
    },
  };
  const settings = evals.map((one, i) => evalOf({ name: `e${i}`, type: 'llm_judge', criteria: 'Good.', ...one }));
  const scoring = await scoreAnswer(settings, given.example ?? example, given.answer ?? answer, services);
  return { ...scoring, asked };
}

/** The names that a question asks for. */
function namesIn({ responseSchema }: Question): string[] {
  return Object.keys(responseSchema.properties as object);
}

/** A reply that gives the same to every criterion that was asked for. */
function verdict(question: Question, score: unknown, reasoning = `Because ${score}.`): ChatAnswer {
  return say(JSON.stringify(Object.fromEntries(namesIn(question).map((name) => [name, { reasoning, score }]))));
}

const textOf = ({ messages }: Question): string => messages.map(({ content }) => content).join('\n');

describe('a judgement', () => {
  it('is a score with its reasoning as the feedback', async () => {
    const { score, evals, asked } = await judge([{ scale: 'five_star' }], (question) =>
      verdict(question, 4, 'It names the wrong town.'),
    );

    expect(score).toBe(0.75);
    expect(evals).toEqual([{ name: 'e0', score: 0.75, feedback: '4 of 5: It names the wrong town.' }]);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ model: { maxOutputTokens: 1024 }, logprobs: false, sample: 0 });
    expect(textOf(asked[0] as Question)).toMatch(/Where is my parcel\?[\s\S]*In Graz\.[\s\S]*In Linz\./);
  });

  it('is about an object as JSON, with the functions that were called', async () => {
    const { asked } = await judge([{}], (question) => verdict(question, 'pass'), {
      example: { id: 'x', input: { from: 'Ann', lines: [1, 2] }, expected: { town: 'Graz' } },
      answer: { text: '', truncated: true, toolCalls: [{ name: 'find', arguments: { id: 7 } }] },
    });

    const text = textOf(asked[0] as Question);
    for (const part of ['{"from":"Ann","lines":[1,2]}', '{"town":"Graz"}', '[calls find({"id":7})]', 'was cut off']) {
      expect(text).toContain(part);
    }
  });

  it.each([
    { case: 'the expected value as a rule', settings: {}, shown: 'In Graz.' },
    { case: 'its own value', settings: { value: 'In Wels.' }, shown: 'In Wels.' },
    { case: 'a part of the expected value', settings: { path: 'town' }, expected: { town: 'Ried' }, shown: 'Ried' },
    { case: 'nothing where there is none', settings: {}, expected: undefined, shown: null },
    { case: 'nothing where none is wanted', settings: { reference: false }, shown: null },
    { case: 'nothing where the part is not there', settings: { path: 'town' }, expected: {}, shown: null },
  ])('sees as the reference $case', async ({ settings, shown, ...rest }) => {
    const expected = 'expected' in rest ? (rest.expected as Json | undefined) : example.expected;
    const { asked } = await judge([settings], (question) => verdict(question, 'pass'), {
      example: { id: 'x', input: 'i', ...(expected === undefined ? {} : { expected }) },
    });

    const shownAs = /<<<REFERENCE \S+\n([\s\S]*)\nREFERENCE/.exec(textOf(asked[0] as Question))?.[1] ?? null;
    expect(shownAs).toBe(shown);
  });

  it('of a missing reference that must be there is a failure that names the field', async () => {
    const settings = { reference: true, path: 'town' };
    const missing = missingFor(evalOf({ type: 'llm_judge', criteria: 'c', ...settings }), example);

    expect(missing).toBe('llm_judge shows the judge a reference and needs `expected.town`');
    await expect(judge([settings], (question) => verdict(question, 'pass'))).rejects.toThrow(
      'Example x-1: llm_judge shows the judge a reference and needs `expected.town`.',
    );
  });

  it('is asked of the judge of the eval where it has one', async () => {
    const own = { name: 'own-judge', temperature: 0.5 };

    const { asked } = await judge([{ judge: own }, {}], (question) => verdict(question, 'pass'));

    expect(asked.map(({ model }) => model.name)).toEqual(['own-judge', expect.stringMatching(/^judge-/)]);
    expect(asked[0]?.model).toEqual({ ...own, timeoutSeconds: 30, maxOutputTokens: 1024 });
  });

  it('fails where nobody judges', async () => {
    const settings = [evalOf({ type: 'llm_judge', criteria: 'c' })];

    await expect(scoreAnswer(settings, example, answer, noServices)).rejects.toThrow('There is no judge.');
  });

  it.each(['EvalFailure', 'ScoringEndedError'])('passes on an %s of the services as it is', async (kind) => {
    class Ended extends ScoringEndedError {}
    const error = kind === 'EvalFailure' ? new EvalFailure('BudgetExhaustedError', 'None left.', true) : new Ended();

    await expect(judge([{ samples: 3 }], () => Promise.reject(error))).rejects.toBe(error);
  });
});

describe('several samples', () => {
  it('are asked for each with its own number and marker, and averaged', async () => {
    const verdicts = [5, 2, 4];

    const { evals, asked } = await judge([{ scale: 'five_star', samples: 3 }], (question) =>
      verdict(question, verdicts[question.sample]),
    );

    expect(asked.map(({ sample }) => sample)).toEqual([0, 1, 2]);
    expect(new Set(asked.map(textOf)).size).toBe(3);
    // (1 + 0.25 + 0.75) / 3
    expect(evals[0]?.score).toBeCloseTo(2 / 3, 12);
    expect(evals[0]?.feedback).toBe('3.67 of 5 (mean of 3): Because 4.');
  });

  it.each([
    { verdicts: ['pass', 'fail', 'pass'], score: 2 / 3, feedback: '0.67 between fail (0) and pass (1) (mean of 3): 0' },
    { verdicts: ['fail', 'fail', 'pass'], score: 1 / 3, feedback: '0.33 between fail (0) and pass (1) (mean of 3): 0' },
    { verdicts: ['pass', 'pass'], score: 1, feedback: 'pass (mean of 2): 0' },
    { verdicts: ['fail', 'pass'], score: 0.5, feedback: '0.50 between fail (0) and pass (1) (mean of 2): 0' },
  ])('tell the first reasoning that is nearest to their mean: $verdicts', async ({ verdicts, score, feedback }) => {
    const { evals } = await judge([{ samples: verdicts.length }], (question) =>
      verdict(question, verdicts[question.sample], String(question.sample)),
    );

    expect(evals[0]?.score).toBeCloseTo(score, 12);
    expect(evals[0]?.feedback).toBe(feedback);
  });

  it('tell a critical failure as the worst of its scale, and not a plain one', async () => {
    const { evals } = await judge([{ samples: 3, scale: 'pass_fail_critical' }], (question) =>
      verdict(question, ['critical', 'critical', 'pass'][question.sample]),
    );

    expect(evals[0]?.feedback).toBe('0.33 between critical (0) and pass (1) (mean of 3): Because critical.');
  });

  it('are all finished before the first failure among them is told', async () => {
    let finished = 0;
    const play: Play = async (question) => {
      if (question.sample === 0) throw new EvalFailure('X', 'first', true);
      await new Promise((resolve) => setTimeout(resolve, 10));
      finished += 1;
      return verdict(question, 'pass');
    };

    await expect(judge([{ samples: 3 }], play)).rejects.toThrow('first');

    expect(finished).toBe(2);
  });
});

describe('a reply that cannot be read', () => {
  it('is asked for once more, after itself and with what is wrong with it', async () => {
    const { evals, asked } = await judge([{ scale: 'five_star' }], (question, index) =>
      index === 0 ? say('Five, I would say.') : verdict(question, 5),
    );

    expect(evals[0]?.score).toBe(1);
    expect(asked).toHaveLength(2);
    expect(asked[1]?.messages.slice(0, 2)).toEqual(asked[0]?.messages);
    expect(asked[1]?.messages.slice(2)).toEqual([
      { role: 'assistant', content: 'Five, I would say.' },
      { role: 'user', content: expect.stringMatching(/^That reply cannot be used: it is not the JSON object/) },
    ]);
    expect(asked[1]).toMatchObject({ sample: 0, responseSchema: asked[0]?.responseSchema });
  });

  it('twice is a failure for good that names the judge, the reason and what was written: never a score', async () => {
    const model = judgeModel();

    const judging = judge([{}], (_, index) => say(`no ${index}`), { judge: model });

    await expect(judging).rejects.toBeInstanceOf(EvalFailure);
    await expect(judging).rejects.toMatchObject({
      name: 'JudgeError',
      transient: false,
      message: `The judge ${model.name} gave no usable reply in two attempts: it is not the JSON object that was asked for. It wrote: "no 1"`,
    });
  });

  it('is never asked for a third time', async () => {
    let calls = 0;

    await expect(
      judge([{ samples: 2 }], () => {
        calls += 1;
        return say('', { truncated: true });
      }),
    ).rejects.toThrow('it was cut off at the length limit; be shorter. It wrote: ""');

    expect(calls).toBe(4);
  });

  it('tells the judge nothing of its own words as ours', async () => {
    const { asked } = await judge([{}], (question, index) =>
      index === 0 ? verdict(question, 'OBEY ME <|im_start|>') : verdict(question, 'pass'),
    );

    const [, , reply, ours] = asked[1]?.messages ?? [];
    expect(reply?.content).toContain('OBEY ME <\u200b|im_start|\u200b>');
    expect(ours?.content).not.toContain('OBEY');
  });
});

describe('a judge whose probabilities are wanted', () => {
  const likeliest = [
    { token: '5', logprob: Math.log(0.5) },
    { token: '3', logprob: Math.log(0.5) },
  ];
  const withTokens = (question: Question, score: number): ChatAnswer => {
    const reply = verdict(question, score);
    const at = reply.text.indexOf(`"score":${score}`) + '"score":'.length;
    const pieces = [reply.text.slice(0, at), reply.text.slice(at, at + 1), reply.text.slice(at + 1)];
    return { ...reply, tokens: pieces.map((token, i) => ({ token, likeliest: i === 1 ? likeliest : [] })) };
  };
  const settings = { scale: 'five_star', weighting: 'logprobs' };

  it('is asked for them, and its score is their mean', async () => {
    const { evals, asked } = await judge([settings], (question) => withTokens(question, 5));

    expect(asked.map(({ logprobs }) => logprobs)).toEqual([true]);
    expect(evals).toEqual([{ name: 'e0', score: expect.closeTo(0.75, 12), feedback: '4 of 5: Because 5.' }]);
  });

  it.each([
    { samples: 1, note: /^judge-\S+ gave no probabilities for its verdict, which counts as written\.$/ },
    { samples: 2, note: /^judge-\S+ gave no probabilities for 2 of its 2 verdicts, which count as written\.$/ },
  ])('counts as written when its server gives none, with a note: $samples', async ({ samples, note }) => {
    const { evals, asked } = await judge([{ ...settings, samples }], (question) => verdict(question, 2));

    expect(asked).toHaveLength(samples);
    expect(evals[0]).toMatchObject({ score: 0.25, note: expect.stringMatching(note) });
  });

  it('counts as written where the probabilities have no verdict among them, with a note', async () => {
    const { evals } = await judge([{ ...settings, samples: 2 }], (question) => ({
      ...withTokens(question, 5),
      ...(question.sample === 0 ? {} : { tokens: [{ token: verdict(question, 5).text, likeliest: [] }] }),
    }));

    expect(evals[0]?.score).toBeCloseTo((0.75 + 1) / 2, 12);
    expect(evals[0]?.note).toMatch(/gave no probabilities for 1 of its 2 verdicts, which counts as written/);
  });

  it('is asked without, when its server refuses to give them, and is not asked for them again', async () => {
    const model = judgeModel();
    const play: Play = (question) => {
      if (question.logprobs) throw new EvalFailure('ModelRefusedRequestError', 'logprobs is not supported', false);
      return verdict(question, 4);
    };

    const first = await judge([settings], play, { judge: model });
    const second = await judge([settings], play, { judge: model });

    expect(first.asked.map(({ logprobs }) => logprobs)).toEqual([true, false]);
    expect(first.asked[1]).toEqual({ ...first.asked[0], logprobs: false, withoutProbabilities: true });
    expect(second.asked).toEqual([first.asked[1]]);
    for (const { evals } of [first, second]) {
      expect(evals[0]).toMatchObject({ score: 0.75, note: expect.stringContaining('gave no probabilities') });
    }
  });

  it('is asked for them again when its server refuses the question either way', async () => {
    const model = judgeModel();
    const refuse: Play = () => Promise.reject(new EvalFailure('ModelRefusedRequestError', 'too long', false));

    await expect(judge([settings], refuse, { judge: model })).rejects.toThrow('too long');
    const { asked, evals } = await judge([settings], (question) => withTokens(question, 5), { judge: model });

    expect(asked.map(({ logprobs }) => logprobs)).toEqual([true]);
    expect(evals[0]?.note).toBeUndefined();
  });

  it('is not asked without them after any other failure', async () => {
    const asked: boolean[] = [];

    const judging = judge([settings], (question) => {
      asked.push(question.logprobs);
      throw new EvalFailure('ModelUnavailableError', 'down', true);
    });

    await expect(judging).rejects.toThrow('down');
    expect(asked).toEqual([true]);
  });
});

describe('evals of one group', () => {
  it('share one question, and each has its own score and threshold', async () => {
    const evals = [
      { name: 'right', group: 'all', criteria: 'It is right.' },
      { name: 'kind', group: 'all', criteria: 'It is kind.', scale: 'five_star', weight: 3 },
      { name: 'alone', criteria: 'It is short.' },
    ];

    const {
      score,
      evals: results,
      asked,
    } = await judge(evals, (question) =>
      namesIn(question).length === 1
        ? verdict(question, 'pass')
        : say(
            JSON.stringify({
              kind: { reasoning: 'Rather.', score: 4 },
              right: { reasoning: 'No.', score: 'fail' },
            }),
          ),
    );

    expect(asked.map(namesIn)).toEqual([['kind', 'right'], ['alone']]);
    expect(results.map(({ name, score: one }) => [name, one])).toEqual([
      ['right', 0],
      ['kind', 0.75],
      ['alone', 1],
    ]);
    expect(score).toBeCloseTo((0 + 3 * 0.75 + 1) / 5, 12);
  });

  it('are the same question in any order', async () => {
    const evals = [
      { name: 'b', group: 'g' },
      { name: 'a', group: 'g' },
    ];
    const play: Play = (question) => verdict(question, 'pass');

    const [there, back] = await Promise.all([judge(evals, play), judge(evals.toReversed(), play)]);

    expect(there.asked[0]?.messages).toEqual(back.asked[0]?.messages);
    expect(JSON.stringify(there.asked[0]?.responseSchema)).toBe(JSON.stringify(back.asked[0]?.responseSchema));
  });

  it.each([
    { case: 'another group', other: { group: 'h' } },
    { case: 'another judge', other: { judge: { name: 'other' } } },
    { case: 'more samples', other: { samples: 2 } },
    { case: 'probabilities', other: { weighting: 'logprobs' } },
    { case: 'another reference', other: { value: 'In Wels.' } },
    { case: 'no reference', other: { reference: false } },
    { case: 'a part of the answer', other: { answerPath: 'town' } },
  ])('are asked for apart where they differ by $case', async ({ other }) => {
    const { asked } = await judge(
      [{ group: 'g' }, { group: 'g' }, { group: 'g', ...other }],
      (question) => verdict(question, 'pass'),
      {
        answer: { text: '{"town":"Graz"}', truncated: false },
      },
    );

    expect(new Set(asked.map((question) => namesIn(question).join()))).toEqual(new Set(['e0,e1', 'e2']));
  });

  it('that has no group is asked for alone, whatever its name', async () => {
    const { asked } = await judge([{ name: 'g' }, { name: 'x', group: 'g' }, { name: 'y' }], (question) =>
      verdict(question, 'pass'),
    );

    expect(asked.map(namesIn)).toEqual([['g'], ['x'], ['y']]);
  });
});

describe('a judge whose eval is turned round', () => {
  it('passes what does not meet the criterion, and says why when it does', async () => {
    const settings = { not: true, criteria: 'It gives medical advice.' };

    const met = await judge([settings], (question) => verdict(question, 'pass', 'It names a dose.'));
    const notMet = await judge([settings], (question) => verdict(question, 'fail', 'It names none.'));

    expect(met.evals).toEqual([
      {
        name: 'e0',
        score: 0,
        feedback:
          'The answer must not meet this: It gives medical advice, but was "In Linz.". (pass: It names a dose.)',
      },
    ]);
    expect(notMet.evals).toEqual([{ name: 'e0', score: 1, feedback: 'Right.' }]);
  });
});

describe('the threshold of a judge', () => {
  const settingsOf = (changes: Record<string, unknown>): EvalSettings =>
    evalOf({ type: 'llm_judge', criteria: 'c', ...changes });

  it.each([
    { scale: 'pass_fail', threshold: 0.5, passed: [0.5, 1], failed: [0, 0.49] },
    { scale: 'pass_fail_critical', threshold: 0.75, passed: [0.75, 1], failed: [0, 0.5, 0.74] },
    { scale: 'five_star', threshold: 0.75, passed: [0.75, 1], failed: [0, 0.25, 0.5, 0.74] },
  ])('of $scale is $threshold', ({ scale, threshold, passed, failed }) => {
    const settings = settingsOf({ scale });

    expect(thresholdOf(settings)).toBe(threshold);
    expect(passed.map((score) => passes(settings, score))).toEqual(passed.map(() => true));
    expect(failed.map((score) => passes(settings, score))).toEqual(failed.map(() => false));
  });

  it('is what the eval says', () => {
    const settings = settingsOf({ threshold: 0.9 });

    expect([thresholdOf(settings), passes(settings, 0.89), passes(settings, 0.9)]).toEqual([0.9, false, true]);
  });
});

describe('a judge that is set wrongly', () => {
  const context: EvalContext = { judge: judgeModel(), modelName: 'm', hasTools: false, prices: {} };
  const problem = (settings: Record<string, unknown>, task: Partial<EvalContext> = {}) =>
    problemOf(evalOf({ type: 'llm_judge', ...settings }), { ...context, ...task });

  it.each([
    { case: 'says nothing of what is good', settings: {}, task: {}, field: 'criteria' },
    { case: 'has no judge', settings: { criteria: 'c' }, task: { judge: undefined }, field: 'judge' },
    {
      case: 'takes samples that are all the same',
      settings: { criteria: 'c', samples: 2 },
      task: { judge: { ...judgeModel(), temperature: 0 } },
      field: 'samples',
    },
    {
      case: 'takes samples of its own judge that are all the same',
      settings: { criteria: 'c', samples: 3, judge: { name: 'own', temperature: 0 } },
      task: {},
      field: 'samples',
    },
  ])('is refused when it $case, with what to do', ({ settings, task, field }) => {
    expect(problem(settings, task)).toEqual({
      field,
      message: expect.any(String),
      remedy: expect.stringMatching(/\.$/),
    });
  });

  it.each([
    { case: 'steps alone', settings: { steps: ['s'] }, task: {} },
    { case: 'a judge of its own', settings: { criteria: 'c', judge: { name: 'own' } }, task: { judge: undefined } },
    { case: 'samples at the temperature of the server', settings: { criteria: 'c', samples: 20 }, task: {} },
    {
      case: 'samples of its own judge',
      settings: { criteria: 'c', samples: 2, judge: { name: 'own', temperature: 1 } },
      task: { judge: { ...judgeModel(), temperature: 0 } },
    },
    {
      case: 'one sample at temperature 0',
      settings: { criteria: 'c' },
      task: { judge: { ...judgeModel(), temperature: 0 } },
    },
  ])('is not: $case', ({ settings, task }) => {
    expect(problem(settings, task)).toBeNull();
  });
});

describe('what a judgement may cost', () => {
  it('covers each question and its repair, whatever is judged', async () => {
    const model = { ...judgeModel(), maxOutputTokens: 256 };
    const task: EvalContext = { judge: model, modelName: 'm', hasTools: false, prices: {} };
    const input = { lines: Array.from({ length: 50 }, (_, i) => i), nested: [[[1, [2]]], { a: { b: ['ä"\\'] } }] };
    const big: Example = { id: 'x', input, expected: ['"', { a: [1, 2, 3] }] };
    const evals = [
      {
        name: 'a',
        criteria: 'It is "right".\n\n',
        steps: ['One.', 'Two.'],
        scale: 'five_star',
        group: 'g',
        value: 'v',
      },
      { name: 'b', criteria: 'ä', scale: 'pass_fail_critical', group: 'g', value: 'v', samples: 1 },
    ].map((one) => ({ type: 'llm_judge', ...one }));
    const text = 'x'.repeat(4 * 512);
    const reply = JSON.stringify({ a: { reasoning: 'r', score: 5 }, b: { reasoning: 'r', score: 'pass' } });

    const { asked } = await judge(evals, (_, index) => say(index === 0 ? 'y'.repeat(4 * 256) : reply), {
      example: big,
      answer: { text, truncated: true },
      judge: model,
    });

    const planned = callsOfEvals(evals.map(evalOf), task);
    const exampleBytes = Buffer.byteLength(JSON.stringify(input)) + Buffer.byteLength(JSON.stringify(big.expected));
    const bounds = [0, 1].map((nth) =>
      planned
        .filter((_, i) => i % 2 === nth)
        .reduce(
          (sum, { promptBytes, outputTokens }) => sum + promptBytes + exampleBytes + text.length + 200 + outputTokens,
          0,
        ),
    );
    expect(asked).toHaveLength(2);
    for (const [i, question] of asked.entries()) {
      expect(boundOf(question, null).tokens).toBeLessThanOrEqual(bounds[i] ?? 0);
    }
  });
});

describe('the scales', () => {
  it.each([
    { scale: 'pass_fail', verdicts: { fail: 0, pass: 1 } },
    { scale: 'pass_fail_critical', verdicts: { critical: 0, fail: 0.5, pass: 1 } },
    { scale: 'five_star', verdicts: { 1: 0, 2: 0.25, 3: 0.5, 4: 0.75, 5: 1 } },
  ] as const)('$scale: $verdicts', ({ scale, verdicts }) => {
    const given = Object.keys(verdicts);

    expect(Object.fromEntries(given.map((one) => [one, scoreOfVerdict(scale, one)]))).toEqual(verdicts);
    expect(given.map((one) => describeScore(scale, scoreOfVerdict(scale, one) ?? -1))).toEqual(
      scale === 'five_star' ? given.map((one) => `${one} of 5`) : given,
    );
  });

  it.each([
    '',
    'ok',
    'true',
    '0',
    6,
    -1,
    2.5,
    Number.NaN,
    null,
    undefined,
    true,
    [5],
    { score: 5 },
    Object.create(null),
  ])('have no %s', (given) => {
    expect(scaleNames.map((scale) => scoreOfVerdict(scale, given))).toEqual([null, null, null]);
  });

  it.each([
    { rating: true, scores: [1, 1, null] },
    { rating: false, scores: [0, 0, null] },
    { rating: 'pass', scores: [1, 1, null] },
    { rating: 'fail', scores: [0, 0.5, null] },
    { rating: 'critical', scores: [null, 0, null] },
    { rating: 4, scores: [null, null, 0.75] },
    { rating: 0, scores: [null, null, null] },
  ] as const)('take a person who says $rating for $scores', ({ rating, scores }) => {
    expect(scaleNames.map((scale) => scoreOfRating(scale, rating))).toEqual(scores);
  });
});
