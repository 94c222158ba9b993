/** List prices in US dollars for a million tokens (OpenAI's price page, standard tier, 2025-11). A task's `prices` win. */
import type { Price, Task } from '../contracts/task.ts';

const listPrices: Readonly<Record<string, Price>> = {
  'gpt-5.1': { input: 1.25, output: 10 },
  'gpt-5': { input: 1.25, output: 10 },
  'gpt-5-mini': { input: 0.25, output: 2 },
  'gpt-5-nano': { input: 0.05, output: 0.4 },
  'gpt-4.1': { input: 2, output: 8 },
  'gpt-4.1-mini': { input: 0.4, output: 1.6 },
  'gpt-4.1-nano': { input: 0.1, output: 0.4 },
  'gpt-4o': { input: 2.5, output: 10 },
  'gpt-4o-mini': { input: 0.15, output: 0.6 },
  o3: { input: 2, output: 8 },
  'o4-mini': { input: 1.1, output: 4.4 },
};

/** The price of a model, dated names (`gpt-4.1-2025-04-14`) included; null when it is not known. */
export function priceOf(model: string, taskPrices: Readonly<Record<string, Price>>): Price | null {
  const undated = model.replace(/-\d{4}-\d{2}-\d{2}$/, '');
  return own(taskPrices, model) ?? own(listPrices, model) ?? own(listPrices, undated) ?? null;
}

function own(prices: Readonly<Record<string, Price>>, model: string): Price | undefined {
  return Object.hasOwn(prices, model) ? prices[model] : undefined;
}

/** The prices of a task's models; null where one is not known. */
export function pricesOf(task: Task): { task: Price | null; reflection: Price | null } {
  return { task: priceOf(task.model.name, task.prices), reflection: priceOf(task.reflection.name, task.prices) };
}
