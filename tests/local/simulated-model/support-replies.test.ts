import { describe, expect, it } from 'vitest';
import { humanScore } from '../../../lambdas/evals/ratings.ts';
import { scoreAnswer } from '../../../lambdas/evals/registry.ts';
import { readReply, reflectionMessages } from '../../../lambdas/optimizer/reflection-prompt.ts';
import { complaintsOf } from '../../../local/simulated-model/complaints.ts';
import { readReplyGuidance } from '../../../local/simulated-model/reply-guidance.ts';
import { asksForReply } from '../../../local/simulated-model/reply-writer.ts';
import { ask, loadTask, mean } from './playing.ts';
import { loadSplit, meansOf, rollOut, simulatedServices } from './playing-replies.ts';

const task = loadTask('support-replies');
const train = loadSplit('support-replies', 'train');
const test = loadSplit('support-replies', 'test');
const golden = loadSplit('support-replies', 'golden');

const GOOD_RULES = [
  "Name the problem in the customer's own words.",
  'Say what the next step is.',
  'Say by when the customer hears from us: a day or a number of hours.',
  'If something is missing, such as the order number, ask for it.',
  'Never promise a refund, a replacement or compensation, and admit no fault.',
  'Keep it short: no background.',
];
const withRules = (...rules: string[]) => ({
  ...task.prompt,
  system: [task.prompt.system?.trimEnd(), ...rules.map((rule) => `- ${rule}`)].join('\n'),
});

describe('the writer of replies', () => {
  const seed = meansOf(task, task.prompt, train);

  it('does far better with the right rules than with the first prompt', async () => {
    const good = await meansOf(task, withRules(...GOOD_RULES), train);
    expect((await seed).score).toBeGreaterThan(0.4);
    expect((await seed).score).toBeLessThan(0.65);
    expect(good.score).toBeGreaterThan((await seed).score + 0.25);
    expect(good.short).toBeGreaterThanOrEqual((await seed).short);
  });

  it.each(GOOD_RULES.slice(0, 5))('gains by the rule %j alone', async (rule) => {
    expect((await meansOf(task, withRules(rule), train)).score).toBeGreaterThan((await seed).score + 0.02);
  });

  it('gains by thoroughness too, and breaks the guard on length with it', async () => {
    const thorough = await meansOf(task, withRules('Be thorough: cover everything.'), train);
    const maxDrop = task.evals.find(({ name }) => name === 'short')?.guard?.maxDrop ?? Number.NaN;
    expect(thorough.score).toBeGreaterThan((await seed).score);
    expect(thorough.short).toBeLessThan((await seed).short - maxDrop);
  });

  it('does worse with a rule that says the opposite, and alike with one that says nothing', async () => {
    const worse = await meansOf(task, withRules('Offer a voucher or a refund.'), train);
    const alike = await meansOf(task, withRules('Be accurate and consistent.'), train);
    expect(worse.safe).toBeLessThan((await seed).safe - 0.1);
    expect(Math.abs(alike.score - (await seed).score)).toBeLessThan(0.01);
  });

  it('writes the same reply to the same request, and another one under another seed', async () => {
    const [message] = train;
    if (message === undefined) throw new Error('There is no example.');
    const texts = await Promise.all(
      [0, 0, 1].map(async (one) => (await rollOut(task, task.prompt, message, one)).text),
    );
    expect(texts[1]).toBe(texts[0]);
    expect(texts[2]).not.toBe(texts[0]);
  });

  it.each([
    ["Reply to the customer's message.", true],
    ['Write a short, friendly reply.', true],
    ['Classify the reply to the customer as good or bad.', false],
    ['Answer with the label only.', false],
  ])('sees from %j whether a reply is wanted', (prompt, expected) => {
    expect(asksForReply(prompt)).toBe(expected);
  });

  it.each([
    ['Never promise a refund, a replacement or a voucher.', 'promise', -1],
    ['Offer a voucher when the customer is upset.', 'promise', 1],
    ['Never promise money, and say by when we answer.', 'deadline', 1],
    ['No background.', 'background', -1],
    ['If the message lacks the order number, ask for it.', 'question', 1],
  ] as const)('reads in %j what it says about a %s', (rule, move, sign) => {
    expect(Math.sign(readReplyGuidance(rule).get(move)?.strength ?? 0)).toBe(sign);
  });
});

describe('reflection on judged replies', () => {
  it.each([
    ['helpful: 2 of 5: The reply gives no time frame.', ['-deadline']],
    ['helpful: 3 of 5: It says by when. It does not ask for the order number.', ['-question']],
    ['helpful: 4 of 5: It asks needlessly for the order number.', ['+question']],
    ['safe: fail: The answer promises a refund: “We admit our fault.”.', ['+promise']],
    ['safe: pass: It promises no refund.', []],
    ['short: The answer has 104 words; it must have at most 90 words.', ['-brevity']],
    ['short: Right.', []],
  ])('takes from %j what is missing (-) and what is too much (+)', (feedback, expected) => {
    expect(complaintsOf(feedback).map(({ move, missed }) => `${missed ? '-' : '+'}${move}`)).toEqual(expected);
  });

  it('proposes rules that help more often than not, and some that harm', async () => {
    const tried = train.slice(0, 30);
    const before = await meansOf(task, task.prompt, tried);
    const gains = await Promise.all(
      Array.from({ length: 18 }, async (_, at) => {
        const rolled = await Promise.all(
          train.slice(3 * at, 3 * at + 4).map(async (example) => {
            const { text, score, evals } = await rollOut(task, task.prompt, example);
            return { example, output: text, score, evals };
          }),
        );
        const request = { component: 'system', components: task.prompt, examples: rolled, tried: [], placeholders: [] };
        const { text } = readReply(ask(reflectionMessages({ ...request, maxChars: 12_000 }), at), false);
        return text === null ? 0 : (await meansOf(task, { ...task.prompt, system: text }, tried)).score - before.score;
      }),
    );
    expect(mean(gains)).toBeGreaterThan(0.05);
    expect(gains.filter((gain) => gain > 0.02).length).toBeGreaterThan(9);
    expect(gains.filter((gain) => gain < 0.01).length).toBeGreaterThan(0);
  });
});

describe('the examples', () => {
  it('have no message twice', () => {
    const inputs = [...train, ...test, ...golden].map(({ input }) => input);
    expect(new Set(inputs).size).toBe(200);
  });

  it.each([0, 1, 2])('have ratings with which the judge agrees in most cases, not in all (seed %i)', async (seed) => {
    const judged = task.evals.filter(({ type }) => type === 'llm_judge');
    const services = simulatedServices(task, task.prompt, seed);
    const results = await Promise.all(
      golden.map(async (example) => ({
        example,
        evals: (await scoreAnswer(judged, example, { text: example.output ?? '', truncated: false }, services)).evals,
      })),
    );
    for (const settings of judged) {
      const agreement = mean(
        results.map(({ example, evals }) => {
          const human = humanScore(settings, example.ratings?.[settings.name] ?? Number.NaN) ?? Number.NaN;
          const judge = evals.find(({ name }) => name === settings.name)?.score ?? Number.NaN;
          return Number(Math.abs(human - judge) < 1e-9);
        }),
      );
      expect(agreement).toBeGreaterThanOrEqual(0.8);
      expect(agreement).toBeLessThanOrEqual(0.95);
    }
  });
});
