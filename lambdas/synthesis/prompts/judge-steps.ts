/** The steps of a judge, from a spec. */
import { z } from 'zod';
import type { Spec } from '../../contracts/spec.ts';
import { specTypeWords } from '../spec-types.ts';
import { specMaterial, taskMaterial } from './material.ts';
import { definePrompt } from './prompt.ts';

const reply = z.strictObject({ steps: z.array(z.string()) });

export const judgeStepsPrompt = definePrompt({
  name: 'judge-steps',
  version: 1,
  reply,
  instructions: ({ type }: Spec) => [
    `You write the steps by which a judge decides whether one answer of an AI system meets a spec. The judge sees the input, the answer${specTypeWords[type].withReference === true ? ', a reference answer' : ''} and the spec, nothing else, and gives pass or fail.`,
    'Write three to seven steps, each one sentence that says what to look for in the answer and what follows from finding it or not. Begin with what must be understood of the input, go on with what decides, name the cases at the boundary that the spec and its examples show, and end with the rule for pass and fail. Ask for nothing that the spec does not ask for, and do not judge length, style or helpfulness unless it does.',
  ],
  material: (spec: Spec) => [...taskMaterial(spec.task), ...specMaterial(spec)],
});
