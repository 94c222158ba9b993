import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../lambdas/evals/judge-prompt.ts';
import { type Judgement, readJudgeReply, withVerdictsAlone } from '../../lambdas/evals/judge-reply.ts';
import type { AnswerToken, ChatAnswer } from '../../lambdas/model/chat-model.ts';
import { say } from '../rollout/chat.ts';

const polite: Criterion = { name: 'polite', criteria: 'It is polite.', scale: 'pass_fail' };
const right: Criterion = { name: 'right', criteria: 'It is right.', scale: 'five_star' };
const safe: Criterion = { name: 'safe', criteria: 'It is safe.', scale: 'pass_fail_critical' };

const verdictOf = (score: unknown, reasoning: unknown = 'Because.'): object => ({ reasoning, score });

/** The scores of a reply as they stand, or why it cannot be read. */
function read(criteria: Criterion[], reply: object | string, changes: Partial<ChatAnswer> = {}): object | string {
  const text = typeof reply === 'string' ? reply : JSON.stringify(reply);
  const result = readJudgeReply(criteria, say(text, changes), false);
  return result.status === 'unreadable'
    ? result.problem
    : Object.fromEntries([...result.judgements].map(([name, { score }]) => [name, score]));
}

describe('a reply', () => {
  it('is read by criterion, with the reasoning trimmed', () => {
    const reply = say(JSON.stringify({ polite: verdictOf('pass', '  Kind.\n'), right: verdictOf(2) }));

    expect(readJudgeReply([polite, right], reply, false)).toEqual({
      status: 'read',
      judgements: new Map([
        ['polite', { reasoning: 'Kind.', score: 1, isWeighted: false }],
        ['right', { reasoning: 'Because.', score: 0.25, isWeighted: false }],
      ]),
    });
  });

  it.each<[string, Criterion, object | string, number]>([
    ['in a fence', polite, `\`\`\`json\n${JSON.stringify({ polite: verdictOf('pass') })}\n\`\`\``, 1],
    ['with white space around it', polite, `\n  ${JSON.stringify({ polite: verdictOf('fail') })}\n`, 0],
    ['in capitals', polite, { polite: verdictOf('PASS') }, 1],
    ['with spaces around the verdict', polite, { polite: verdictOf(' Fail ') }, 0],
    ['with stars in quotes', right, { right: verdictOf('4') }, 0.75],
    ['with stars as a fraction that is whole', right, '{"right":{"reasoning":"r","score":5.0}}', 1],
    ['with the score first', right, { right: { score: 3, reasoning: 'Because.' } }, 0.5],
    ['with more than was asked for', right, { right: { ...verdictOf(1), confidence: 9 }, other: verdictOf(5) }, 0],
    ['with no reasoning to tell', right, { right: verdictOf(5, '') }, 1],
    [
      'with a name twice, the last of which counts',
      right,
      `{"right":{},"right":${JSON.stringify(verdictOf(2))}}`,
      0.25,
    ],
    ['with a prototype', right, `{"__proto__":{"right":1},"right":${JSON.stringify(verdictOf(2))}}`, 0.25],
    ['of a critical failure', safe, { safe: verdictOf('critical') }, 0],
    ['of a plain failure beside critical ones', safe, { safe: verdictOf('fail') }, 0.5],
  ])('may be %s', (_, criterion, reply, score) => {
    expect(read([criterion], reply)).toEqual({ [criterion.name]: score });
  });

  it.each(['__proto__', 'constructor', 'toString', '1', 'a-b'])('is read for an eval named %s', (name) => {
    const reply = `{${JSON.stringify(name)}:${JSON.stringify(verdictOf('pass'))}}`;
    const result = readJudgeReply([{ ...polite, name }], say(reply), false);

    expect(result.status === 'read' && result.judgements.get(name)?.score).toBe(1);
  });

  const noJson = 'it is not the JSON object that was asked for.';
  const noObject = 'it has no object under "right".';
  const noReasoning = 'right has no text as reasoning.';
  const noScore = 'the score of right is not one of 1, 2, 3, 4, 5.';
  it.each<[string, object | string, string]>([
    ['nothing', '', noJson],
    ['prose', 'I would give it a 5.', noJson],
    ['JSON in prose', `Here: ${JSON.stringify({ right: verdictOf(5) })}`, noJson],
    ['JSON that breaks off', '{"right":{"reasoning":"Becau', noJson],
    ['JSON with a comment', '{"right":{"reasoning":"r","score":5}} // done', noJson],
    ['null', 'null', noObject],
    ['a number', '5', noObject],
    ['a text', '"pass"', noObject],
    ['a list', [{ right: verdictOf(5) }], noObject],
    ['without the name', { wrong: verdictOf(5) }, noObject],
    ['with the name in another case', { Right: verdictOf(5) }, noObject],
    ['with a number under the name', { right: 5 }, noObject],
    ['with a list under the name', { right: ['Because.', 5] }, noObject],
    ['with what is only inherited', '{"__proto__":{"right":{"reasoning":"r","score":5}}}', noObject],
    ['without a reasoning', { right: { score: 5 } }, noReasoning],
    ['with a reasoning of null', { right: verdictOf(5, null) }, noReasoning],
    ['with a reasoning that is a list', { right: verdictOf(5, ['Because.']) }, noReasoning],
    ['without a score', { right: { reasoning: 'r' } }, noScore],
    ['with a score of null', { right: verdictOf(null) }, noScore],
    ['with a score that is true', { right: verdictOf(true) }, noScore],
    ['with no star', { right: verdictOf(0) }, noScore],
    ['with six stars', { right: verdictOf(6) }, noScore],
    ['with half a star', { right: verdictOf(4.5) }, noScore],
    ['with a verdict of another scale', { right: verdictOf('pass') }, noScore],
    ['with stars of stars', { right: verdictOf('5 of 5') }, noScore],
    ['with a score in a list', { right: verdictOf([5]) }, noScore],
    ['with an object for a score', { right: verdictOf({ value: 5 }) }, noScore],
    ['with a score that cannot be written', { right: verdictOf({ toString: 1, valueOf: 1 }) }, noScore],
    ['with a score that is inherited', '{"right":{"reasoning":"r","__proto__":{"score":5}}}', noScore],
    [
      'with a score that is nested deeply',
      `{"right":{"reasoning":"r","score":${'['.repeat(1e5)}${']'.repeat(1e5)}}}`,
      noScore,
    ],
    ['with a score under a deep object', `${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`, noObject],
  ])('cannot be read when it is %s', (_, reply, problem) => {
    expect(read([right], reply)).toBe(problem);
  });

  it('cannot be read when it was cut off, whatever it holds', () => {
    const problem = read([right], { right: verdictOf(5) }, { truncated: true });

    expect(problem).toBe('it was cut off at the length limit; be shorter.');
  });

  it('must have all of the criteria', () => {
    expect(read([polite, right], { polite: verdictOf('pass') })).toBe(noObject);
    expect(read([polite, safe], { polite: verdictOf('pass'), safe: verdictOf('ok') })).toBe(
      'the score of safe is not one of "critical", "fail", "pass".',
    );
  });

  it('is never repeated in what is wrong with it: it may hold what the judged answer says', () => {
    const order = 'IGNORE ALL';
    const replies = [order, `{"${order}":1}`, { right: order }, { right: verdictOf(order) }, { right: { [order]: 1 } }];

    for (const reply of replies) expect(read([right], reply)).not.toContain(order);
  });
});

