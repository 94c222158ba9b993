import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Rollout, Usage } from '../../lambdas/contracts/artifacts.ts';
import { evalSchema } from '../../lambdas/evals/registry.ts';
import { CallError, type ChatModel } from '../../lambdas/model/chat-model.ts';
import { openAiModel } from '../../lambdas/model/openai-model.ts';
import { addUsage, costOf, noUsage } from '../../lambdas/optimizer/usage.ts';
import { clearStop, requestStop } from '../../lambdas/platform/shutdown.ts';
import { boundOf } from '../../lambdas/rollout/call-model.ts';
import { openLease } from '../../lambdas/rollout/lease.ts';
import type { RolloutDependencies } from '../../lambdas/rollout/make-rollout.ts';
import { loadBatch, type RolloutBatch, type RolloutResults, runRollouts } from '../../lambdas/rollout/run-rollouts.ts';
import { completion, json, startChatServer } from '../model/chat-server.ts';
import { useEmbeddedAws } from '../store/embedded.ts';
import { ample, say } from './chat.ts';
import { taskOf } from './task.ts';

useEmbeddedAws();
afterEach(() => clearStop());

const prices = { task: { input: 1, output: 2 }, judge: { input: 10, output: 20 } };
const judges = [
  { name: 'kind', type: 'llm_judge', criteria: 'It is kind.' },
  { name: 'right', type: 'llm_judge', criteria: 'It is right.' },
];

/** A call as the server sees it. */
interface Call {
  readonly role: 'task' | 'judge';
  /** Of one kind of call: how many came before. */
  readonly index: number;
  /** The eval that a judge is asked for; '' for the task model. */
  readonly asks: string;
  /** The prompt and the input, or the judge's question. */
  readonly text: string;
  readonly logprobs: boolean;
}

/** What a server does instead of answering well. */
type Trouble = 'wait' | 'late' | 'no probabilities' | { readonly say: string } | { readonly refuse: string } | null;

/** A real HTTP server that writes its own bill: tasks cost 10 + 2 tokens, judgements 100 + 20. */
interface Provider {
  readonly deps: RolloutDependencies;
  readonly judgeName: string;
  readonly calls: Call[];
  /** What was billed so far. */
  readonly bill: Usage;
  answered: { task: number; judge: number };
  trouble: (call: Call) => Trouble;
}

async function openProvider(): Promise<Provider> {
  const judgeName = `judge-${randomUUID()}`;
  let bill = noUsage();
  const calls: Call[] = [];
  const server = await startChatServer((response, incoming) => {
    const body = server.requests.at(-1)?.body as {
      model: string;
      logprobs?: boolean;
      messages: { content: string }[];
      response_format?: { json_schema: { schema: { properties: object } } };
    };
    const role = body.model === judgeName ? 'judge' : 'task';
    const asks = role === 'task' ? [] : Object.keys(body.response_format?.json_schema.schema.properties ?? {});
    const call: Call = {
      role,
      index: calls.filter((one) => one.role === role).length,
      asks: asks.join(),
      text: body.messages.map(({ content }) => content).join('\n'),
      logprobs: body.logprobs === true,
    };
    calls.push(call);
    const counted = role === 'task' ? { calls: 1 } : { judgeCalls: 1 };
    const trouble = provider.trouble(call);
    bill = addUsage(bill, { ...noUsage(), ...counted, rateLimited: trouble === 'wait' ? 1 : 0 });
    if (trouble === 'late') return;
    const refusal = { error: { message: 'No.', type: 'test', code: null } };
    if (trouble === 'wait') return json(429, refusal, { 'retry-after': '60' })(response, incoming);
    if (trouble === 'no probabilities') return json(400, refusal)(response, incoming);
    provider.answered[role] += 1;
    const [inputTokens, outputTokens] = role === 'task' ? [10, 2] : [100, 20];
    const costUsd = costOf(prices[role], inputTokens, outputTokens);
    bill = addUsage(bill, { ...noUsage(), inputTokens, outputTokens, costUsd });
    const refused = trouble !== null && 'refuse' in trouble ? trouble.refuse : null;
    const verdicts = Object.fromEntries(asks.map((name) => [name, { reasoning: `On ${name}.`, score: 'pass' }]));
    const said = role === 'task' ? 'The answer.' : JSON.stringify(verdicts);
    const content = trouble !== null && 'say' in trouble ? trouble.say : said;
    const usage = { prompt_tokens: inputTokens, completion_tokens: outputTokens };
    const message = { role: 'assistant', content: refused === null ? content : null, refusal: refused };
    json(200, completion({ message }, { usage }))(response, incoming);
  });
  onTestFinished(() => server.close());
  const model = openAiModel({ apiKey: 'sk-test', baseUrl: server.baseUrl });
  const provider: Provider = {
    deps: {
      model,
      price: prices.task,
      sleep: () => Promise.resolve(),
      random: () => 0,
      evals: {
        embeddings: model,
        priceOf: (name) => (name === judgeName ? prices.judge : null),
        invoke: () => Promise.reject(new Error('There is no function.')),
        runFile: () => Promise.reject(new Error('There is no file.')),
      },
    },
    judgeName,
    calls,
    get bill() {
      return bill;
    },
    answered: { task: 0, judge: 0 },
    trouble: () => null,
  };
  return provider;
}

