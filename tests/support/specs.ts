/** Specs on disk for tests: one of each type, and the one that tests change. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type SpecType, specSchema, specTypeFields } from '../../lambdas/contracts/spec.ts';

export const TASK = { prompt: { system: 'You answer customers.' }, model: { name: 'task-model', maxOutputTokens: 64 } };

/** A folder that is gone after the test. */
export function newFolder({ onTestFinished }: { onTestFinished: (close: () => void) => unknown }): string {
  const folder = mkdtempSync(join(tmpdir(), 'prompt-optimizer-spec-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A spec of a type with all that it needs and nothing more. */
export function specOfType(type: SpecType): Record<string, unknown> {
  const needed = Object.entries(specTypeFields[type]).filter(([, schema]) => !schema.safeParse(undefined).success);
  const fields = needed.map(([name, schema]) => [name, schema.safeParse('text').success ? `${name} of it` : [name]]);
  return { name: type.replaceAll('_', '-'), type, ...Object.fromEntries(fields), task: TASK };
}

export const oneOfEachType = specSchema.options
  .map(({ shape }) => shape.type.value)
  .map((type) => [type, specOfType(type)] as const);

export function writeSpec(folder: string, spec: Record<string, unknown>, name = 'x.spec.yaml'): string {
  const path = join(folder, name);
  writeFileSync(path, stringify(spec));
  return path;
}
