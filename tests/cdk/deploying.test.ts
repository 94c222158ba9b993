import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configSchema } from '../../cdk/config.ts';
import { synthesisInputSchema } from '../../lambdas/contracts/synthesis.ts';
import { evaluationInputSchema, executionInputSchema } from '../../lambdas/evals/task-schema.ts';

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const page = read('deploying.md');
const inputs = [...`${page}\n${read('operations.md')}`.matchAll(/```json\n(.*?)```/gs)];

describe('docs/deploying.md and docs/operations.md', () => {
  it.each(inputs.map(([, json = '']) => [json]))('show an input that starts a machine: %.60j', (json) => {
    const input: object = JSON.parse(json);
    const schema =
      'specs' in input ? synthesisInputSchema : 'evaluation' in input ? evaluationInputSchema : executionInputSchema;

    const parsed = schema.safeParse(input);

    expect(parsed.error === undefined ? '' : z.prettifyError(parsed.error)).toBe('');
  });

  it('name every choice of a deployment with its default', () => {
    const rows = new Map([...page.matchAll(/^\| `(\w+)` +\| (?:`(.*?)`)?/gm)].map(([, key, value]) => [key, value]));
    const defaults = configSchema.parse({});

    for (const key of configSchema.keyof().options) {
      expect(rows.has(key), key).toBe(true);
      if (defaults[key] !== undefined) expect(rows.get(key)).toBe(String(defaults[key]));
    }
  });
});
