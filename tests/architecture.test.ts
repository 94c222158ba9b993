import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** What the service around the workflow stands on. */
const underService = [
  'synthesis',
  'datasets',
  'rollout',
  'report',
  'evaluation',
  'evals',
  'store',
  'model',
  'optimizer',
  'platform',
  'contracts',
];

/** What each folder may import of the others (DESIGN §2); its own files always. */
const mayImport: Record<string, readonly string[]> = {
  contracts: [],
  platform: ['contracts'],
  optimizer: ['contracts'],
  model: ['platform', 'contracts', 'optimizer'],
  store: ['platform', 'contracts', 'optimizer'],
  evals: ['store', 'model', 'optimizer', 'platform', 'contracts'],
  evaluation: ['evals', 'optimizer', 'contracts'],
  report: ['evaluation', 'evals', 'store', 'model', 'optimizer', 'platform', 'contracts'],
  rollout: ['evaluation', 'evals', 'store', 'model', 'optimizer', 'platform', 'contracts'],
  datasets: ['optimizer', 'contracts'],
  synthesis: ['datasets', 'rollout', 'evaluation', 'evals', 'store', 'model', 'optimizer', 'platform', 'contracts'],
  service: underService,
  api: ['service', ...underService],
  handlers: ['api', 'service', ...underService],
};

const files = globSync('{lambdas,local,cdk}/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.d.ts'));

/** Files that a file imports, by path from the root; type imports included. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf-8');
  return [...text.matchAll(/from '(\.[^']+)'/g)].map(([, path = '']) =>
    relative(root, join(root, dirname(file), path)),
  );
}

const folderOf = (file: string): string => file.split('/')[1] ?? '';

describe('the shape of the house', () => {
  it('imports one way', () => {
    const wrong = files
      .filter((file) => file.startsWith('lambdas/'))
      .flatMap((file) =>
        importsOf(file)
          .filter(
            (other) =>
              !other.startsWith('lambdas/') ||
              (folderOf(other) !== folderOf(file) && !mayImport[folderOf(file)]?.includes(folderOf(other))),
          )
          .map((other) => `${file} → ${other}`),
      );
    expect(wrong).toEqual([]);
  });

  it('has no circles', () => {
    const graph = new Map(files.map((file) => [file, importsOf(file)]));
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) throw new Error(`circle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`);
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) expect(() => visit(file, [])).not.toThrow();
    expect(done.size).toBeGreaterThan(50);
  });

  it('keeps the optimizer pure: no clock, no randomness of its own, no environment', () => {
    const impure = files
      .filter((file) => file.startsWith('lambdas/optimizer/'))
      .filter((file) =>
        /Date\.now|new Date|Math\.random|process\.env|setTimeout|performance\./.test(
          readFileSync(join(root, file), 'utf-8'),
        ),
      );
    expect(impure).toEqual([]);
  });
});
