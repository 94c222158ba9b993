import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { taskSchema } from '../../lambdas/contracts/task.ts';
import { taskFileSchema } from '../../lambdas/evals/task-schema.ts';
import { contentHash, toTask } from '../../lambdas/rollout/resolve-task.ts';
import { taskFileOf } from './task.ts';

describe('toTask', () => {
  it('leaves the datasets and the path of the schema behind', () => {
    const schema = { type: 'object' };

    const task = toTask(taskFileOf({ output: { schema: 'schema.json' } }), schema);

    expect(task).not.toHaveProperty('datasets');
    expect(task).not.toHaveProperty('output');
    expect(task.outputSchema).toEqual(schema);
    expect(taskSchema.parse(task)).toEqual(task);
  });

  it('has no schema when the task has none', () => {
    expect(toTask(taskFileOf(), undefined)).not.toHaveProperty('outputSchema');
  });

  it('sends the plain input where the prompt has no user component', () => {
    expect(toTask(taskFileOf({ prompt: { system: 'S' } }), undefined).prompt).toEqual({
      system: 'S',
      user: '{{input}}',
    });
    expect(toTask(taskFileOf({ prompt: { user: 'U' } }), undefined).prompt).toEqual({ user: 'U' });
  });

  it('does not change what it is given', () => {
    const file = taskFileOf({ prompt: { system: 'S' } });
    const before = structuredClone(file);

    toTask(file, undefined);

    expect(file).toEqual(before);
  });
});

describe('contentHash', () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, inner]) => [name, shuffled(inner)]),
    );
  };

  it('is the same whatever the order of keys, however deep', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(contentHash(shuffled(value))).toBe(contentHash(value));
      }),
    );
  });

  it('differs between values that differ', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        // -0 is written as 0.
        const written = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

        expect(contentHash(one) === contentHash(other)).toBe(isDeepStrictEqual(written(one), written(other)));
      }),
    );
    expect(contentHash([1, 2])).not.toBe(contentHash([2, 1]));
    expect(contentHash({ a: 1 })).not.toBe(contentHash({ a: '1' }));
    expect(contentHash(JSON.parse('{"__proto__":1}'))).not.toBe(contentHash({}));
  });

  it('is what it was of a task in the folders of earlier versions: their runs can still be resumed', () => {
    const task = {
      ...{ name: 'tickets', prompt: { system: 'Answer.' }, model: { name: 'm' }, reflection: { name: 'r' } },
      ...{ datasets: { train: 'train.jsonl', test: 'test.jsonl' }, evals: [{ name: 'label', type: 'exact_match' }] },
    };

    expect(contentHash(taskFileSchema.parse(task))).toMatch(/^b1fdac727531554c/);
  });
});
