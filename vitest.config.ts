import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

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

/** Folders whose files each start stores of their own and take the environment back: they share workers one after another. */
const stores = [
  '{api,service,store,rollout,platform}/**/*',
  'local/{dataset,edited-text,progress,review-page,spec-file}',
].map((files) => `tests/${files}.test.ts`);

/** Files that wait for long begin first: begun last, they would keep one worker busy while the others have nothing left. */
const longest = [
  'local/failing-server',
  'local/resume',
  'local/run',
  'handlers/crashes',
  'handlers/interruptions',
  'local/cli',
  'local/evaluate',
  'local/guards',
  'local/bad-input',
  'handlers/synthesis',
].map((name) => `/tests/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((name) => moduleId.endsWith(name));
      return at === -1 ? longest.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    // Some files mostly wait (for retries, for processes of their own), so one more worker than usual keeps two cores busy.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      { extends: true, test: { name: 'stores', include: stores, isolate: false } },
      { extends: true, test: { name: 'whole', include: ['tests/**/*.test.ts'], exclude: [...pure, ...stores] } },
    ],
  },
});
