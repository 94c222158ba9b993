/** Identity of what a re-optimization depends on: where it is the same, only the model's answers may have changed. Pure. */
import type { Example } from '../contracts/dataset.ts';
import type { Components, Task } from '../contracts/task.ts';
import { contentHash, judgedEvals } from './resolve-task.ts';

type Splits = Readonly<Partial<Record<'train' | 'validation' | 'test', readonly Example[]>>>;

/**
 * What a run may spend, when it is due and who promotes its winner say nothing of what it would find; the seed and the
 * calls in flight only of chance.
 * @param ownPrompt the prompt that the task itself has, whatever the search starts from
 */
export function fingerprintOf(task: Task, ownPrompt: Components, { train, validation, test }: Splits): string {
  const { name: _name, budget: _budget, promotion: _promotion, schedule: _schedule, optimizer, ...rest } = task;
  const { seed: _seed, concurrency: _concurrency, ...search } = optimizer;
  const asked = { ...rest, prompt: ownPrompt, evals: judgedEvals(task), optimizer: search };
  return contentHash([asked, train ?? null, validation ?? null, test ?? null]).slice(0, 32);
}
