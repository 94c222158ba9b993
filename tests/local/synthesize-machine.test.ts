import { describe, expect, it } from 'vitest';
import { RateLimitedError } from '../../lambdas/contracts/errors.ts';
import { recordFailureInputSchema } from '../../lambdas/contracts/payloads.ts';
import {
  type ExecutionResult,
  type StateFunction,
  startExecution,
  synthesizeDefinitionPath,
} from '../../local/engine.ts';

/** What the functions of the machine were given, in order. */
type Calls = [name: string, payload: unknown][];

/** Plays the functions: PlanSynthesis names these steps, one a turn, with two items each. */
async function run(
  steps: readonly string[],
  given: Readonly<Record<string, StateFunction>> = {},
): Promise<{ result: ExecutionResult; calls: Calls }> {
  const calls: Calls = [];
  let turn = 0;
  const played: Record<string, StateFunction> = {
    PrepareSynthesis: async () => ({ runId: 'r-1', turn: 0, results: [] }),
    PlanSynthesis: async () => {
      const next = steps[turn];
      turn += 1;
      return { runId: 'r-1', turn, next, maxConcurrency: 1, items: [{ index: 0 }, { index: 1 }] };
    },
    Generate: done,
    AnswerInputs: done,
    ConcludeSynthesis: async () => ({ runId: 'r-1' }),
    RecordFailure: async (event) => {
      const { runId, error } = recordFailureInputSchema.parse(event);
      return { runId, error: error.Error, message: error.Cause ?? '' };
    },
    ...given,
  };
  const functions = Object.fromEntries(
    Object.entries(played).map(([name, fn]): [string, StateFunction] => [
      name,
      (event) => {
        calls.push([name, event]);
        return fn(event);
      },
    ]),
  );
  const { result } = startExecution('r-1', { specs: [] }, { definitionPath: synthesizeDefinitionPath, functions });
  return { result: await result, calls };
}

const done: StateFunction = async (event) => ({ status: 'done', index: Reflect.get(Object(event), 'index') });

describe('the machine of a synthesis', () => {
  it('goes from step to step as PlanSynthesis says, and gives each item its place', async () => {
    const { result, calls } = await run(['topics', 'inputs', 'answers', 'conclude']);

    expect(result).toEqual({ status: 'SUCCEEDED', output: { runId: 'r-1' } });
    const results = [0, 1].map((index) => ({ status: 'done', index }));
    const items = (name: string, turn: number): Calls => [0, 1].map((index) => [name, { runId: 'r-1', turn, index }]);
    expect(calls).toEqual([
      ['PrepareSynthesis', { runId: 'r-1', input: { specs: [] } }],
      ['PlanSynthesis', { runId: 'r-1', turn: 0, results: [] }],
      ...items('Generate', 1),
      ['PlanSynthesis', { runId: 'r-1', turn: 1, results }],
      ...items('Generate', 2),
      ['PlanSynthesis', { runId: 'r-1', turn: 2, results }],
      ...items('AnswerInputs', 3),
      ['PlanSynthesis', { runId: 'r-1', turn: 3, results }],
      ['ConcludeSynthesis', { runId: 'r-1', turn: 4 }],
    ]);
  });

  it.each([
    ['topics', 'Generate'],
    ['inputs', 'Generate'],
    ['answers', 'AnswerInputs'],
  ])('tells PlanSynthesis which items failed, and goes on: %s', async (step, name) => {
    const { result, calls } = await run([step, 'conclude'], {
      [name]: (event) => (Reflect.get(Object(event), 'index') === 0 ? Promise.reject(new TypeError('x')) : done(event)),
    });

    expect(result.status).toBe('SUCCEEDED');
    expect(calls.at(-2)).toEqual([
      'PlanSynthesis',
      {
        runId: 'r-1',
        turn: 1,
        results: [
          { status: 'failed', index: 0, error: 'TypeError' },
          { status: 'done', index: 1 },
        ],
      },
    ]);
  });

  it('records why it failed, under the name of the execution', async () => {
    const { result, calls } = await run([], {
      PrepareSynthesis: () => Promise.reject(new RateLimitedError('Too many.')),
    });

    expect(result).toMatchObject({ status: 'FAILED', error: 'SynthesisFailed', cause: 'RateLimitedError: Too many.' });
    expect(calls.at(-1)).toMatchObject(['RecordFailure', { runId: 'r-1' }]);
  });

  it('fails at a step that it does not have', async () => {
    const { result } = await run(['verify']);

    expect(result).toMatchObject({ status: 'FAILED', error: 'SynthesisFailed' });
    expect(result).toMatchObject({ cause: expect.stringContaining('UnknownStep: PlanSynthesis named a step') });
  });
});
