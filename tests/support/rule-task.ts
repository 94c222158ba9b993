/** A task of the rule world on disk, as a user would have it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type RuleWorld, type RuleWorldOptions, ruleWorld } from '../../bench/rule-world.ts';
import { type LoadedTask, loadTask } from '../../local/task-file.ts';

export interface RuleTask {
  readonly world: RuleWorld;
  /** A fresh folder with task.yaml and its datasets. */
  readonly folder: string;
  readonly taskPath: string;
  load(...overrides: string[]): LoadedTask;
  remove(): void;
}

/** Writes the task; `changes` are laid over its fields. */
export function writeRuleTask(options: RuleWorldOptions, changes: Record<string, unknown> = {}): RuleTask {
  const world = ruleWorld(options);
  const folder = mkdtempSync(join(tmpdir(), 'prompt-optimizer-'));
  const taskPath = join(folder, 'task.yaml');
  const lines = (examples: readonly object[]): string =>
    `${examples.map((example) => JSON.stringify(example)).join('\n')}\n`;
  writeFileSync(join(folder, 'train.jsonl'), lines(world.train));
  writeFileSync(join(folder, 'validation.jsonl'), lines(world.validation));
  writeFileSync(join(folder, 'test.jsonl'), lines(world.test));
  const task = {
    name: 'rules',
    prompt: { system: world.system, user: '{{input}}' },
    model: { name: 'task-model', temperature: 0, maxOutputTokens: 64 },
    reflection: { name: 'reflection-model' },
    datasets: { train: 'train.jsonl', validation: 'validation.jsonl', test: 'test.jsonl' },
    evals: [{ name: 'code', type: 'exact_match' }],
    optimizer: { generations: 20, proposals: 4, minibatchSize: 3, concurrency: 16, seed: options.seed },
    budget: { rollouts: 600 },
    ...changes,
  };
  writeFileSync(taskPath, stringify(task));
  return {
    world,
    folder,
    taskPath,
    load: (...overrides) => loadTask(taskPath, overrides),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