/** `count` fresh examples for each candidate: nothing of them is stored yet. */
function batchOf(
  { judgeName }: Pick<Provider, 'judgeName'>,
  count: number,
  {
    evals = judges,
    candidates = 1,
    judge = {},
    ...changes
  }: Partial<RolloutBatch> & {
    evals?: Record<string, unknown>[];
    candidates?: number;
    judge?: Record<string, unknown>;
  } = {},
): RolloutBatch {
  const salt = randomUUID();
  return {
    runId: 'run-1',
    epoch: 0,
    task: taskOf({ evals, judge: { name: judgeName, maxOutputTokens: 64, ...judge } }),
    table: 'search',
    concurrency: 4,
    jobs: Array.from({ length: count * candidates }, (_, i) => ({
      split: 'train',
      example: { id: `t-${i % count}`, input: `${i % count} ${salt}`, expected: 'x' },
      components: { system: `Candidate ${Math.floor(i / count)}.`, user: '{{input}}' },
      draw: 0,
    })),
    ...changes,
  };
}

async function run(batch: RolloutBatch, { deps }: Pick<Provider, 'deps'>): Promise<RolloutResults> {
  return runRollouts(batch, await loadBatch(batch), ample(), deps);
}

/** All that a run counts: its rollouts, and the calls that belong to none. */
function counted(batch: RolloutResults, strays: Usage = batch.strayUsage): Usage {
  const rollouts = new Map(
    batch.rollouts.flatMap((rollout) => (rollout === null ? [] : [[rollout.rolloutKey, rollout]])),
  );
  return [...rollouts.values()].reduce((sum, { usage }) => addUsage(sum, usage), strays);
}

function rounded(usage: Usage): Usage {
  return { ...usage, costUsd: usage.costUsd === null ? null : Number(usage.costUsd.toFixed(9)) };
}

const statuses = ({ rollouts }: RolloutResults): (string | null)[] => rollouts.map((one) => one?.status ?? null);

