import { defineConfig } from 'vitest/config';

/** Folders whose tests change nothing that another file could see: they share workers, which saves starting one for each. */
const pure = [
  'contracts',
  'evals',
  'evaluation',
  'model',
  'optimizer',
  'report',
  'synthesis',
  'datasets',
  'local/simulated-model',
  'cdk',
].map((folder) => `tests/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    // Some files mostly wait (for retries, for processes of their own), so one more worker than usual keeps two cores busy.
    maxWorkers: 3,
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      { extends: true, test: { name: 'whole', include: ['tests/**/*.test.ts'], exclude: pure } },
    ],
  },
});
