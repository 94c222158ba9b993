import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Example } from '../../lambdas/contracts/dataset.ts';
import { type Task, taskSchema } from '../../lambdas/contracts/task.ts';
import { renderMessages } from '../../lambdas/model/templates.ts';
import {
  brokenCap,
  carvedSize,
  childValidation,
  fits,
  howMany,
  maxInputBytes,
  minus,
  mutationSlot,
  NOTHING,
  plus,
  remaining,
  requiredAmount,
  runFacts,
  sealedTest,
  taskCall,
  times,
  toLease,
} from '../../lambdas/optimizer/budget.ts';
import { splitTrain } from '../../lambdas/optimizer/split.ts';
import { boundOf } from '../../lambdas/rollout/call-model.ts';
import { makeWorld } from './gepa/world.ts';

const price = { input: 2, output: 8 };
const amount = (calls: number, tokens = 0, costUsd = 0) => ({ calls, tokens, costUsd });

function taskWith(prompt: Task['prompt'], changes: object = {}): Task {
  return taskSchema.parse({
    name: 't',
    prompt,
    model: { name: 'm', maxOutputTokens: 50 },
    reflection: { name: 'r' },
    evals: [{ name: 'e', type: 'exact_match' }],
    ...changes,
  });
}

describe('amounts', () => {
  it('add up, take away and multiply in every part', () => {
    expect(plus(amount(1, 2, 3), amount(4, 5, 6))).toEqual(amount(5, 7, 9));
    expect(minus(amount(4, 5, 6), amount(1, 2, 3))).toEqual(amount(3, 3, 3));
    expect(times(amount(1, 2, 3), 2)).toEqual(amount(2, 4, 6));
    expect(times(amount(1, Number.POSITIVE_INFINITY), 0)).toEqual(NOTHING);
    expect(plus()).toEqual(NOTHING);
  });

  it('fit when every part fits, and name the cap that does not', () => {
    const free = amount(10, 1000, 1);

    expect(fits(amount(10, 1000, 1), free)).toBe(true);
    expect(brokenCap(amount(10, 1000, 1), free)).toBeNull();
    expect(brokenCap(amount(11, 1001, 2), free)).toBe('rollouts');
    expect(brokenCap(amount(1, 1001, 2), free)).toBe('tokens');
    expect(brokenCap(amount(1, 1, 2), free)).toBe('costUsd');
  });

  it('fit as often as the scarcest part allows', () => {
    expect(howMany(amount(2, 100, 0.1), amount(10, 1000, 0.35))).toBe(3);
    expect(howMany(amount(2), amount(-1))).toBe(0);
    expect(howMany(amount(1, 5), amount(7, Number.POSITIVE_INFINITY))).toBe(7);
  });

  it('become a lease with null where there is no cap', () => {
    const free = amount(9, Number.POSITIVE_INFINITY, 1);

    expect(toLease(amount(3, 100, 0.5), free)).toEqual({ calls: 3, tokens: null, costUsd: 0.5 });
  });
});

describe('remaining', () => {
  const spend = {
    rollouts: 9,
    modelCalls: 20,
    reflectionCalls: 5,
    judgeCalls: 1,
    inputTokens: 700,
    outputTokens: 200,
    costUsd: 0.4,
    cacheHits: 0,
    failures: 0,
  };

  it('takes calls of the task model off the rollouts, and tokens and cost of all models off their caps', () => {
    expect(remaining({ rollouts: 100, tokens: 1000, costUsd: 1 }, spend)).toEqual(amount(86, 100, 0.6));
  });

  it('is never below 0, and has no end where there is no cap', () => {
    const left = remaining({ rollouts: 10, tokens: 10 }, spend);

    expect(left).toEqual(amount(0, 0, Number.POSITIVE_INFINITY));
  });
});

