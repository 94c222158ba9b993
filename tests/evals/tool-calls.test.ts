import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../lambdas/contracts/dataset.ts';
import { problemOf } from '../../lambdas/evals/registry.ts';
import type { ToolCall } from '../../lambdas/evals/scorer.ts';
import { evalOf, scoreOf } from './scoring.ts';

const call = (name: string, given: Json = {}): ToolCall => ({ name, arguments: given });
const score = async (settings: object, expected: Json | undefined, toolCalls?: readonly ToolCall[]) =>
  (await scoreOf({ type: 'tool_calls', ...settings }, expected, toolCalls === undefined ? '' : { toolCalls })).score;

interface Case {
  readonly case: string;
  readonly settings?: object;
  readonly expected?: Json;
  readonly calls?: readonly ToolCall[];
  readonly score: number;
}

/** As a model's JSON has it: `__proto__` is a field of its own. */
const parsed = (text: string): Json => JSON.parse(text) as Json;
const nested = (depth: number): Json => parsed(`${'['.repeat(depth)}${']'.repeat(depth)}`);

describe('tool_calls', () => {
  it.each<Case>([
    { case: 'the call', expected: [{ name: 'f', arguments: { a: 1 } }], calls: [call('f', { a: 1 })], score: 1 },
    { case: 'no call', expected: [{ name: 'f' }], calls: [], score: 0 },
    { case: 'nothing known of calls', expected: [{ name: 'f' }], score: 0 },
    { case: 'no call where none is wanted', expected: [], calls: [], score: 1 },
    { case: 'a call where none is wanted', expected: [], calls: [call('f')], score: 0 },
    { case: 'another function', expected: [{ name: 'f' }], calls: [call('F')], score: 0 },
    { case: 'any arguments where none are named', expected: [{ name: 'f' }], calls: [call('f', 'no JSON')], score: 1 },
    { case: 'other arguments', expected: [{ name: 'f', arguments: {} }], calls: [call('f', { a: 1 })], score: 0 },
    { case: 'null as the arguments', expected: [{ name: 'f', arguments: null }], calls: [call('f', null)], score: 1 },
    {
      case: 'arguments in another order',
      expected: [{ name: 'f', arguments: { a: 1, b: 2 } }],
      calls: [call('f', { b: 2, a: 1 })],
      score: 1,
    },
    {
      case: 'arguments that are no JSON',
      expected: [{ name: 'f', arguments: { a: 1 } }],
      calls: [call('f', '{"a":')],
      score: 0,
    },
    {
      case: 'arguments in another Unicode form',
      expected: [{ name: 'f', arguments: { a: 'caf\u00e9' } }],
      calls: [call('f', { a: 'cafe\u0301' })],
      score: 1,
    },
    {
      case: 'inherited names',
      expected: [{ name: 'constructor', arguments: {} }],
      calls: [call('constructor'), call('__proto__')],
      score: 2 / 3,
    },
    {
      case: 'an inherited argument',
      expected: [{ name: 'f', arguments: { constructor: 1 } }],
      calls: [call('f', {})],
      score: 0,
    },
    { case: 'one of two', expected: [{ name: 'f' }, { name: 'g' }], calls: [call('g')], score: 2 / 3 },
    { case: 'one too many', expected: [{ name: 'f' }], calls: [call('f'), call('f')], score: 2 / 3 },
    {
      case: 'the same call twice, wanted twice',
      expected: [{ name: 'f' }, { name: 'f' }],
      calls: [call('f'), call('f')],
      score: 1,
    },
    { case: 'another order', expected: [{ name: 'f' }, { name: 'g' }], calls: [call('g'), call('f')], score: 1 },
    {
      case: 'calls of which a wanted one takes any and another one alone',
      expected: [{ name: 'f' }, { name: 'f', arguments: { a: 1 } }],
      calls: [call('f', { a: 1 }), call('f', { a: 2 })],
      score: 1,
    },
    {
      case: 'the own value before expected',
      settings: { value: [{ name: 'f' }] },
      expected: [{ name: 'g' }],
      calls: [call('f')],
      score: 1,
    },
    {
      case: 'the calls at a path',
      settings: { path: 'calls' },
      expected: { calls: [{ name: 'f' }] },
      calls: [call('f')],
      score: 1,
    },
    {
      case: 'one of two, turned round',
      settings: { not: true },
      expected: [{ name: 'f' }, { name: 'g' }],
      calls: [call('f')],
      score: 1 / 3,
    },
  ])('gives $score for $case', async ({ settings = {}, expected, calls, score: wanted }) => {
    expect(await score(settings, expected, calls)).toBeCloseTo(wanted, 12);
  });

  it.each<Case>([
    {
      case: 'the wanted ones and more',
      expected: [{ name: 'f', arguments: { a: 1 } }],
      calls: [call('f', { a: 1, b: 2 })],
      score: 1,
    },
    { case: 'fewer', expected: [{ name: 'f', arguments: { a: 1, b: 2 } }], calls: [call('f', { a: 1 })], score: 0 },
    {
      case: 'more inside one, which is compared as a whole',
      expected: [{ name: 'f', arguments: { a: { b: 1 } } }],
      calls: [call('f', { a: { b: 1, c: 2 } })],
      score: 0,
    },
    {
      case: 'any, where none are wanted',
      expected: [{ name: 'f', arguments: {} }],
      calls: [call('f', { a: 1 })],
      score: 1,
    },
    { case: 'text', expected: [{ name: 'f', arguments: {} }], calls: [call('f', 'a')], score: 0 },
    { case: 'a list', expected: [{ name: 'f', arguments: {} }], calls: [call('f', [])], score: 0 },
    {
      case: 'an inherited one',
      expected: [{ name: 'f', arguments: { toString: null } }],
      calls: [call('f', {})],
      score: 0,
    },
    {
      case: 'a list, where that is wanted',
      expected: [{ name: 'f', arguments: [1] }],
      calls: [call('f', [1, 2])],
      score: 0,
    },
  ])('with a subset of arguments gives $score for $case', async ({ expected, calls, score: wanted }) => {
    expect(await score({ arguments: 'subset' }, expected, calls)).toBe(wanted);
  });

  it.each([
    { calls: 'fg', equal: 1, subset: 1, superset: 1, f1: 1 },
    { calls: 'gf', equal: 0, subset: 0, superset: 0, f1: 0.5 },
    { calls: 'f', equal: 0, subset: 1, superset: 0, f1: 2 / 3 },
    { calls: 'fxg', equal: 0, subset: 0, superset: 1, f1: 0.8 },
    { calls: 'gfg', equal: 0, subset: 0, superset: 1, f1: 0.8 },
    { calls: '', equal: 0, subset: 1, superset: 0, f1: 0 },
  ])('gives the ordered calls "$calls" $equal, $subset, $superset, $f1', async ({ calls, ...scores }) => {
    for (const [mode, wanted] of Object.entries(scores)) {
      const given = [...calls].map((name) => call(name));

      expect(await score({ mode, ordered: true }, [{ name: 'f' }, { name: 'g' }], given)).toBeCloseTo(wanted, 12);
    }
  });

  it('keeps as many calls in order as there are, not the first that come', async () => {
    const wanted = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

    expect(await score({ ordered: true }, wanted, [call('b'), call('c'), call('a')])).toBeCloseTo(2 / 3, 12);
  });

  it('never gives less without an order than with one, and as much as the best pairing has', async () => {
    const calls = fc.array(fc.record({ name: fc.constantFrom('f', 'g'), arguments: fc.constantFrom(1, 2) }), {
      maxLength: 5,
    });
    const wanted = fc.array(
      fc.record({ name: fc.constantFrom('f', 'g'), arguments: fc.constantFrom(1, 2) }, { requiredKeys: ['name'] }),
      { maxLength: 5 },
    );
    const best = (left: readonly { name: string; arguments?: number }[], right: readonly ToolCall[]): number => {
      const [first, ...others] = left;
      if (first === undefined) return 0;
      const taking = right.flatMap((one, i) =>
        one.name === first.name && (first.arguments ?? one.arguments) === one.arguments
          ? [1 + best(others, right.toSpliced(i, 1))]
          : [],
      );
      return Math.max(best(others, right), ...taking);
    };
    await fc.assert(
      fc.asyncProperty(wanted, calls, async (expected, given) => {
        const free = await score({}, expected as Json, given);

        expect(await score({ ordered: true }, expected as Json, given)).toBeLessThanOrEqual(free);
        const all = expected.length + given.length;
        expect(free).toBeCloseTo(all === 0 ? 1 : (2 * best(expected, given)) / all, 12);
      }),
    );
  });

  it('says which calls were missing and which were not wanted', async () => {
    const expected: Json = [{ name: 'find', arguments: { id: 7 } }, { name: 'send' }];

    const { feedback } = await scoreOf({ type: 'tool_calls' }, expected, { toolCalls: [call('find', { id: 8 })] });

    expect(feedback).toBe('The calls are not right: missing find({"id":7}), send(); not wanted find({"id":8}).');
  });

  it('turned round, says what must not be called', async () => {
    const settings = { type: 'tool_calls', value: [{ name: 'pay' }], mode: 'superset', not: true };

    const { feedback } = await scoreOf(settings, undefined, { text: 'Done.', toolCalls: [call('pay', { sum: 5 })] });

    expect(feedback).toBe('The answer must not call pay(), but was "Done.".');
  });

  it('takes arguments nested 100,000 deep as wrong ones, not as an error', async () => {
    const expected = [{ name: 'f', arguments: { a: [[1]] } }];
    const given = { toolCalls: [call('f', { a: nested(100_000) })] };

    for (const settings of [{}, { arguments: 'subset' }]) {
      const { score: got, feedback } = await scoreOf({ type: 'tool_calls', ...settings }, expected, given);

      expect(got).toBe(0);
      expect(feedback).toContain('not wanted f(a value that is nested too deeply to be shown)');
    }
  });

  it.each([{ ordered: false }, { ordered: true }])('pairs thousands of calls, $ordered', async ({ ordered }) => {
    const wanted = Array.from({ length: 20 }, (_, i) => ({ name: 'f', arguments: { i } }));
    const given = Array.from({ length: 10_000 }, (_, i) => call('f', { i, text: 'x'.repeat(50) }));

    expect(await score({ ordered, arguments: 'subset', mode: 'superset' }, wanted, given)).toBe(1);
  });

  it('pairs a thousand calls that are all alike, each with one', async () => {
    // By exchanging places one after the other, this takes the third power of them: seconds.
    const wanted = Array.from({ length: 1_000 }, () => ({ name: 'f' }));
    const given = Array.from({ length: 1_000 }, () => call('f'));
    const began = performance.now();

    expect(await score({ mode: 'equal' }, wanted, given)).toBe(1);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it.each([[undefined], [null], ['f'], [{ name: 'f' }], [['f']], [[{ name: '' }]], [[{ name: 'f', args: {} }]]] as [
    Json | undefined,
  ][])('refuses to score against %j: that is an error and no score', async (expected) => {
    await expect(score({}, expected, [])).rejects.toThrow(
      'Example x-1: tool_calls needs `value` in the eval or a list of { name, arguments } as `expected`.',
    );
  });

  it('is refused where the model has no functions, with what to do', () => {
    const settings = evalOf({ type: 'tool_calls' });

    expect(problemOf(settings, { modelName: 'm', hasTools: true, prices: {} })).toBeNull();
    expect(problemOf(settings, { modelName: 'm', hasTools: false, prices: {} })).toEqual({
      field: 'type',
      message: 'scores calls of functions, and the model is given none.',
      remedy: 'Name them in the task: model: { tools: [ … ] }.',
    });
  });
});
