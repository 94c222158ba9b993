/** Rollouts by content key: whoever asks for the same rollout finds it, whatever run, item or retry paid for it. */
import { createHash } from 'node:crypto';
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { type PaidCall, paidCallSchema, type Rollout, rolloutSchema } from '../contracts/artifacts.ts';
import type { Example, Json, SplitName } from '../contracts/dataset.ts';
import type { EvalSettings } from '../contracts/evals.ts';
import type { Components, ModelSettings } from '../contracts/task.ts';
import { requireEnv } from '../platform/env.ts';
import { batchGet } from './batch.ts';
import { documentClient } from './clients.ts';
import { putGrouped } from './group-commit.ts';
import { getGrouped } from './group-read.ts';
import { tables } from './tables.ts';

/** `search`: train and validation; `sealed`: the test set, which only Verify may touch. */
export type RolloutTable = 'search' | 'sealed';

const tableNames = {
  search: () => requireEnv(tables.rollouts.env),
  sealed: () => requireEnv(tables.sealedRollouts.env),
};

/**
 * DynamoDB takes 400 KB an item, and 64 evals may leave 290 KB of feedback: a longer answer is kept with its end cut off
 * (its score stands). UTF-8 bytes.
 */
const MAX_OUTPUT_BYTES = 100_000;

/** Everything that a rollout's result depends on but the model's own chance, which `draw` counts. */
export interface RolloutIdentity {
  readonly split: SplitName;
  readonly example: Example;
  readonly components: Components;
  readonly model: ModelSettings;
  readonly outputSchema: Readonly<Record<string, Json>> | undefined;
  readonly evals: readonly EvalSettings[];
  readonly draw: number;
  /** The answer, where it was given and not made. */
  readonly given?: string;
}

export function rolloutKey(identity: RolloutIdentity): string {
  const { split, example, components, model, outputSchema, evals, draw, given } = identity;
  const { timeoutSeconds: _patience, ...settings } = model;
  const content = [
    split,
    example.id,
    example.input,
    example.expected ?? null,
    sorted(components),
    settings,
    outputSchema ?? null,
    evals,
    draw,
    ...(given === undefined ? [] : [given]),
    // A user's own scorer is given the metadata too.
    ...(evals.some(({ type }) => type === 'custom') ? [example.metadata ?? null] : []),
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** The stored rollouts, by key. */
export async function loadRollouts(table: RolloutTable, keys: readonly string[]): Promise<Map<string, Rollout>> {
  const items = await batchGet(
    tableNames[table](),
    keys.map((key) => ({ rolloutKey: key })),
    (input) => documentClient().send(new BatchGetCommand(input)),
  );
  return new Map(items.map((item) => [String(item.rolloutKey), rolloutSchema.parse(item)]));
}

/** Keeps a rollout the moment it is complete. */
export async function saveRollout(table: RolloutTable, rollout: Rollout): Promise<void> {
  const output = rollout.output === null ? null : cut(rollout.output);
  await putGrouped(tableNames[table](), tables.rollouts.partitionKey, { ...rollout, output });
}

/**
 * Longest value of a call that is kept, UTF-8 bytes: an item may have 400 KB. A call whose answer is longer is made again
 * after a crash.
 */
const MAX_VALUE_BYTES = 350_000;

/** Content key of a call: the same question, model and draw is paid for once. */
export function callKey(...content: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify(['call', ...content]))
    .digest('hex');
}

/** The stored calls, by key. */
export async function loadPaidCalls(table: RolloutTable, keys: readonly string[]): Promise<Map<string, PaidCall>> {
  const items = await batchGet(
    tableNames[table](),
    keys.map((key) => ({ rolloutKey: key })),
    (input) => documentClient().send(new BatchGetCommand(input)),
  );
  return new Map(items.map((item) => [String(item.rolloutKey), paidCallSchema.parse(item)]));
}

/** One stored call; null when there is none. Look-ups that are made at once share a request. */
export async function loadPaidCall(table: RolloutTable, key: string): Promise<PaidCall | null> {
  const item = await getGrouped(tableNames[table](), tables.rollouts.partitionKey, key);
  return item === null ? null : paidCallSchema.parse(item);
}

/** Keeps a call the moment it is answered; false: it is too long to be kept. */
export async function savePaidCall(table: RolloutTable, call: PaidCall): Promise<boolean> {
  if (Buffer.byteLength(call.value) > MAX_VALUE_BYTES) return false;
  await putGrouped(tableNames[table](), tables.rollouts.partitionKey, call);
  return true;
}

function cut(output: string): string {
  const bytes = Buffer.from(output, 'utf-8');
  if (bytes.length <= MAX_OUTPUT_BYTES) return output;
  // `stream` leaves out the character that the cut went through.
  return `${new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, MAX_OUTPUT_BYTES), { stream: true })}…`;
}

function sorted(components: Components): [string, string][] {
  return Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1));
}
