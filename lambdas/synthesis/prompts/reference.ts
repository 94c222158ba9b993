/** The reference answer of one input, where an eval compares with one. */
import { z } from 'zod';
import type { Spec, SpecTask } from '../../contracts/spec.ts';
import { specsMaterial, taskMaterial, textOf } from './material.ts';
import { definePrompt } from './prompt.ts';

export interface ReferenceRequest {
  readonly task: SpecTask;
  readonly specs: readonly Spec[];
  readonly input: unknown;
}

export const referencePrompt = definePrompt({
  name: 'reference',
  version: 1,
  reply: z.strictObject({ expected: z.string().refine((text) => text.trim() !== '') }),
  instructions: ({ task }: ReferenceRequest) => [
    'You write the reference answer to one input of an AI system: the answer by which others will be judged. You see the prompt of the system, the specs and the input.',
    `Be right and complete, meet every spec, and say no more than is needed.${task.output === undefined ? '' : ' The answer is a JSON text that OUTPUT_SCHEMA allows.'}`,
  ],
  material: ({ task, specs, input }) => [...taskMaterial(task), ...specsMaterial(specs), ['INPUT', textOf(input)]],
});
