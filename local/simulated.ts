/** The model of a local run: the user's own, or the simulated one where none is named. */
import { optionalEnv } from '../lambdas/platform/env.ts';
import { judgesOf } from '../lambdas/rollout/check-task.ts';
import { SIMULATED_MODEL_NOTICE, startSimulatedModel } from './simulated-model/index.ts';
import type { LoadedTask } from './task-file.ts';

/** Does `work` with a model to be found in the environment. `notice` is what a result must say of it. */
export async function withModel<T>(work: (notice: string | undefined) => Promise<T>): Promise<T> {
  const isSimulated = optionalEnv('OPENAI_API_KEY') === undefined && optionalEnv('OPENAI_BASE_URL') === undefined;
  const simulated = isSimulated ? await startSimulatedModel() : undefined;
  if (simulated !== undefined) process.env.OPENAI_BASE_URL = simulated.baseUrl;
  // Servers on one's own machine need no key, but the client wants one.
  process.env.OPENAI_API_KEY ??= 'none';
  try {
    return await work(isSimulated ? SIMULATED_MODEL_NOTICE : undefined);
  } finally {
    await simulated?.close();
  }
}

/** The simulated model costs nothing, whatever names it answers to. */
export function atNoPrice(loaded: LoadedTask, otherModels: readonly string[] = []): LoadedTask {
  const { file, task } = loaded;
  const free = { input: 0, output: 0 };
  const models = [task.model.name, task.reflection.name, ...judgesOf(task), ...otherModels];
  const prices = { ...task.prices, ...Object.fromEntries(models.map((model) => [model, free])) };
  return { ...loaded, file: { ...file, prices }, task: { ...task, prices } };
}
