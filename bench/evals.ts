/** `npm run bench:evals`: calls and processor time of a rollout with twelve evals. See docs/benchmarks.md. */
import './quiet.ts';

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { onRunEvent } from '../lambdas/platform/events.ts';
import { evaluateDefinitionPath } from '../local/engine.ts';
import { executeLocally, taskInput } from '../local/run.ts';
import { loadTask } from '../local/task-file.ts';

const EXAMPLES = 300;
/** Times as many, to tell what each further rollout costs from what an evaluation costs whatever its size. */
const MANY = 4;

const rules = [
  { name: 'greets', type: 'starts_with', value: 'Dear' },
  { name: 'signs', type: 'contains', value: 'Regards' },
  { name: 'no_promise', type: 'contains_any', value: ['refund', 'compensation'], not: true },
  { name: 'no_shouting', type: 'regex', pattern: '[A-Z]{6,}', not: true },
  { name: 'short', type: 'length', max: 90 },
  { name: 'close', type: 'levenshtein' },
  { name: 'same_words', type: 'rouge_l' },
  { name: 'answers', type: 'is_refusal', not: true },
];
const judged = (name: string, group?: string): object => ({
  name,
  type: 'llm_judge',
  criteria: `The reply is ${name}.`,
  ...(group === undefined ? {} : { group }),
});
const sets: [name: string, evals: object[]][] = [
  ['1 eval, a rule', [rules[0] ?? {}]],
  ['8 evals, all rules', rules],
  [
    '12 evals: 8 rules, 4 judged in one call',
    [...rules, ...['kind', 'clear', 'complete', 'correct'].map((name) => judged(name, 'reply'))],
  ],
  [
    '12 evals: 8 rules, 4 judged in two calls',
    [...rules, judged('kind', 'a'), judged('clear', 'a'), judged('complete', 'b'), judged('correct', 'b')],
  ],
];

onRunEvent(() => {});
const folder = mkdtempSync(join(tmpdir(), 'prompt-optimizer-bench-'));
const child = fork(join(import.meta.dirname, 'serve-judged.ts'));
const [{ baseUrl }] = (await once(child, 'message')) as [{ baseUrl: string }];
process.env.OPENAI_BASE_URL = baseUrl;
process.env.OPENAI_API_KEY = 'bench';

async function served(): Promise<{ task: number; judge: number }> {
  child.send('counts');
  const [{ counts }] = (await once(child, 'message')) as [{ counts: { task: number; judge: number } }];
  return counts;
}

/** Processor time of an evaluation, milliseconds, and the calls that reached the server. */
async function measure(evals: readonly object[], count: number, id: string): Promise<Measured> {
  const examples = Array.from({ length: count }, (_, i) => ({
    id: `e-${i}`,
    input: `Parcel ${i} has not come, and the shop does not answer. What now?`,
    expected: `Dear customer, we look for parcel ${i} and answer within two days. Regards, support.`,
  }));
  writeFileSync(join(folder, `${id}.jsonl`), examples.map((example) => `${JSON.stringify(example)}\n`).join(''));
  const path = join(folder, `${id}.yaml`);
  writeFileSync(
    path,
    stringify({
      name: 'bench',
      prompt: { system: 'Reply to the customer.', user: '{{input}}' },
      model: { name: 'task-model', maxOutputTokens: 128 },
      reflection: { name: 'reflection-model' },
      judge: { name: 'judge-model' },
      datasets: { train: 'other.jsonl', validation: `${id}.jsonl`, test: 'other.jsonl' },
      evals,
      optimizer: { concurrency: 32 },
      budget: { rollouts: 10_000 },
    }),
  );
  const loaded = loadTask(path, [], () => []);
  const before = await served();
  const cpu = process.cpuUsage();
  const result = await executeLocally(
    { runId: id, stateFolder: join(folder, `state-${id}`), loaded },
    async () => ({ task: await taskInput(loaded), evaluation: { of: 'prompts' } }),
    async () => ({}),
    undefined,
    { definitionPath: evaluateDefinitionPath },
  );
  const { user, system } = process.cpuUsage(cpu);
  if (result.status !== 'SUCCEEDED') throw new Error(`The evaluation ended ${JSON.stringify(result)}.`);
  const after = await served();
  return { cpuMs: (user + system) / 1000, task: after.task - before.task, judge: after.judge - before.judge };
}

interface Measured {
  readonly cpuMs: number;
  readonly task: number;
  readonly judge: number;
}

console.log(`node ${process.version}, a server in another process that answers at once, ${EXAMPLES} examples\n`);
console.log(
  `${''.padEnd(42)} task calls  judge calls  processor time a rollout\n${''.padEnd(42)} a rollout   a rollout    all       each further one`,
);
try {
  writeFileSync(join(folder, 'other.jsonl'), '{"id":"x","input":"x","expected":"x"}\n');
  // Warm up: code that was never run is slow.
  await measure(sets.at(-1)?.[1] ?? [], EXAMPLES, 'warm');
  for (const [i, [name, evals]] of sets.entries()) {
    const { cpuMs, task, judge } = await measure(evals, EXAMPLES, `some-${i}`);
    const more = await measure(evals, MANY * EXAMPLES, `many-${i}`);
    const further = (more.cpuMs - cpuMs) / ((MANY - 1) * EXAMPLES);
    console.log(
      `${name.padEnd(42)} ${(task / EXAMPLES).toFixed(2).padEnd(11)} ${(judge / EXAMPLES).toFixed(2).padEnd(12)} ${(cpuMs / EXAMPLES).toFixed(2)} ms   ${further.toFixed(2)} ms`,
    );
  }
} finally {
  child.disconnect();
  rmSync(folder, { recursive: true, force: true });
}
