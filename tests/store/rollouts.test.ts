import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../lambdas/contracts/artifacts.ts';
import type { EvalSettings } from '../../lambdas/contracts/evals.ts';
import { noUsage } from '../../lambdas/optimizer/usage.ts';
import { loadRollouts, type RolloutIdentity, rolloutKey, saveRollout } from '../../lambdas/store/rollouts.ts';
import { useEmbeddedAws } from './embedded.ts';

useEmbeddedAws();

const label: EvalSettings = { name: 'label', type: 'exact_match', weight: 1, ignoreCase: false };
const identity: RolloutIdentity = {
  split: 'train',
  example: { id: 't-1', input: 'in', expected: 'out' },
  components: { system: 'S', user: '{{input}}' },
  model: { name: 'm', temperature: 0, timeoutSeconds: 30, maxOutputTokens: 64 },
  outputSchema: undefined,
  evals: [label],
  draw: 0,
};
const rolloutOf = (key: string, changes: Partial<Rollout> = {}): Rollout => ({
  rolloutKey: key,
  runId: 'r',
  epoch: 0,
  exampleId: 't-1',
  draw: 0,
  status: 'scored',
  score: 1 / 3,
  evals: [{ name: 'label', score: 1 / 3, feedback: 'Wrong: é\u{1F600}.' }],
  output: 'out',
  latencyMs: null,
  allUsage: noUsage(),
  failure: null,
  usage: { ...noUsage(), calls: 1, costUsd: 0.000123 },
  ...changes,
});

describe('rolloutKey', () => {
  it.each([
    { case: 'its split', change: { split: 'validation' } },
    { case: 'its example', change: { example: { ...identity.example, id: 't-2' } } },
    { case: 'its input', change: { example: { ...identity.example, input: 'other' } } },
    { case: 'its expected value', change: { example: { ...identity.example, expected: 'other' } } },
    { case: 'a text of the prompt', change: { components: { system: 'S2', user: '{{input}}' } } },
    { case: 'which component has the text', change: { components: { system: '{{input}}', user: 'S' } } },
    { case: 'the model', change: { model: { ...identity.model, name: 'm2' } } },
    { case: 'the temperature', change: { model: { ...identity.model, temperature: undefined } } },
    { case: 'the output limit', change: { model: { ...identity.model, maxOutputTokens: 65 } } },
    { case: 'the schema of the answer', change: { outputSchema: { type: 'object' } } },
    { case: 'an eval', change: { evals: [{ ...label, ignoreCase: true }] } },
    { case: 'a weight', change: { evals: [{ ...label, weight: 2 }] } },
    { case: 'the draw', change: { draw: 1 } },
  ] as { case: string; change: Partial<RolloutIdentity> }[])('depends on $case', ({ change }) => {
    expect(rolloutKey({ ...identity, ...change })).not.toBe(rolloutKey(identity));
  });

  it.each([
    { case: 'the order of components', change: { components: { user: '{{input}}', system: 'S' } } },
    { case: 'how long we wait', change: { model: { ...identity.model, timeoutSeconds: 5 } } },
    { case: 'tags and metadata', change: { example: { ...identity.example, tags: ['vip'], metadata: { a: 1 } } } },
  ] as { case: string; change: Partial<RolloutIdentity> }[])('does not depend on $case', ({ change }) => {
    expect(rolloutKey({ ...identity, ...change })).toBe(rolloutKey(identity));
  });
});

describe('rollouts', () => {
  it('come back as they were kept, the failed ones too', async () => {
    const failed = rolloutOf('failed', {
      status: 'failed',
      score: null,
      evals: [],
      output: null,
      failure: { name: 'Refusal', message: 'no', transient: false },
      usage: noUsage(null),
    });
    await saveRollout('search', rolloutOf('scored'));
    await saveRollout('search', failed);

    const found = await loadRollouts('search', ['scored', 'failed', 'nobody']);

    expect(found).toEqual(
      new Map([
        ['scored', rolloutOf('scored')],
        ['failed', failed],
      ]),
    );
  });

  it('of the sealed test are apart from those of the search', async () => {
    await saveRollout('sealed', rolloutOf('secret'));

    expect((await loadRollouts('search', ['secret'])).size).toBe(0);
    expect((await loadRollouts('sealed', ['secret'])).size).toBe(1);
  });

  it('are loaded by the hundreds, duplicates once', async () => {
    const keys = Array.from({ length: 230 }, (_, i) => `key-${i}`);
    await Promise.all(keys.map((key) => saveRollout('search', rolloutOf(key, { exampleId: key }))));

    const found = await loadRollouts('search', [...keys, ...keys, 'nobody']);

    expect(found.size).toBe(230);
    for (const key of keys) expect(found.get(key)?.exampleId).toBe(key);
  });

  it('are the last that was written under their key', async () => {
    await saveRollout('search', rolloutOf('again', { score: 0 }));
    await saveRollout('search', rolloutOf('again', { score: 1 }));

    expect((await loadRollouts('search', ['again'])).get('again')?.score).toBe(1);
  });

  it('of the largest kind fit: a huge answer is cut, its score stands, no character is halved', async () => {
    // 64 evals with the longest feedback there is, in characters of three bytes.
    const evals = Array.from({ length: 64 }, (_, i) => ({ name: `e${i}`, score: 0, feedback: '語'.repeat(1_501) }));
    const output = `x${'\u{1F600}'.repeat(200_000)}`;
    await saveRollout('search', rolloutOf('huge', { output, evals }));

    const kept = (await loadRollouts('search', ['huge'])).get('huge');

    expect(kept).toMatchObject({ score: 1 / 3, evals });
    expect(kept?.output?.length).toBeGreaterThan(40_000);
    expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThan(400 * 1024);
    expect(kept?.output).toMatch(/^x(\u{1F600})+…$/u);
  });

  it('keep an answer whole that is just short enough', async () => {
    const output = 'x'.repeat(100_000);
    await saveRollout('search', rolloutOf('whole', { output }));

    expect((await loadRollouts('search', ['whole'])).get('whole')?.output).toBe(output);
  });
});