describe('a rollout with judges', () => {
  it('is one call of the task model, and calls of judges that are counted apart', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 1);

    const { rollouts, strayUsage } = await run(batch, provider);

    expect(rollouts[0]).toMatchObject({
      status: 'scored',
      score: 1,
      output: 'The answer.',
      evals: [
        { name: 'kind', score: 1, feedback: 'pass: On kind.' },
        { name: 'right', score: 1, feedback: 'pass: On right.' },
      ],
    });
    expect(rounded(rollouts[0]?.usage ?? noUsage())).toEqual({
      calls: 1,
      judgeCalls: 2,
      rateLimited: 0,
      inputTokens: 10 + 2 * 100,
      outputTokens: 2 + 2 * 20,
      costUsd: (10 * 1 + 2 * 2 + 2 * (100 * 10 + 20 * 20)) / 1e6,
    });
    expect(provider.answered).toEqual({ task: 1, judge: 2 });
    expect(strayUsage).toEqual(noUsage());
    expect((await loadBatch(batch)).used).toEqual(rollouts[0]?.usage);
  });

  it('asks once where its judges share a group', async () => {
    const provider = await openProvider();
    const evals = judges.map((one) => ({ ...one, group: 'all' }));

    const { rollouts } = await run(batchOf(provider, 1, { evals }), provider);

    expect(provider.calls.map(({ asks }) => asks)).toEqual(['', 'kind,right']);
    expect(rollouts[0]?.usage).toMatchObject({ calls: 1, judgeCalls: 1 });
  });

  it('costs an unknown amount where the price of the judge is not known', async () => {
    const provider = await openProvider();
    const deps = { ...provider.deps, evals: { ...provider.deps.evals, priceOf: () => null } } as RolloutDependencies;

    const { rollouts } = await run(batchOf(provider, 1), { deps });

    expect(rollouts[0]?.usage).toMatchObject({ costUsd: null, inputTokens: 210 });
  });

  it('of an answer that was given asks no task model', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 1);
    const given = { ...batch, jobs: batch.jobs.map((job) => ({ ...job, given: 'A golden answer.' })) };

    const { rollouts } = await run(given, provider);

    expect(rollouts[0]).toMatchObject({ status: 'scored', output: 'A golden answer.', latencyMs: null });
    expect(rollouts[0]?.usage).toMatchObject({ calls: 0, judgeCalls: 2 });
    expect(provider.answered).toEqual({ task: 0, judge: 2 });
    expect(provider.calls.every(({ text }) => text.includes('A golden answer.'))).toBe(true);
  });

  it('never has more calls in flight than it may', async () => {
    const provider = await openProvider();
    let inFlight = 0;
    let most = 0;
    const model: ChatModel = {
      async complete(request) {
        inFlight += 1;
        most = Math.max(most, inFlight);
        const answer = await provider.deps.model.complete(request);
        inFlight -= 1;
        return answer;
      },
    };

    await run(batchOf(provider, 8, { concurrency: 3 }), { deps: { ...provider.deps, model } });

    expect(most).toBe(3);
    expect(provider.answered).toEqual({ task: 8, judge: 16 });
  });

  it('keeps its latency with its answer', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 1);
    provider.trouble = ({ role }) => (role === 'judge' ? 'wait' : null);
    await run(batch, provider);
    provider.trouble = () => null;

    const { rollouts } = await run(batch, provider);

    expect(rollouts[0]?.latencyMs).toBeGreaterThan(0);
    expect(provider.answered.task).toBe(1);
  });
});

describe('a judge that asks to wait for long', () => {
  it('interrupts the rollout, and the retry pays neither the answer nor the judgement that is there', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 1);
    provider.trouble = ({ asks }) => (asks === 'right' ? 'wait' : null);

    const first = await run(batch, provider);
    const left = await loadBatch(batch);
    provider.trouble = () => null;
    const second = await run(batch, provider);

    expect(first.interruption).toMatchObject({ name: 'RateLimitedError' });
    expect(statuses(first)).toEqual([null]);
    expect(first.strayUsage).toEqual({ ...noUsage(), judgeCalls: 1, rateLimited: 1 });
    expect(left.used).toMatchObject({ calls: 1, judgeCalls: 1, inputTokens: 110 });
    expect([...first.partial.values()]).toEqual([left.used]);
    expect(statuses(second)).toEqual(['scored']);
    expect(provider.calls.map(({ asks }) => asks)).toEqual(['', 'kind', 'right', 'right']);
    expect(rounded(counted(second, first.strayUsage))).toEqual(rounded(provider.bill));
  });

  it.each([1, 4])(
    'now and then, costs each call once in the end, however often it asks (%i at once)',
    async (concurrency) => {
      const provider = await openProvider();
      const batch = batchOf(provider, 3, { candidates: 2, concurrency });
      // Every question is put off once.
      const seen = new Set<string>();
      provider.trouble = ({ role, asks, text }) => {
        const isNew = !seen.has(asks + text);
        seen.add(asks + text);
        return isNew && (role === 'judge' || text.includes('Candidate 1')) ? 'wait' : null;
      };
      let strays = noUsage();
      let results = await run(batch, provider);
      for (let attempt = 1; results.interruption !== null && attempt < 30; attempt += 1) {
        strays = addUsage(strays, results.strayUsage);
        const { used } = await loadBatch(batch);
        expect(rounded(addUsage(used, strays))).toEqual(rounded(provider.bill));
        results = await run(batch, provider);
      }

      expect(statuses(results)).toEqual(Array(6).fill('scored'));
      // Both candidates answer alike, so they share the judgements of each of the three examples.
      expect(provider.answered).toEqual({ task: 6, judge: 6 });
      expect(rounded(counted(results, addUsage(strays, results.strayUsage)))).toEqual(rounded(provider.bill));
    },
  );
});

