/** The model of a local run: the user's own, or the simulated one where none is named. */
import { optionalEnv } from '../lambdas/platform/env.ts';
import { judgesOf } from '../lambdas/rollout/check-task.ts';
import { SIMULATED_MODEL_NOTICE, startSimulatedModel } from './simulated-model/index.ts';
import type { LoadedTask } from './task-file.ts';

/** The model that the environment names from now on. */
export interface LocalModel {
  /** What a result must say of it. */
  readonly notice: string | undefined;
  close(): Promise<void>;
}

/** Lets the environment name a model: the simulated one where the user names none. */
export async function startModel(): Promise<LocalModel> {
  const isSimulated = optionalEnv('OPENAI_API_KEY') === undefined && optionalEnv('OPENAI_BASE_URL') === undefined;
  const simulated = isSimulated ? await startSimulatedModel() : undefined;
  if (simulated !== undefined) process.env.OPENAI_BASE_URL = simulated.baseUrl;
  // Servers on one's own machine need no key, but the client wants one.
  process.env.OPENAI_API_KEY ??= 'none';
  return {
    notice: isSimulated ? SIMULATED_MODEL_NOTICE : undefined,
    close: async () => simulated?.close(),
  };
}

/** Does `work` with a model to be found in the environment. `notice` is what a result must say of it. */
export async function withModel<T>(work: (notice: string | undefined) => Promise<T>): Promise<T> {
  const model = await startModel();
  try {
    return await work(model.notice);
  } finally {
    await model.close();
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
