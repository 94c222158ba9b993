/** A stored task of the rule world, for tests of what surrounds its runs. */
import type { RuleWorld } from '../../bench/rule-world.ts';
import { taskNameSchema } from '../../lambdas/contracts/task.ts';
import { bucketNamed, putText } from '../../lambdas/store/objects.ts';
import { addTaskVersion, loadTaskVersion, saveTaskHead } from '../../lambdas/store/tasks.ts';

type World = Pick<RuleWorld, 'train' | 'validation' | 'test' | 'system'>;

/** Stores a version of the task as `PUT /tasks` does; `changes` are laid over its fields. */
export async function storeTask(
  name: string,
  { train, validation, test, system }: World,
  changes: Record<string, unknown> = {},
  schedule: Record<string, unknown> | null = null,
): Promise<number> {
  const version = ((await loadTaskVersion(name))?.version ?? 0) + 1;
  const datasets = {
    train: await upload('data', `${name}-train-${version}`, train),
    validation: await upload('data', `${name}-validation-${version}`, validation),
    test: await upload('sealed', `${name}-test-${version}`, test),
  };
  const task = {
    name,
    prompt: { system },
    model: { name: 'task-model' },
    reflection: { name: 'reflection-model' },
    datasets,
    evals: [{ name: 'code', type: 'exact_match' }],
    ...changes,
  };
  const at = '2026-01-01T00:00:00.000Z';
  const parsed = taskNameSchema.parse(name);
  await addTaskVersion({ name: parsed, version, hash: `${name}-${version}`, task, createdAt: at });
  const rules = {
    expression: 'rate(7 days)',
    timeZone: 'UTC',
    overlap: 'skip' as const,
    monthlyBudget: {},
    enabled: true,
  };
  await saveTaskHead({
    name: parsed,
    version,
    updatedAt: at,
    deletedAt: null,
    schedule: schedule === null ? null : { ...rules, ...schedule },
  });
  return version;
}

async function upload(bucket: 'data' | 'sealed', name: string, examples: readonly object[]): Promise<string> {
  const location = { bucket: bucketNamed(bucket), key: `uploads/${name}.jsonl` };
  await putText(location, examples.map((one) => `${JSON.stringify(one)}\n`).join(''), 'application/jsonl');
  return `s3://${location.bucket}/${location.key}`;
}
