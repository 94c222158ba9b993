import { describe, expect, it } from 'vitest';
import { type Spec, specSchema } from '../../../lambdas/contracts/spec.ts';
import { clarifyPrompt } from '../../../lambdas/synthesis/prompts/clarify.ts';
import { judgeStepsPrompt } from '../../../lambdas/synthesis/prompts/judge-steps.ts';
import { type RefineRequest, refinePrompt } from '../../../lambdas/synthesis/prompts/refine.ts';
import { askGenerator, exampleSpecs, passes, taskWith } from './asking-the-generator.ts';

const task = taskWith("Reply to the customer's message.");
const specWith = (fields: object): Spec => specSchema.parse({ name: 'some-spec', task, ...fields });
const vague = specWith({ type: 'desired_behaviour', description: 'The reply is short and says when, soon.' });

describe('steps of a judge', () => {
  it.each([
    [{ type: 'desired_behaviour', description: 'The reply says by when.' }, 'You will hear more by Thursday.', 'Soon.'],
    [{ type: 'issue', description: 'The reply promises a refund.' }, 'Others decide.', 'You will get a full refund.'],
    [{ type: 'issue', description: 'It does not say what happens next.' }, 'I have asked the depot.', 'We are on it.'],
    [{ type: 'tone', toneDescription: 'Polite.' }, 'Thank you for writing.', 'You should have read our page.'],
  ])('tell what %j asks for, so that the judge can tell one answer from the other', (fields, good, bad) => {
    const specs = [0, 1, 2, 3, 4].map((n) => specWith({ ...fields, name: `spec-${n}` }));
    const { steps } = askGenerator(judgeStepsPrompt(specWith(fields)));
    // The judge errs now and then, by the name of the spec too.
    const passed = (answer: string) => specs.filter((spec) => passes(spec, steps, 'Where is it?', answer)).length;
    expect(steps.length).toBeGreaterThanOrEqual(3);
    expect(steps.length).toBeLessThanOrEqual(5);
    expect(passed(good)).toBeGreaterThanOrEqual(4);
    expect(passed(bad)).toBeLessThanOrEqual(1);
  });

  it('repeat the words of a spec of which the model knows nothing', () => {
    const spec = specWith({ type: 'formatting', formattingRequirements: 'A table with two columns.' });
    expect(askGenerator(judgeStepsPrompt(spec)).steps.join(' ')).toContain('A table with two columns.');
  });
});

describe('questions about a spec', () => {
  it.each(exampleSpecs.map((spec) => [spec.name, spec] as const))('are none where it is clear: %s', (_, spec) => {
    expect(askGenerator(clarifyPrompt(spec)).questions).toEqual([]);
  });

  it('ask what its vague words mean, with options', () => {
    const { questions } = askGenerator(clarifyPrompt(vague));
    expect(questions.map(({ question }) => question)).toEqual(
      expect.arrayContaining(['What counts as “soon”?', 'What counts as “short”?']),
    );
    for (const { options } of questions) expect(new Set(options).size).toBeGreaterThanOrEqual(2);
  });
});

describe('edits of a spec', () => {
  const edit = (spec: Spec, request: Partial<RefineRequest>) =>
    askGenerator(refinePrompt({ spec, answers: [], disagreements: [], ...request }));

  it('say what was answered, in the field that says what is meant, and what could not be used', () => {
    const { edits, unused } = edit(vague, {
      answers: [
        { question: 'What counts as “soon”?', answer: 'within two working days' },
        { question: 'What counts as “short”?', answer: 'I do not know' },
      ],
    });
    expect(edits.map(({ field }) => field)).toEqual(['description']);
    expect(edits[0]?.after[0]).toContain('The reply is short and says when, soon.');
    expect(edits[0]?.after[0]).toContain('two working days');
    expect(unused.map(({ what }) => what)).toEqual(['What counts as “short”?']);
  });

  it('lead to no question a second time', () => {
    const [first] = askGenerator(clarifyPrompt(vague)).questions;
    if (first === undefined) throw new Error('There is no question.');
    const { edits } = edit(vague, { answers: [{ question: first.question, answer: first.options[0] ?? '' }] });
    const edited = specWith({ type: 'desired_behaviour', description: edits[0]?.after[0] });
    const questions = askGenerator(clarifyPrompt(edited)).questions.map(({ question }) => question);
    expect(questions).not.toContain(first.question);
  });

  it('add what a person and the judge disagree on, to the list of its side', () => {
    const disagreement = { input: 'Where is it?', output: 'You may get a refund.', reasoning: 'It promises a refund.' };
    const spec = specWith({ type: 'issue', description: 'It promises a refund.', nonIssueExamples: ['Hello.'] });
    const { edits } = edit(spec, {
      disagreements: [{ ...disagreement, rating: 'pass', why: 'What may happen is not promised' }],
    });
    expect(edits.map(({ field, after }) => [field, after])).toEqual([
      ['description', ['It promises a refund. What may happen is not promised.']],
      ['nonIssueExamples', ['Hello.', 'You may get a refund.']],
    ]);
  });
});
