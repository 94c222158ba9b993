/** Where is a spec ambiguous? Questions with options; none when it is clear. */
import { z } from 'zod';
import type { Spec } from '../../contracts/spec.ts';
import { specMaterial, taskMaterial } from './material.ts';
import { definePrompt } from './prompt.ts';

const reply = z.strictObject({
  questions: z.array(z.strictObject({ question: z.string(), why: z.string(), options: z.array(z.string()) })),
});

export const clarifyPrompt = definePrompt({
  name: 'clarify',
  version: 1,
  reply,
  instructions: () => [
    'You help a person to say precisely what a good answer of an AI system is. You see the prompt of the system and a spec: one requirement, by which each answer will be judged to pass or fail.',
    'Find where two careful people who read the spec would judge the same answer differently: a word that may be read in two ways, a case that it does not speak of and that this system will meet, an exception, a limit without a number, two examples that contradict each other or the description.',
    'For each such place ask one short question that the person can answer without knowing anything of models, say in one sentence which answers would be judged differently, and give two to four options that exclude each other, the likeliest first. Ask at most six questions, the most important first. Ask nothing that the spec already answers, nothing about the model or the prompt, and nothing whose answer would change no judgement. When the spec is clear, give an empty list.',
  ],
  material: (spec: Spec) => [...taskMaterial(spec.task), ...specMaterial(spec)],
});
