import { describe, expect, it } from 'vitest';
import { routes } from '../../lambdas/api/routes.ts';
import { ask } from './requests.ts';

const { body: document } = await ask('GET', '/openapi.json');

/** Every object in a JSON value. */
function* objectsIn(value: unknown): Generator<object> {
  if (typeof value !== 'object' || value === null) return;
  yield value;
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}
function at(...path: string[]): unknown {
  return path.reduce<unknown>((inner, name) => Reflect.get(Object(inner), name), document);
}
const operations = routes.map((route) => ({ route, operation: at('paths', route.path, route.method.toLowerCase()) }));

describe('the OpenAPI document', () => {
  it('has every route once, under a name of its own', () => {
    const names = operations.map(({ operation }) => Reflect.get(Object(operation), 'operationId'));

    expect(document.openapi).toBe('3.1.0');
    expect(names).toEqual(routes.map(({ operationId }) => operationId));
    expect(new Set(names).size).toBe(names.length);
  });

  it('refers only to what is in it, and has nothing that no one refers to', () => {
    const refs = [...objectsIn(document)].map((one) => Reflect.get(one, '$ref')).filter((ref) => ref !== undefined);
    const dangling = refs.filter((ref) => at(...String(ref).replace(/^#\//, '').split('/')) === undefined);
    const unused = Object.keys(Object(at('components', 'schemas'))).filter(
      (name) => !refs.includes(`#/components/schemas/${name}`),
    );

    expect(refs.length).toBeGreaterThan(50);
    expect([dangling, unused]).toEqual([[], []]);
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  it('names every parameter of a path, and no other', () => {
    for (const { route, operation } of operations) {
      const parameters = [...objectsIn(Reflect.get(Object(operation), 'parameters'))];
      const named = parameters
        .filter((one) => Reflect.get(one, 'in') === 'path')
        .map((one) => Reflect.get(one, 'name'));
      expect(named).toEqual([...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
  });

  it('says for each operation what it can answer: its own, and problems with their schema', () => {
    for (const { route, operation } of operations) {
      const responses = Object(Reflect.get(Object(operation), 'responses'));
      expect(Object.keys(responses)).toEqual(
        expect.arrayContaining([...Object.keys(route.responses), '400', '401', '500']),
      );
      if (Object.keys(route.body).length > 0)
        expect(Object.keys(responses)).toEqual(expect.arrayContaining(['413', '415', '422']));
    }
    expect(at('components', 'responses', 'Problem404', 'content', 'application/problem+json', 'schema')).toEqual({
      $ref: '#/components/schemas/Problem',
    });
  });

  it('tells what may be left out of a request, and that it is there in an answer', () => {
    const required = (name: string): unknown => at('components', 'schemas', name, 'required');

    expect(required('TaskInput')).toEqual(['prompt', 'model', 'reflection', 'datasets', 'evals']);
    expect(required('Task')).toEqual(['name', 'version', 'task', 'createdAt', 'schedule', 'links']);
    expect(at('paths', '/prompts/{task}/rollback', 'post', 'requestBody', 'required')).toBe(false);
    expect(at('paths', '/tasks/{name}', 'put', 'requestBody', 'required')).toBe(true);
  });
});
