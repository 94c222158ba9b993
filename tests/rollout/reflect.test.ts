import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { CallError } from '../../lambdas/model/chat-model.ts';
import { clearStop, requestStop } from '../../lambdas/platform/shutdown.ts';
import {
  loadReflections,
  type ReflectionOutcome,
  type ReflectionSlot,
  reflect,
} from '../../lambdas/rollout/reflect.ts';
import { useEmbeddedAws } from '../store/embedded.ts';
import { ample, type PlayedModel, playedModel, say } from './chat.ts';
import { taskOf } from './task.ts';

useEmbeddedAws();
afterEach(() => clearStop());

const components = { system: 'Classify.\n{{input}}\n', user: '{{input}}' };
const fenced = (text: string): string => `I think…\n\`\`\`\`\n${text}\n\`\`\`\``;
const newSlot = (): ReflectionSlot => ({ runId: randomUUID(), epoch: 0, generation: 1, slot: 2 });
const input = Array.from({ length: 60 }, (_, i) => `word${i} (of) them`).join(' ');

function ask(model: PlayedModel, slot = newSlot(), system = components.system): Promise<ReflectionOutcome> {
  const example = { id: 't-1', input, expected: 'billing' };
  return reflect(
    slot,
    taskOf({ optimizer: { maxComponentChars: 500 } }),
    {
      component: 'system',
      components: { ...components, system },
      examples: [{ example, output: 'other', score: 0, evals: [] }],
      tried: [],
    },
    { triedAs: (text) => (text.startsWith('Old') ? 'g1-s7' : null), examples: [example] },
    ample().reflection,
    model,
  );
}

/** Gives these replies one after the other. */
const replies = (...texts: string[]): PlayedModel => playedModel((_request, i) => say(fenced(texts[i] ?? 'none')));

describe('reflect', () => {
  it('proposes the new text, with the line break that the old one ended with', async () => {
    const model = replies('Classify well.\n{{input}}');

    const outcome = await ask(model);

    expect(outcome).toEqual({ status: 'proposed', text: 'Classify well.\n{{input}}\n' });
    expect(model.asked).toHaveLength(1);
    expect(model.asked[0]?.model.name).toBe('reflection-model');
  });

  it('gives the markup of a prompt back as it was', async () => {
    const system = '<rules>\nBe kind.\n</rules>\n{{input}}';
    // The model copies what it sees.
    const model = playedModel(({ messages }) => {
      const shown = /<component name="system">\n([\s\S]*?)\n<\/component>/.exec(messages[1]?.content ?? '')?.[1] ?? '';
      return say(fenced(shown.replace('Be kind.', 'Be very kind.')));
    });

    const outcome = await ask(model, newSlot(), system);

    expect(outcome).toEqual({ status: 'proposed', text: '<rules>\nBe very kind.\n</rules>\n{{input}}' });
  });

  it('asks for a repair once, with the reply and the reason', async () => {
    const model = replies('No placeholder.', 'Better.\n{{input}}');

    const outcome = await ask(model);

    expect(outcome).toEqual({ status: 'proposed', text: 'Better.\n{{input}}\n' });
    expect(model.asked[1]?.messages.slice(0, 2)).toEqual(model.asked[0]?.messages);
    expect(model.asked[1]?.messages.slice(2)).toEqual([
      { role: 'assistant', content: fenced('No placeholder.') },
      { role: 'user', content: expect.stringContaining('That reply cannot be used: the text lost {{input}}.') },
    ]);
  });

  it.each([
    {
      case: 'a text that is too long',
      text: `{{input}}${'x'.repeat(600)}`,
      reason: 'guard: the text is too long, more than 500',
    },
    { case: 'a text that was tried', text: 'Old {{input}}', reason: 'guard: the text was already tried' },
    { case: 'a broken text', text: '{{input}} {{', reason: 'guard: the placeholders do not parse' },
    {
      case: 'a copied input, brackets in it',
      text: `${input.slice(0, 200)} {{input}}`,
      reason: 'guard: the text copies a training input word for word',
    },
    { case: 'a lost placeholder', text: 'x', reason: 'guard: the text lost {{input}}' },
  ])('rejects $case after one repair, in words that can be counted', async ({ text, reason }) => {
    const model = replies(text, text);

    expect(await ask(model)).toEqual({ status: 'rejected', reason });
    expect(model.asked).toHaveLength(2);
  });

  it('rejects replies that were cut off', async () => {
    const model = playedModel(() => say(fenced('Better.\n{{input}}'), { truncated: true }));

    expect(await ask(model)).toEqual({ status: 'rejected', reason: 'guard: it was cut off at the output limit' });
  });

  it('keeps each reply as it comes and pays for none twice', async () => {
    const slot = newSlot();
    await ask(replies('bad', 'Better.\n{{input}}'), slot);
    const again = replies('never asked');

    const outcome = await ask(again, slot);

    expect(outcome).toEqual({ status: 'proposed', text: 'Better.\n{{input}}\n' });
    expect(again.asked).toEqual([]);
    expect(await loadReflections(slot)).toMatchObject([
      { reply: fenced('bad'), usage: { calls: 1 } },
      { reply: fenced('Better.\n{{input}}'), usage: { calls: 1 } },
    ]);
    expect(await loadReflections({ ...slot, slot: 3 })).toEqual([null, null]);
  });

  it('goes on with the repair when the first reply is there', async () => {
    const slot = newSlot();
    const broken = playedModel((_request, i) => {
      if (i === 0) return say(fenced('bad'));
      throw new CallError('rate_limited', 'Slow down.', 60);
    });
    expect(await ask(broken, slot)).toMatchObject({
      status: 'interrupted',
      error: { name: 'RateLimitedError' },
      strayUsage: { calls: 1 },
    });
    const model = replies('Better.\n{{input}}');

    expect(await ask(model, slot)).toMatchObject({ status: 'proposed' });
    expect(model.asked).toHaveLength(1);
  });

  it('is unanswered when the call failed, and asks again only in a run that is started anew', async () => {
    const slot = newSlot();
    const late = playedModel(() => Promise.reject(new CallError('timeout', 'Too late.', null)));
    const unanswered = { status: 'unanswered', reason: 'reflection failed (ModelUnavailableError)' };
    expect(await ask(late, slot)).toEqual(unanswered);
    const same = replies('Better.\n{{input}}');
    expect(await ask(same, slot)).toEqual(unanswered);
    expect(same.asked).toEqual([]);

    const outcome = await ask(replies('Better.\n{{input}}'), { ...slot, epoch: 1 });

    expect(outcome).toMatchObject({ status: 'proposed' });
    // The two time-outs stay in the bill.
    expect((await loadReflections(slot))[0]?.usage.calls).toBe(3);
  });

  it('asks nothing when the process was told to stop', async () => {
    requestStop();
    const model = replies('x');

    expect(await ask(model)).toMatchObject({
      status: 'interrupted',
      error: { name: 'StoppedError' },
      strayUsage: { calls: 0 },
    });
    expect(model.asked).toEqual([]);
  });
});
