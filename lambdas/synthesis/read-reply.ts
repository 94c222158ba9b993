/** What a reply of the generator holds that can be used, item by item; what cannot is counted by why. */
import type { Example, Json } from '../contracts/dataset.ts';
import type { Generated, Rejected } from '../contracts/synthesis.ts';
import { parseAnswer } from '../evals/json-answer.ts';
import { isRecord, own } from '../evals/scorer.ts';
import type { Request } from './requests.ts';
import { topicName } from './topics.ts';

/** Longest input that is kept, UTF-8 bytes: an example must fit in a prompt and in a row. */
const LONGEST_INPUT_BYTES = 50_000;
const MOST_STEPS = 32;
const LONGEST_STEP_CHARS = 5_000;

export const nothingRejected: Rejected = {
  missing: 0,
  extra: 0,
  empty: 0,
  malformed: 0,
  offSchema: 0,
  repeated: 0,
  nearDuplicates: 0,
};

export type ReadReply = Pick<Generated, 'topics' | 'steps' | 'inputs' | 'rejected'>;

/**
 * @param value the reply as JSON; undefined: it is none
 * @param fits whether the task's input schema allows an input; null: inputs are texts
 */
export function readReply(
  request: Request,
  value: Json | undefined,
  fits: ((input: Json) => boolean) | null,
): ReadReply {
  const nothing: ReadReply = { topics: [], steps: [], inputs: [], rejected: nothingRejected };
  const list = listOf(value, { topics: 'topics', judge: 'steps', inputs: 'inputs' }[request.asks]);
  if (list === null) return { ...nothing, rejected: { ...nothingRejected, malformed: wantedOf(request) } };
  if (request.asks === 'inputs') return { ...nothing, ...readInputs(request, list, fits) };
  if (request.asks === 'topics') return { ...nothing, ...readTopics(request.count, list) };
  const steps = textsOf(list)
    .slice(0, MOST_STEPS)
    .map((step) => step.slice(0, LONGEST_STEP_CHARS));
  return { ...nothing, steps, rejected: { ...nothingRejected, missing: steps.length === 0 ? 1 : 0 } };
}

/** How many items a request asks for. */
export function wantedOf(request: Request): number {
  return request.asks === 'inputs' ? request.plans.length : request.asks === 'topics' ? request.count : 1;
}

function readTopics(count: number, list: readonly Json[]): Pick<ReadReply, 'topics' | 'rejected'> {
  const names = textsOf(list)
    .map(topicName)
    .filter((name) => name !== '');
  const seen = new Set<string>();
  const topics = names.filter((name) => !seen.has(name.toLowerCase()) && seen.add(name.toLowerCase()));
  return {
    topics: topics.slice(0, count),
    rejected: {
      ...nothingRejected,
      malformed: list.length - names.length,
      repeated: names.length - topics.length,
      extra: Math.max(0, topics.length - count),
      missing: Math.max(0, count - topics.length),
    },
  };
}

function readInputs(
  { plans }: Extract<Request, { asks: 'inputs' }>,
  list: readonly Json[],
  fits: ((input: Json) => boolean) | null,
): Pick<ReadReply, 'inputs' | 'rejected'> {
  const open = new Set(plans.map(({ slot }) => slot));
  const inputs: Generated['inputs'] = [];
  const rejected = { ...nothingRejected };
  for (const item of list) {
    const slot = isRecord(item) ? Number(own(item, 'slot')) : Number.NaN;
    const given = isRecord(item) ? own(item, 'input') : undefined;
    if (given === undefined || !Number.isInteger(slot)) rejected.malformed += 1;
    else if (!open.has(slot)) rejected.extra += 1;
    else {
      const read = readInput(given, fits);
      if (typeof read === 'string') rejected[read] += 1;
      else {
        open.delete(slot);
        inputs.push({ slot, input: read.input });
      }
    }
  }
  rejected.missing = open.size;
  return { inputs, rejected };
}

function readInput(
  given: Json,
  fits: ((input: Json) => boolean) | null,
): { readonly input: Example['input'] } | 'empty' | 'malformed' | 'offSchema' {
  if (fits === null) {
    if (typeof given !== 'string' || Buffer.byteLength(given) > LONGEST_INPUT_BYTES) return 'malformed';
    const input = given.toWellFormed().trim();
    return input === '' ? 'empty' : { input };
  }
  const value = typeof given === 'string' ? parseAnswer(given).value : given;
  if (!isRecord(value) || Buffer.byteLength(JSON.stringify(value)) > LONGEST_INPUT_BYTES) return 'malformed';
  return fits(value) ? { input: value } : 'offSchema';
}

/** The list under a name, or the reply itself where it is a list. */
function listOf(value: Json | undefined, name: string): readonly Json[] | null {
  if (Array.isArray(value)) return value;
  const list = isRecord(value) ? own(value, name) : undefined;
  return Array.isArray(list) ? list : null;
}

function textsOf(list: readonly Json[]): string[] {
  return list.flatMap((one) => (typeof one === 'string' && one.trim() !== '' ? [one.trim().toWellFormed()] : []));
}
