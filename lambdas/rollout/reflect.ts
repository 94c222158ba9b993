/** One reflection: the call, the guards, one repair; each reply kept as it arrives, by (run, generation, slot, attempt). */
import type { Failure, Usage } from '../contracts/artifacts.ts';
import type { ReflectionRecord } from '../contracts/item-records.ts';
import type { Task } from '../contracts/task.ts';
import { placeholdersOf } from '../model/templates.ts';
import {
  REFLECTION_PROMPT,
  type ReflectionRequest,
  readReply,
  reflectionMessages,
  repairMessages,
} from '../optimizer/reflection-prompt.ts';
import { addUsage, noUsage } from '../optimizer/usage.ts';
import { stopRequested } from '../platform/shutdown.ts';
import { loadRecords, recordIds, saveRecord } from '../store/runs.ts';
import { type CallDependencies, callModel } from './call-model.ts';
import { type GuardContext, guardText } from './guards.ts';
import type { Lease } from './lease.ts';
import type { Interruption } from './purse.ts';

/** The first call and one repair. */
export const REFLECTION_ATTEMPTS = 2;

export interface ReflectionSlot {
  readonly runId: string;
  readonly epoch: number;
  readonly generation: number;
  readonly slot: number;
}

export type ReflectionOutcome =
  | { readonly status: 'proposed'; readonly text: string }
  | { readonly status: 'rejected'; readonly reason: string }
  | { readonly status: 'unanswered'; readonly reason: string }
  | { readonly status: 'interrupted'; readonly error: Interruption; readonly strayUsage: Usage };

/** The records of a slot, by attempt; null where there is none. */
export async function loadReflections(slot: Omit<ReflectionSlot, 'epoch'>): Promise<(ReflectionRecord | null)[]> {
  const ids = Array.from({ length: REFLECTION_ATTEMPTS }, (_, i) =>
    recordIds.reflection(slot.generation, slot.slot, i),
  );
  const records = await loadRecords('reflection', slot.runId, ids);
  return ids.map((id) => records.get(id) ?? null);
}

export async function reflect(
  slot: ReflectionSlot,
  task: Task,
  request: Omit<ReflectionRequest, 'placeholders' | 'maxChars'>,
  guard: Omit<GuardContext, 'parentText' | 'maxChars'>,
  lease: Lease,
  deps: CallDependencies,
): Promise<ReflectionOutcome> {
  const parentText = request.components[request.component] ?? '';
  const maxChars = Math.max(task.optimizer.maxComponentChars, parentText.length);
  const first = reflectionMessages({ ...request, placeholders: placeholdersOf(parentText), maxChars });
  const stored = await loadReflections(slot);
  let messages = first;
  let reason = '';
  for (let attempt = 0; attempt < REFLECTION_ATTEMPTS; attempt += 1) {
    const known = stored[attempt] ?? null;
    let record = standing(known, slot.epoch);
    if (record === null) {
      const stopped = stopRequested(slot.runId);
      if (stopped !== null) return { status: 'interrupted', error: stopped, strayUsage: noUsage() };
      const outcome = await callModel({ model: task.reflection, messages }, lease, deps);
      if (outcome.status === 'interrupted') {
        return { status: 'interrupted', error: outcome.error, strayUsage: outcome.usage };
      }
      record = {
        epoch: slot.epoch,
        prompt: REFLECTION_PROMPT,
        reply: outcome.status === 'answered' ? outcome.answer.text : null,
        truncated: outcome.status === 'answered' && outcome.answer.truncated,
        failure: outcome.status === 'failed' ? outcome.failure : null,
        usage: addUsage(known?.usage ?? noUsage(), outcome.usage),
      };
      await saveRecord('reflection', slot.runId, recordIds.reflection(slot.generation, slot.slot, attempt), record);
    }
    if (record.reply === null) return unanswered(record.failure, attempt, reason);
    const read = readReply(record.reply, record.truncated);
    const text = read.text === null ? null : withEndingOf(parentText, read.text);
    const problem = read.text === null ? read.reason : guardText(text ?? '', { ...guard, parentText, maxChars });
    if (text !== null && problem === null) return { status: 'proposed', text };
    reason = problem ?? '';
    messages = repairMessages(first, record.reply, reason);
  }
  return { status: 'rejected', reason: `guard: ${withoutQuotes(reason)}` };
}

/** A reply that failed for a passing reason is asked for again by a run that is started anew. */
function standing(record: ReflectionRecord | null, epoch: number): ReflectionRecord | null {
  return record?.failure?.transient === true && record.epoch !== epoch ? null : record;
}

function unanswered(failure: Failure | null, attempt: number, reason: string): ReflectionOutcome {
  if (attempt > 0) return { status: 'rejected', reason: `guard: ${withoutQuotes(reason)}` };
  return { status: 'unanswered', reason: `reflection failed (${failure?.name ?? 'no reply'})` };
}

/** A fence has no final line break; a text that had one keeps it, so that the diff shows only what was changed. */
function withEndingOf(parentText: string, text: string): string {
  return parentText.endsWith('\n') && !text.endsWith('\n') ? `${text}\n` : text;
}

/** Reasons are counted in the report: what differs from reply to reply is left out. */
function withoutQuotes(reason: string): string {
  return reason.replace(/ \(.*\)$/s, '').replace(/ has \d+ characters/, ' is too long');
}
