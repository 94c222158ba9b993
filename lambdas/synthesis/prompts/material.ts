/** The blocks of material that several prompts share: the task, the spec. */
import type { Spec, SpecTask } from '../../contracts/spec.ts';
import type { Material } from '../../model/material.ts';
import { criteriaOf } from '../spec-types.ts';

/** The task as its model sees it, with a sample where there is one. */
export function taskMaterial({ prompt, input, output, sample }: SpecTask): Material {
  const blocks: [string, string][] = [
    [
      'PROMPT',
      Object.entries(prompt)
        .map(([name, text]) => `${name}:\n${text.trim()}`)
        .join('\n\n'),
    ],
  ];
  if (input !== undefined) blocks.push(['INPUT_SCHEMA', JSON.stringify(input.schema, null, 2)]);
  if (output !== undefined) blocks.push(['OUTPUT_SCHEMA', JSON.stringify(output.schema, null, 2)]);
  if (sample?.input !== undefined) blocks.push(['SAMPLE_INPUT', textOf(sample.input)]);
  if (sample?.output !== undefined) blocks.push(['SAMPLE_OUTPUT', sample.output]);
  return blocks;
}

export function specMaterial(spec: Spec): Material {
  return [['SPEC', `name: ${spec.name}\ntype: ${spec.type}\n\n${criteriaOf(spec)}`]];
}

export function specsMaterial(specs: readonly Spec[]): Material {
  return specs.length === 1
    ? specs.flatMap(specMaterial)
    : [['SPECS', specs.map((spec) => `# ${spec.name}\n${criteriaOf(spec)}`).join('\n\n')]];
}

/** A value as a model reads it: text as it is, anything else as JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** How an input is written down in a reply. */
export function inputForm({ input }: SpecTask): string {
  return input === undefined
    ? 'An input is a text.'
    : 'An input is a JSON object that INPUT_SCHEMA allows; write it as a JSON text.';
}

/** Real inputs that set the style. */
export function likeMaterial(like: readonly string[]): Material {
  return like.length === 0 ? [] : [['LIKE', like.join('\n---\n')]];
}
