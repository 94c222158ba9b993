/** Edits of a spec, field by field, from what a person has said: answers to questions, or why the judge was wrong. */
import { z } from 'zod';
import { meaningOf, type Spec } from '../../contracts/spec.ts';
import { specTypeWords } from '../spec-types.ts';
import { taskMaterial, textOf } from './material.ts';
import { definePrompt } from './prompt.ts';

export interface RefineRequest {
  readonly spec: Spec;
  readonly answers: readonly { readonly question: string; readonly answer: string }[];
  readonly disagreements: readonly {
    readonly input: unknown;
    readonly output: string;
    /** What the person says that is right. */
    readonly rating: 'pass' | 'fail';
    readonly why: string;
    /** What the judge said against it. */
    readonly reasoning: string;
  }[];
}

const reply = z.strictObject({
  edits: z.array(
    z.strictObject({
      field: z.string(),
      reason: z.string(),
      /** The whole new value: one text, or all examples of a list. */
      after: z.array(z.string()),
    }),
  ),
  unused: z.array(z.strictObject({ what: z.string(), why: z.string() })),
});

export const refinePrompt = definePrompt({
  name: 'refine',
  version: 1,
  reply,
  instructions: ({ spec }: RefineRequest) => [
    'You edit a spec: one requirement, by which each answer of an AI system is judged to pass or fail. A person has answered questions about it, or has judged answers otherwise than a judge that works by the spec. Change the spec so that it says what the person means.',
    `Fields that you may change: ${fieldList(spec)}.`,
    'Give one edit for each field that has to change: its name, the reason in one sentence that says which answer or disagreement it comes from, and the whole new value, as a list with one text for a text field and with all texts for a list. Change as little as will do, and keep the person’s own words where you can. State the rule behind a case rather than the case; add a case to a list of examples only where it shows what the rule cannot say shortly.',
    'Name under `unused` what you could not use, and why: what the spec says already, what contradicts it or another answer, what no judge could see in an answer.',
  ],
  material: ({ spec, answers, disagreements }) => [
    ...taskMaterial(spec.task),
    ['SPEC', JSON.stringify({ name: spec.name, type: spec.type, ...meaningOf(spec) }, null, 2)],
    ...(answers.length === 0 ? [] : [['ANSWERS', answers.map(answered).join('\n\n')] as const]),
    ...(disagreements.length === 0 ? [] : [['DISAGREEMENTS', disagreements.map(disagreed).join('\n\n')] as const]),
  ],
});

function fieldList(spec: Spec): string {
  const meaning = meaningOf(spec);
  return Object.entries(specTypeWords[spec.type].fields)
    .map(([name, label]) => `${name} (${label}; ${Array.isArray(meaning[name]) ? 'a list' : 'a text'})`)
    .join(', ');
}

function answered({ question, answer }: RefineRequest['answers'][number]): string {
  return `question: ${question}\nanswer: ${answer}`;
}

function disagreed({ input, output, rating, why, reasoning }: RefineRequest['disagreements'][number]): string {
  return `input: ${textOf(input)}\noutput: ${output}\nthe person: ${rating}, because ${why || '(no reason given)'}\nthe judge: ${rating === 'pass' ? 'fail' : 'pass'}, because ${reasoning}`;
}
