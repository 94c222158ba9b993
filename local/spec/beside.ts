/** Files of YAML that are kept beside a spec: read against their schema, written whole with a header that says what they are. */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';
import { describeIssues } from '../../lambdas/contracts/issues.ts';
import { parseYaml, readText } from '../yaml-file.ts';

/**
 * Reads a file, YAML or JSON.
 * @throws InvalidInputError with the lines when it does not have its form
 */
export function readKept<T>(path: string, schema: z.ZodType<T>): T {
  const file = relative(process.cwd(), path) || path;
  const text = readText(file, path, 'Give the path of a file that was written here.');
  if (/^\s*<(?:!doctype|html)/i.test(text)) {
    const remedy = 'Open it in a browser, and give the file that it saves.';
    throw new InvalidInputError([{ file, message: 'is the page itself.', remedy }]);
  }
  const { value, lineOf } = parseYaml(file, text);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(
    describeIssues(parsed.error, value, schema).map(({ path: field, problem }) => ({
      ...problem,
      field: field.length === 0 ? undefined : problem.field,
      file,
      line: lineOf(field),
    })),
  );
}

/** The same; null when there is no such file. */
export function readIfKept<T>(path: string, schema: z.ZodType<T>): T | null {
  return existsSync(path) ? readKept(path, schema) : null;
}

/** Writes a file whole, or leaves the one that is there. @param header lines of comment */
export function keep(path: string, header: string, value: unknown): void {
  replaceFile(path, `${commented(header)}${stringify(value, { lineWidth: 0 })}`);
}

/** Adds an entry to a file that is a list. */
export function keepInList(path: string, header: string, entry: unknown): void {
  const before = existsSync(path) ? readFileSync(path, 'utf-8') : commented(header);
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  if (existsSync(path)) appendFileSync(path, `${gap}${stringify([entry], { lineWidth: 0 })}`);
  else writeFileSync(path, `${before}${stringify([entry], { lineWidth: 0 })}`);
}

/** A process that is killed while it writes leaves the old file. */
export function replaceFile(path: string, text: string): void {
  const draft = `${path}.new`;
  writeFileSync(draft, text);
  renameSync(draft, path);
}

function commented(header: string): string {
  return `${header
    .split('\n')
    .map((line) => `# ${line}`)
    .join('\n')}\n`;
}