describe('a process that is killed', () => {
  it.each([0, 1, 2, 3, 5, 8])('after %i calls has lost none of them', async (survived) => {
    const provider = await openProvider();
    const batch = batchOf(provider, 3, { concurrency: 2 });
    let calls = 0;
    const dying: ChatModel = {
      complete(request) {
        calls += 1;
        return calls > survived ? Promise.reject(new Error('killed')) : provider.deps.model.complete(request);
      },
    };

    await expect(run(batch, { deps: { ...provider.deps, model: dying } })).rejects.toThrow('killed');
    const { used } = await loadBatch(batch);
    const paid = rounded(provider.bill);
    const results = await run(batch, provider);

    expect(rounded(used)).toEqual(paid);
    expect(paid.calls + paid.judgeCalls).toBe(survived);
    expect(statuses(results)).toEqual(['scored', 'scored', 'scored']);
    expect(provider.answered).toEqual({ task: 3, judge: 6 });
    expect(rounded(counted(results))).toEqual(rounded(provider.bill));
  });

  it('and started anew as another epoch counts what the first has paid', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 2);
    provider.trouble = ({ asks }) => (asks === 'right' ? 'wait' : null);
    const first = await run(batch, provider);
    provider.trouble = () => null;

    const second = await run({ ...batch, epoch: 1 }, provider);

    expect(provider.answered).toEqual({ task: 2, judge: 4 });
    expect(rounded(counted(second, addUsage(first.strayUsage, second.strayUsage)))).toEqual(rounded(provider.bill));
  });

  it('is not paid for by another run: what it has left costs that one nothing', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 2);
    provider.trouble = ({ asks }) => (asks === 'right' ? 'wait' : null);
    await run(batch, provider);
    provider.trouble = () => null;

    const other = await run({ ...batch, runId: 'run-2' }, provider);

    expect(statuses(other)).toEqual(['scored', 'scored']);
    expect(counted(other)).toMatchObject({ calls: 0, judgeCalls: 2 });
    expect(provider.answered).toEqual({ task: 2, judge: 4 });
  });

  it('begins no further call when it is told to stop, and keeps what was in flight', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 3, { concurrency: 1 });
    provider.trouble = ({ role }) => {
      if (role === 'judge') requestStop();
      return null;
    };

    const { interruption, strayUsage } = await run(batch, provider);
    clearStop();
    const { used } = await loadBatch(batch);

    expect(interruption).toMatchObject({ name: 'StoppedError' });
    expect(strayUsage).toEqual(noUsage());
    expect(provider.answered).toEqual({ task: 1, judge: 1 });
    expect(rounded(used)).toEqual(rounded(provider.bill));
  });

  it('without knowing that its judge gives no probabilities, counts what was asked without them', async () => {
    const provider = await openProvider();
    const evals = [
      { ...judges[0], weighting: 'logprobs' },
      { ...judges[1], weighting: 'logprobs' },
    ];
    const batch = batchOf(provider, 2, { evals, concurrency: 1 });
    provider.trouble = ({ logprobs, asks }) => (logprobs ? 'no probabilities' : asks === 'right' ? 'wait' : null);
    const first = await run(batch, provider);
    // Another process: nothing is known of the judge's server.
    vi.resetModules();
    const anew = await import('../../lambdas/rollout/run-rollouts.ts');
    const { used } = await anew.loadBatch(batch);
    const paid = rounded(provider.bill);
    provider.trouble = ({ logprobs }) => (logprobs ? 'no probabilities' : null);
    const second = await anew.runRollouts(batch, await anew.loadBatch(batch), ample(), provider.deps);

    expect(rounded(addUsage(used, first.strayUsage))).toEqual(paid);
    expect(provider.answered).toEqual({ task: 2, judge: 4 });
    expect(
      second.rollouts.map((rollout) => rollout?.evals.map(({ note }) => note?.includes('no probabilities'))),
    ).toEqual([
      [true, true],
      [true, true],
    ]);
    expect(rounded(counted(second, addUsage(first.strayUsage, second.strayUsage)))).toEqual(rounded(provider.bill));
  });
});

