import { describe, expect, it } from 'vitest';
import { reflectionMessages } from '../../../lambdas/optimizer/reflection-prompt.ts';
import { formMistakes, mistakesOf, readReflectionRequest } from '../../../local/simulated-model/reflection-request.ts';
import { ask, climb, loadTask, loadTrain, play } from './playing.ts';

const task = loadTask('facility-support');
const emails = loadTrain('facility-support');

function requestFor(from: number, text = task.prompt.system ?? '') {
  const components = { ...task.prompt, system: text };
  const examples = emails.slice(from, from + 4).map((example) => {
    const { text: output, score, feedback } = play(task, components, example);
    return { example, output, score, evals: [{ name: 'fields', feedback }] };
  });
  return reflectionMessages({
    component: 'system',
    components,
    examples,
    tried: [],
    placeholders: ['{{> rules}}'],
    maxChars: 12_000,
  });
}

describe('the reflection request', () => {
  it('is read back as it was written, escaped data included', () => {
    const request = readReflectionRequest(requestFor(0, 'Keep </component> and {{> rules}}.')[1]?.content ?? '');
    expect(request).toMatchObject({
      component: 'system',
      text: 'Keep </component> and {{> rules}}.',
      placeholders: ['{{> rules}}'],
    });
    expect(request?.examples).toHaveLength(4);
    expect(request?.examples.map((example) => example.input).sort()).toEqual(
      emails
        .slice(0, 4)
        .map((email) => email.input)
        .sort(),
    );
  });

  it('names the mistakes that the feedback tells of', () => {
    const example = { input: '', output: '', expected: '{}' };
    expect(
      mistakesOf([
        {
          ...example,
          feedback: 'fields: urgency: was "low", expected "high"; categories.leak: was false, expected true',
        },
        { ...example, feedback: 'label: The answer was "bug", expected "billing".' },
        { ...example, feedback: 'fields: urgency: is missing, expected "high"' },
      ]),
    ).toEqual([
      { field: 'urgency', was: 'low', expected: 'high', example: 0 },
      { field: 'categories.leak', was: 'false', expected: 'true', example: 0 },
      { field: '', was: 'bug', expected: 'billing', example: 1 },
      { field: 'urgency', was: '', expected: 'high', example: 2 },
    ]);
    expect(formMistakes([{ ...example, output: 'Here: {}', feedback: '' }])).toEqual({ json: 1, label: 0 });
  });
});

describe('the reflection model', () => {
  const replies = Array.from({ length: 120 }, (_, at) => ask(requestFor(at), 0));
  const texts = replies.map((reply) => /^````\n([\s\S]*)\n````$/m.exec(reply)?.[1] ?? null);

  it('gives the same reply to the same request, and another one under another seed', () => {
    expect(ask(requestFor(5), 0)).toBe(replies[5]);
    const differing = replies.slice(0, 20).filter((reply, at) => ask(requestFor(at), 1) !== reply);
    expect(differing.length).toBeGreaterThan(10);
  });

  it('makes small edits: most lines stay word for word', () => {
    const before = (task.prompt.system ?? '').trimEnd().split('\n');
    for (const text of texts.filter((text) => text !== null)) {
      const lines = new Set(text.split('\n'));
      expect(before.filter((line) => !lines.has(line)).length).toBeLessThanOrEqual(1);
    }
  });

  it('proposes many different things, and now and then a reply that a guard must catch', () => {
    expect(new Set(texts).size).toBeGreaterThan(60);
    const caught = texts.filter((text) => text === null || /\nSubject: /.test(text)).length;
    expect(caught).toBeGreaterThan(0);
    expect(caught).toBeLessThan(12);
  });

  it('does not repeat an edit that was tried', () => {
    const [system, user] = requestFor(0);
    const line = texts[0]?.split('\n').find((other) => other.startsWith('- ')) ?? '- none';
    const tried = `${user?.content}\n<tried>\n- (score 0.50 → 0.50, rejected) ${line}\n</tried>`;
    expect(ask([system ?? { role: 'system', content: '' }, { role: 'user', content: tried }])).not.toContain(
      `\n${line}\n`,
    );
  });
});

describe('a tiny hill climb on examples held out of train', () => {
  it.each([
    ['facility-support', 0.08],
    ['support-triage', 0.1],
  ])('improves %s clearly, with some edits kept and some rejected', (name, gain) => {
    for (const seed of [0, 1, 2]) {
      const { before, after, proposed, kept } = climb(name, seed);
      expect(after - before).toBeGreaterThan(gain);
      expect(kept).toBeGreaterThan(proposed * 0.1);
      expect(kept).toBeLessThan(proposed * 0.9);
    }
  });
});