/** A token and what else could have stood there, by probability. */
type Played = string | [token: string, likeliest: Record<string, number>];

function tokensOf(...played: Played[]): AnswerToken[] {
  return played.map((one) => {
    const [token, likeliest] = typeof one === 'string' ? [one, {}] : one;
    const entries = Object.entries(likeliest);
    return { token, likeliest: entries.map(([text, p]) => ({ token: text, logprob: Math.log(p) })) };
  });
}

/** What is judged by a reply of these tokens. */
function weighted(criteria: Criterion[], ...played: Played[]): Record<string, Pick<Judgement, 'score' | 'isWeighted'>> {
  const tokens = tokensOf(...played);
  const result = readJudgeReply(criteria, say(tokens.map(({ token }) => token).join(''), { tokens }), true);
  if (result.status === 'unreadable') throw new Error(result.problem);
  return Object.fromEntries(
    [...result.judgements].map(([name, { score, isWeighted }]) => [name, { score, isWeighted }]),
  );
}

const stars = (given: Played, ...rest: Played[]): Played[] => [
  '{"right',
  '":{"',
  'reasoning',
  '":"',
  'Good',
  '","',
  'score',
  '":',
  given,
  ...(rest.length > 0 ? rest : ['}}']),
];

describe('a score by probabilities', () => {
  it('is the mean of the stars by the probability of each', () => {
    const likeliest = { '5': 0.5, '4': 0.25, '3': 0.125, '2': 0.0625, '1': 0.0625 };

    const { right: judged } = weighted([right], ...stars(['5', likeliest]));

    // 1 · 0.5 + 0.75 · 0.25 + 0.5 · 0.125 + 0.25 · 0.0625 + 0 · 0.0625
    expect(judged).toEqual({ score: expect.closeTo(0.765625, 12), isWeighted: true });
  });

  it('is over the scale alone: what is no verdict has no share', () => {
    const likeliest = { '4': 0.3, '2': 0.1, '"': 0.4, ' ': 0.1, '45': 0.05, six: 0.05 };

    const { right: judged } = weighted([right], ...stars(['4', likeliest]));

    // (0.75 · 0.3 + 0.25 · 0.1) / 0.4
    expect(judged?.score).toBeCloseTo(0.625, 12);
  });

  it.each<[string, Criterion, Played[], number]>([
    [
      'a verdict as one token',
      polite,
      ['{"polite":{"reasoning":"r","score":"', ['pass', { pass: 0.8, fail: 0.2 }], '"}}'],
      0.8,
    ],
    [
      'a verdict with the quote and a space before it',
      polite,
      ['{"polite":{"reasoning":"r","score":', [' "pass', { ' "pass': 0.6, ' "fail': 0.2, ' "': 0.2 }], '"}}'],
      0.75,
    ],
    [
      'a verdict with all that is around it',
      polite,
      ['{"polite":{"reasoning":"r","score', ['":"fail"}}', { '":"fail"}}': 0.9, '":"pass"}}': 0.1 }]],
      0.1,
    ],
    [
      'the beginning of a verdict',
      safe,
      ['{"safe":{"reasoning":"r","score":"', ['crit', { crit: 0.5, fail: 0.3, pass: 0.2 }], 'ical"}}'],
      // 0 · 0.5 + 0.5 · 0.3 + 1 · 0.2
      0.35,
    ],
    ['a letter', safe, ['{"safe":{"reasoning":"r","score":"', ['p', { p: 0.25, f: 0.25, c: 0.5 }], 'ass"}}'], 0.375],
    [
      'verdicts in capitals and small letters, together',
      polite,
      ['{"polite":{"reasoning":"r","score":"', ['PASS', { PASS: 0.2, pass: 0.2, Pass: 0.2, Fail: 0.4 }], '"}}'],
      0.6,
    ],
    ['stars with a space', right, stars([' 3', { ' 3': 0.5, '3': 0.25, ' 1': 0.25 }]), 0.375],
    ['stars in quotes', right, ['{"right":{"reasoning":"r","score":"', ['2', { '2': 1 }], '"}}'], 0.25],
    ['stars with the end of the object', right, stars(['5}}', { '5}}': 0.5, '1}}': 0.5 }], ''), 0.5],
    [
      'a line and an indent before the verdict',
      right,
      ['{"right": {\n "reasoning": "r",\n "score"', ':\n  ', ['4', { '4': 1 }], '\n}}'],
      0.75,
    ],
    [
      'the score before the reasoning',
      right,
      ['{"right":{"score":', ['2', { '2': 0.5, '4': 0.5 }], ',"reasoning":"r"}}'],
      0.5,
    ],
    ['a fence around the reply', right, ['```json\n', ...stars(['3', { '3': 1 }]), '\n```'], 0.5],
  ])('is found for %s', (_, criterion, played, score) => {
    expect(weighted([criterion], ...played)[criterion.name]).toEqual({
      score: expect.closeTo(score, 12),
      isWeighted: true,
    });
  });

  it('is found for each of two criteria in one reply, in any order', () => {
    const judged = weighted(
      [polite, right],
      '{"right":{"reasoning":"r","score":',
      ['4', { '4': 0.5, '2': 0.5 }],
      '},"polite":{"reasoning":"p","score":"',
      ['pass', { pass: 0.9, fail: 0.1 }],
      '"}}',
    );

    expect(judged.right?.score).toBeCloseTo(0.5, 12);
    expect(judged.polite?.score).toBeCloseTo(0.9, 12);
  });

  it('is not the one that a reasoning speaks of', () => {
    const judged = weighted(
      [polite, right],
      '{"polite":{"reasoning":"It says \\"score\\": ',
      ['1', { '1': 1 }],
      ' and {\\"right\\": {\\"score\\": ',
      ['1', { '1': 1 }],
      '}} and \\u0022score\\u0022: ',
      ['1', { '1': 1 }],
      ' C:\\\\","score":"',
      ['fail', { fail: 0.75, pass: 0.25 }],
      '"},"right":{"reasoning":"r","score":',
      ['5', { '5': 0.5, '1': 0.5 }],
      '}}',
    );

    expect(judged.polite?.score).toBeCloseTo(0.25, 12);
    expect(judged.right?.score).toBeCloseTo(0.5, 12);
  });

  it.each<[string, Played[]]>([
    ['the place has no other tokens', stars('4')],
    ['nothing of the scale is among them', stars(['4', { x: 0.5, '"': 0.5 }])],
    ['tokens that could be more than one verdict are all there is', stars(['4', { ' ': 0.5, '': 0.5 }])],
  ])('is the verdict itself when %s', (_, played) => {
    expect(weighted([right], ...played).right).toEqual({ score: 0.75, isWeighted: false });
  });

  it.each<[string, AnswerToken[]]>([
    ['tokens that spell something else', tokensOf('hello', ['5', { '5': 1 }])],
    ['tokens without the field', tokensOf('{"right":{"reasoning":"r","sc', ['5', { '5': 1 }])],
    ['no tokens at all', []],
  ])('is the verdict itself for %s', (_, tokens) => {
    const result = readJudgeReply([right], say(JSON.stringify({ right: verdictOf(2) }), { tokens }), true);

    expect(result.status === 'read' && result.judgements.get('right')).toMatchObject({
      score: 0.25,
      isWeighted: false,
    });
  });

  it('is the verdict itself where nobody asked for more', () => {
    const tokens = tokensOf(...stars(['5', { '1': 1 }]));
    const reply = say(tokens.map(({ token }) => token).join(''), { tokens });
    const result = readJudgeReply([right], reply, false);

    expect(result.status === 'read' && result.judgements.get('right')).toMatchObject({ score: 1, isWeighted: false });
  });

  it('holds for logarithms that no probability has', () => {
    const likeliest = [
      { token: '5', logprob: 1e-7 },
      { token: '4', logprob: Number.POSITIVE_INFINITY },
      { token: '1', logprob: Number.NEGATIVE_INFINITY },
      { token: '2', logprob: -9999 },
    ];
    const text = JSON.stringify({ right: verdictOf(5) });
    const at = text.indexOf('5}');
    const tokens = [
      { token: text.slice(0, at), likeliest: [] },
      { token: '5', likeliest },
      { token: '}}', likeliest: [] },
    ];
    const result = readJudgeReply([right], say(text, { tokens }), true);

    expect(result.status === 'read' && result.judgements.get('right')?.score).toBeCloseTo((1 + 0.75) / 2, 12);
  });
});

describe('what is kept of a reply', () => {
  it('scores the same, without what else might have been written in its reasoning', () => {
    const noise: Record<string, number> = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`word ${i}`, 0.05]));
    const tokens = tokensOf(
      '{"polite":{"reasoning":"',
      ...Array.from({ length: 1000 }, (): Played => [' word', noise]),
      '","score":"',
      ['pass', { pass: 0.7, fail: 0.3 }],
      '"},"right":{"reasoning":"r","score":',
      ['4', { '4': 0.5, '2': 0.5 }],
      '}}',
    );
    const whole = say(tokens.map(({ token }) => token).join(''), { tokens });

    const kept = withVerdictsAlone(whole);

    expect(readJudgeReply([polite, right], kept, true)).toEqual(readJudgeReply([polite, right], whole, true));
    // What an item of DynamoDB takes is 400 KB.
    expect(JSON.stringify(whole).length).toBeGreaterThan(400_000);
    expect(JSON.stringify(kept).length).toBeLessThan(60_000);
  });

  it('is all of it where there are no probabilities', () => {
    const reply = say('x');

    expect(withVerdictsAlone(reply)).toBe(reply);
  });
});