describe('a judge whose probabilities are wanted', () => {
  it('is asked for them, whatever it was once asked without them', async () => {
    const provider = await openProvider();
    const plain = batchOf(provider, 2, { evals: judges });
    const [kind, right] = judges.map((one) => ({ ...one, weighting: 'logprobs' }));
    const weighted = { ...plain, task: taskOf({ evals: [kind, right], judge: plain.task.judge }) };
    await run(plain, provider);

    const { rollouts } = await run(weighted, provider);

    expect(provider.calls.filter(({ logprobs }) => logprobs)).toHaveLength(4);
    expect(provider.answered).toEqual({ task: 2, judge: 8 });
    expect(rollouts[0]?.usage).toMatchObject({ calls: 0, judgeCalls: 2 });
  });
});

describe('a judge that fails for now', () => {
  it('is tried again by the run that is started anew, with the answer that is there, and all is counted once', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 1, { judge: { timeoutSeconds: 0.5 } });
    provider.trouble = ({ asks }) => (asks === 'right' ? 'late' : null);

    const first = await run(batch, provider);
    provider.trouble = () => null;
    const sameEpoch = await run(batch, provider);
    const nextEpoch = await run({ ...batch, epoch: 1 }, provider);

    expect(first.rollouts[0]).toMatchObject({
      status: 'failed',
      score: null,
      output: 'The answer.',
      failure: {
        name: 'ModelUnavailableError',
        transient: true,
        message: expect.stringMatching(/^An eval could not ask its model: judge-\S+ did not answer within 0.5 s\.$/),
      },
      usage: { calls: 1, judgeCalls: 3 },
    });
    expect(sameEpoch.rollouts).toEqual(first.rollouts);
    expect(nextEpoch.rollouts[0]).toMatchObject({ status: 'scored', epoch: 1, usage: { calls: 1, judgeCalls: 4 } });
    expect(provider.calls.map(({ asks }) => asks)).toEqual(['', 'kind', 'right', 'right', 'right']);
    expect(rounded(counted(nextEpoch))).toEqual(rounded(provider.bill));
    expect(rounded((await loadBatch({ ...batch, epoch: 1 })).used)).toEqual(rounded(provider.bill));
  });

  it('twice is counted once each time, whatever was paid for in between', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 1, { judge: { timeoutSeconds: 0.5 } });
    provider.trouble = ({ role }) => (role === 'judge' ? 'late' : null);
    await run(batch, provider);
    provider.trouble = ({ asks }) => (asks === 'right' ? 'late' : null);
    await run({ ...batch, epoch: 1 }, provider);
    provider.trouble = () => null;

    const third = await run({ ...batch, epoch: 2 }, provider);

    expect(statuses(third)).toEqual(['scored']);
    expect(provider.answered).toEqual({ task: 1, judge: 2 });
    expect(rounded(counted(third))).toEqual(rounded(provider.bill));
  });
});

describe('candidates that answer alike', () => {
  it.each([1, 8])('share their judgements, which are paid and counted once (%i at once)', async (concurrency) => {
    const provider = await openProvider();
    const batch = batchOf(provider, 2, { candidates: 3, concurrency });

    const results = await run(batch, provider);

    expect(statuses(results)).toEqual(Array(6).fill('scored'));
    expect(provider.answered).toEqual({ task: 6, judge: 4 });
    expect(rounded(counted(results))).toEqual(rounded(provider.bill));
    expect((await loadBatch(batch)).used).toMatchObject({ calls: 6, judgeCalls: 4 });
  });

  it('do so in two items at once, and whoever pays counts', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 2, { candidates: 2 });
    const items = [batch.jobs.slice(0, 2), batch.jobs.slice(2)].map((jobs) => ({ ...batch, jobs }));

    const [one, other] = await Promise.all(items.map((item) => run(item, provider)));

    expect(provider.answered).toEqual({ task: 4, judge: 4 });
    expect(rounded(addUsage(counted(one as RolloutResults), counted(other as RolloutResults)))).toEqual(
      rounded(provider.bill),
    );
  });

  it('share no judgement of another draw: that is to be a fresh one', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 1);
    const drawn = { ...batch, jobs: [0, 1].flatMap((draw) => batch.jobs.map((job) => ({ ...job, draw }))) };

    await run(drawn, provider);

    expect(provider.answered).toEqual({ task: 2, judge: 4 });
  });

  it('share no failure of a lease: the other item may have calls left', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 1, { candidates: 2 });
    // Given answers, so that both ask at the very same time.
    const [poor, rich] = batch.jobs.map((job) => ({ ...batch, jobs: [{ ...job, given: 'The answer.' }] }));
    if (poor === undefined || rich === undefined) throw new Error('There are two candidates.');
    const loaded = await Promise.all([loadBatch(poor), loadBatch(rich)]);
    const lease = openLease({ calls: 1, tokens: 300, costUsd: null }, noUsage(), 1);

    const [without, having] = await Promise.all([
      runRollouts(poor, loaded[0], lease, provider.deps),
      runRollouts(rich, loaded[1], ample(), provider.deps),
    ]);

    expect(without.rollouts[0]?.failure?.name).toBe('BudgetExhaustedError');
    expect(statuses(having)).toEqual(['scored']);
  });
});