describe('taskCall', () => {
  const pieces = fc.constantFrom(
    'Say {{input}}. ',
    '{{name}} ',
    '{{ > rules }}',
    '{{>more}}',
    'Grüße 世界 ',
    '{{{name}}}',
    '',
  );
  const template = fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(''));
  const plain = fc
    .array(fc.constantFrom('Rule. ', '{{input}}', '{{&name}}', '世'), { maxLength: 4 })
    .map((p) => p.join(''));
  const inputs: fc.Arbitrary<Example['input']> = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.record({
      name: fc.string({ unit: 'grapheme', maxLength: 40 }),
      list: fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }),
    }),
  );

  it('is never less than what a call of any example takes before it leaves', () => {
    fc.assert(
      fc.property(
        fc.record({ system: template, rules: plain, more: fc.constantFrom('{{> rules}}{{> rules}}', 'x') }),
        fc.option(template, { nil: undefined }),
        fc.array(inputs, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (texts, user, given, hasSchema) => {
          const prompt = user === undefined ? texts : { ...texts, user };
          const responseSchema = hasSchema ? { type: 'object', title: 'Größe' } : undefined;
          const task = taskWith(prompt, responseSchema === undefined ? {} : { outputSchema: responseSchema });
          const examples = given.map((input, i) => ({ id: `${i}`, input }));
          const facts = runFacts(
            task,
            { train: examples, validation: examples, test: examples },
            { prices: { task: price, reflection: price }, judging: null },
          );

          const worst = taskCall(task, facts, 'validation', prompt);

          for (const example of examples) {
            const bound = boundOf(
              { model: task.model, messages: renderMessages(prompt, example), responseSchema },
              price,
            );
            expect(bound.tokens).toBeLessThanOrEqual(worst.tokens);
            expect(bound.costUsd).toBeLessThanOrEqual(worst.costUsd + 1e-12);
          }
        },
      ),
    );
  });

  it('counts a partial as often as it is included, and a circle once', () => {
    const { search } = makeWorld();
    const bytes = (prompt: Task['prompt']): number => taskCall(search.task, search.facts, 'test', prompt).tokens;

    const once = bytes({ system: '{{> rules}}', user: '', rules: 'x'.repeat(100) });
    const twice = bytes({ system: '{{> rules}}{{> rules}}', user: '', rules: 'x'.repeat(100) });

    expect(twice - once).toBe(100 + '{{> rules}}'.length);
    expect(bytes({ system: '{{> a}}', user: '', a: '{{> a}}' })).toBeLessThan(1000);
  });
});

describe('reserves', () => {
  const { task, facts } = makeWorld({ train: 12, validation: 8, test: 6 }).search;
  const prompt = task.prompt;

  it('hold a slot, its child on validation, and two prompts on the sealed test', () => {
    expect(mutationSlot(task, facts, prompt).calls).toBe(2 * 3);
    expect(mutationSlot(task, { ...facts, trainSize: 2 }, prompt).calls).toBe(2 * 2);
    expect(childValidation(task, facts, prompt).calls).toBe(8);
    expect(sealedTest(task, facts, prompt, prompt).calls).toBe(12);
    expect(requiredAmount(task, facts).calls).toBe(8 + 12);
  });

  it('expect a child to be longer than its parent', () => {
    const call = times(taskCall(task, facts, 'validation', prompt), 8);

    expect(childValidation(task, facts, prompt).tokens).toBe(call.tokens + 8 * 2000);
  });

  it('cost nothing where the price is not known', () => {
    const unpriced = { ...facts, prices: { task: null, reflection: null } };

    expect(requiredAmount(task, unpriced)).toMatchObject({ costUsd: 0 });
  });
});

describe('runFacts', () => {
  it('counts on the split that is carved later', () => {
    for (const [share, size] of [
      [0.4, 2],
      [0.05, 3],
      [0.9, 10],
      [0.4, 101],
    ] as const) {
      const task = taskWith({ system: 'x' }, { optimizer: { validationShare: share } });
      const train = Array.from({ length: size }, (_, i) => ({
        id: `e${i}`,
        input: 'x'.repeat(i + 1),
        expected: `${i % 3}`,
      }));

      const facts = runFacts(
        task,
        { train, validation: null, test: train },
        { prices: { task: null, reflection: null }, judging: null },
      );

      const split = splitTrain(train, share, 0);
      expect([facts.trainSize, facts.validationSize]).toEqual([split.train.length, split.validation.length]);
      expect(facts.validationSize).toBe(carvedSize(share, size));
      expect(facts.maxInputBytes.validation).toBeGreaterThanOrEqual(maxInputBytes(split.validation));
    }
  });

  it('measures inputs in bytes, objects as JSON', () => {
    expect(
      maxInputBytes([
        { id: 'a', input: 'é' },
        { id: 'b', input: { k: 'v' } },
      ]),
    ).toBe('{"k":"v"}'.length);
    expect(maxInputBytes([{ id: 'a', input: '世界' }])).toBe(6);
    expect(maxInputBytes([])).toBe(0);
  });
});
