/** What is known of a task from its history: whether its test set is still sealed, and how sure its judges are. */
import type { Known } from '../contracts/context.ts';
import type { Example } from '../contracts/dataset.ts';
import type { EvalSettings } from '../contracts/evals.ts';
import type { HistoryEntry } from '../contracts/history.ts';
import type { Task } from '../contracts/task.ts';
import { loadHistory } from '../store/history.ts';
import { contentHash } from './resolve-task.ts';

export async function knownOf(task: Task, test: readonly Example[]): Promise<Known> {
  const entries = await loadHistory(task.name);
  return { unsealed: unsealedIn(entries, hashesOf(test)), judgeNoise: noiseIn(entries, task) };
}

/** When examples of a test set were looked at, by run. */
export function unsealedIn(entries: readonly HistoryEntry[], test: readonly string[]): Known['unsealed'] {
  return entries.flatMap((entry) => {
    if (entry.kind !== 'unsealed') return [];
    const seen = new Set(entry.examples);
    const share = test.filter((hash) => seen.has(hash)).length / Math.max(1, test.length);
    return share === 0 ? [] : [{ runId: entry.runId, at: entry.at, share }];
  });
}

/** Identities of examples, whatever their ids: what they ask and what is expected. */
export function hashesOf(examples: readonly Example[]): string[] {
  return examples.map(({ input, expected }) => contentHash([input, expected ?? null]).slice(0, 12)).sort();
}

/** Identity of an eval with its judge: with another word or model it is another one. */
export function evalHashOf(settings: EvalSettings, task: Pick<Task, 'judge'>): string {
  const { weight: _weight, guard: _guard, threshold: _threshold, not: _not, judge, ...asked } = settings;
  return contentHash([asked, judge ?? task.judge ?? null]);
}

/** The last measurement of each eval that is still what it was. */
function noiseIn(entries: readonly HistoryEntry[], task: Task): Known['judgeNoise'] {
  const noise: Known['judgeNoise'] = {};
  for (const entry of entries) {
    if (entry.kind !== 'calibrated') continue;
    for (const settings of task.evals) {
      const measured = Object.hasOwn(entry.noise, settings.name) ? entry.noise[settings.name] : undefined;
      if (measured?.evalHash !== evalHashOf(settings, task)) continue;
      noise[settings.name] = { sd: measured.sd, answers: measured.answers, runId: entry.runId, at: entry.at };
    }
  }
  return noise;
}