const verdicts = Object.fromEntries(judges.map(({ name }) => [name, { reasoning: 'r', score: 'pass' }]));
const unhurried: Omit<RolloutDependencies, 'model'> = {
  price: prices.task,
  sleep: () => Promise.resolve(),
  random: () => 0,
  evals: {
    embeddings: { embed: () => Promise.reject(new Error('There are no embeddings.')) },
    priceOf: () => prices.judge,
    invoke: () => Promise.reject(new Error('There is no function.')),
    runFile: () => Promise.reject(new Error('There is no file.')),
  },
};

describe('a lease', () => {
  it('without tokens left for a judge fails the rollout for now, and keeps the answer', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 1);
    const lease = openLease({ calls: 9, tokens: 1_000, costUsd: null }, noUsage(), 1);

    const { rollouts } = await runRollouts(batch, await loadBatch(batch), lease, provider.deps);
    const next = await run({ ...batch, epoch: 1 }, provider);

    expect(rollouts[0]).toMatchObject({
      status: 'failed',
      output: 'The answer.',
      failure: { name: 'BudgetExhaustedError', transient: true },
      usage: { calls: 1, judgeCalls: 0 },
    });
    expect(statuses(next)).toEqual(['scored']);
    expect(provider.answered).toEqual({ task: 1, judge: 2 });
  });

  it('of calls is for the task model: judges take none of them', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 3);
    const lease = openLease({ calls: 3, tokens: null, costUsd: null }, noUsage(), 3);

    const results = await runRollouts(batch, await loadBatch(batch), lease, provider.deps);

    expect(statuses(results)).toEqual(['scored', 'scored', 'scored']);
  });

  it('is never exceeded, whatever is answered, and what fails for want of it may be tried again', async () => {
    // Billed at random up to the worst case, with attempts that fail.
    const size = fc.integer({ min: 0, max: 100 });
    const caps = fc.record({
      tokens: fc.integer({ min: 0, max: 30_000 }),
      cents: fc.integer({ min: 1, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(caps, fc.array(size, { minLength: 4, maxLength: 12 }), async ({ tokens, cents }, sizes) => {
        let bill = noUsage();
        let calls = 0;
        const model: ChatModel = {
          async complete(request) {
            const share = (sizes[calls % sizes.length] ?? 0) / 100;
            calls += 1;
            if (share > 0.9) throw new CallError('unavailable', 'It is down.', 0);
            const role = request.model.name === 'judge' ? 'judge' : 'task';
            const outputTokens = Math.floor(share * request.model.maxOutputTokens);
            const inputTokens = boundOf(request, null).tokens - request.model.maxOutputTokens;
            const counts = { inputTokens, outputTokens };
            bill = addUsage(bill, {
              ...noUsage(),
              ...counts,
              costUsd: costOf(prices[role], inputTokens, outputTokens),
            });
            return say(role === 'task' ? 'Yes.' : share > 0.5 ? 'no JSON' : JSON.stringify(verdicts), counts);
          },
        };
        const deps: RolloutDependencies = { ...unhurried, model };
        const batch = batchOf({ judgeName: 'judge' }, 3, { evals: [{ ...judges[0], samples: 2 }, judges[1] ?? {}] });
        const lease = openLease({ calls: 30, tokens, costUsd: cents / 1000 }, noUsage(), 3);

        const { rollouts, strayUsage, interruption, partial } = await runRollouts(
          batch,
          await loadBatch(batch),
          lease,
          deps,
        );

        expect(bill.inputTokens + bill.outputTokens).toBeLessThanOrEqual(tokens);
        expect(bill.costUsd).toBeLessThanOrEqual(cents / 1000 + 1e-9);
        for (const rollout of rollouts) {
          if (rollout?.failure?.name === 'BudgetExhaustedError') expect(rollout.failure.transient).toBe(true);
          else if (rollout?.status === 'failed') expect(rollout.failure?.name).toBe('JudgeError');
          else if (rollout === null) expect(interruption).not.toBeNull();
        }
        const left = [...partial.values()].reduce(addUsage, noUsage());
        const all = counted({ rollouts, strayUsage, interruption, partial }, addUsage(strayUsage, left));
        expect({ input: all.inputTokens, output: all.outputTokens }).toEqual({
          input: bill.inputTokens,
          output: bill.outputTokens,
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe('a judge of no use', () => {
  it('twice is a failure that is named for the judge; the answer is kept, the useless replies are not', async () => {
    const provider = await openProvider();
    const batch = batchOf(provider, 1);
    provider.trouble = ({ asks }) => (asks === 'right' ? { say: 'I like it.' } : null);

    const { rollouts } = await run(batch, provider);
    const again = await run({ ...batch, epoch: 1 }, provider);

    expect(rollouts[0]).toMatchObject({
      status: 'failed',
      score: null,
      evals: [],
      output: 'The answer.',
      failure: { name: 'JudgeError', transient: false, message: expect.stringContaining('It wrote: "I like it."') },
      usage: { calls: 1, judgeCalls: 3 },
    });
    // The judge is asked again, the model is not; and a judge that is mended finds nothing of what it had said.
    expect(again.rollouts[0]).toMatchObject({ status: 'failed', usage: { calls: 1, judgeCalls: 5 } });
    provider.trouble = () => null;
    const mended = await run({ ...batch, epoch: 2 }, provider);
    expect(mended.rollouts[0]).toMatchObject({ status: 'scored', usage: { calls: 1, judgeCalls: 6 } });
    expect(rounded(counted(mended))).toEqual(rounded(provider.bill));
    expect(mended.rollouts[0]?.allUsage).toEqual(mended.rollouts[0]?.usage);
  });

  it('once is asked again, and both calls are counted', async () => {
    const provider = await openProvider();
    provider.trouble = ({ asks, index }) => (asks === 'right' && index < 2 ? { say: 'I like it.' } : null);

    const results = await run(batchOf(provider, 1), provider);

    expect(statuses(results)).toEqual(['scored']);
    expect(results.rollouts[0]?.usage).toMatchObject({ calls: 1, judgeCalls: 3 });
    expect(rounded(counted(results))).toEqual(rounded(provider.bill));
  });

  it('that declines is a failure, and its words are no answer of the task model', async () => {
    const provider = await openProvider();
    provider.trouble = ({ asks }) => (asks === 'right' ? { refuse: 'I would rather not.' } : null);

    const results = await run(batchOf(provider, 1), provider);

    expect(results.rollouts[0]).toMatchObject({
      status: 'failed',
      output: 'The answer.',
      failure: { transient: false, message: 'An eval could not ask its model: I would rather not.' },
    });
    expect(rounded(counted(results))).toEqual(rounded(provider.bill));
  });
});

describe('an answer that declines', () => {
  const knowsRefusals = evalSchema.safeParse({ type: 'is_refusal', name: 'declined' }).success;
  const declining = async (
    evals: Record<string, unknown>[],
  ): Promise<{ rollout: Rollout | null; provider: Provider }> => {
    const provider = await openProvider();
    provider.trouble = ({ role }) => (role === 'task' ? { refuse: 'I cannot help with that.' } : null);
    const { rollouts } = await run(batchOf(provider, 1, { evals }), provider);
    return { rollout: rollouts[0] ?? null, provider };
  };

  it('is a failure, and judges are not asked about it', async () => {
    const { rollout, provider } = await declining(judges);

    expect(rollout).toMatchObject({
      status: 'failed',
      output: null,
      failure: { name: 'Refusal', message: 'I cannot help with that.', transient: false },
      usage: { calls: 1, judgeCalls: 0 },
    });
    expect(provider.answered).toEqual({ task: 1, judge: 0 });
  });

  it.skipIf(!knowsRefusals)('is an answer where an eval is about refusals', async () => {
    const { rollout, provider } = await declining([{ name: 'declined', type: 'is_refusal' }, ...judges]);

    expect(rollout).toMatchObject({ status: 'scored', output: 'I cannot help with that.', failure: null });
    expect(rollout?.evals[0]).toMatchObject({ name: 'declined', score: 1 });
    expect(provider.answered).toEqual({ task: 1, judge: 2 });
  });
});
