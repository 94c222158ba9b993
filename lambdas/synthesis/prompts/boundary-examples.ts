/** Examples that straddle the boundary of a spec, for a person to rate. */
import { z } from 'zod';
import type { Spec } from '../../contracts/spec.ts';
import { inputForm, specMaterial, taskMaterial, textOf } from './material.ts';
import { definePrompt } from './prompt.ts';

export interface BoundaryRequest {
  readonly spec: Spec;
  /** How many that should pass, and how many that should fail. */
  readonly pass: number;
  readonly fail: number;
  /** Inputs and outputs that were shown already. */
  readonly shown: readonly { readonly input: unknown; readonly output: string }[];
}

const reply = z.strictObject({
  examples: z.array(z.strictObject({ input: z.string(), output: z.string(), intended: z.enum(['pass', 'fail']) })),
});

export const boundaryPrompt = definePrompt({
  name: 'boundary-examples',
  version: 1,
  reply,
  instructions: ({ spec, pass, fail }: BoundaryRequest) => [
    'You write examples for a person who says what a spec means: an input of an AI system, and an answer that the system could have given. The person will say of each whether it passes.',
    `Write ${pass} ${pass === 1 ? 'example' : 'examples'} that should just pass and ${fail} that should just fail, in mixed order. They are of use near the boundary: a passing one looks at first sight as if it failed, a failing one as if it passed, and pairs of them differ in the one thing that decides. Each is about something else, and each decides another question that the spec leaves room for. Write inputs as real users write them, and answers as this system gives them.`,
    inputForm(spec.task),
  ],
  material: ({ spec, shown }) => [
    ...taskMaterial(spec.task),
    ...specMaterial(spec),
    ...(shown.length === 0
      ? []
      : [
          [
            'SHOWN',
            shown.map(({ input, output }) => `input: ${textOf(input)}\noutput: ${output}`).join('\n\n'),
          ] as const,
        ]),
  ],
});
