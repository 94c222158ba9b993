/** Topics that the inputs of a task are about, or those below one of them. */
import { z } from 'zod';
import type { Spec, SpecTask } from '../../contracts/spec.ts';
import { likeMaterial, specsMaterial, taskMaterial } from './material.ts';
import { definePrompt } from './prompt.ts';

export interface TopicsRequest {
  readonly task: SpecTask;
  readonly specs: readonly Spec[];
  readonly count: number;
  /** Names of the topics above, from the top; empty at the top. */
  readonly path: readonly string[];
  /** Topics that are there already. */
  readonly known: readonly string[];
  readonly like: readonly string[];
}

const reply = z.strictObject({ topics: z.array(z.string()) });

export const topicsPrompt = definePrompt({
  name: 'topics',
  version: 1,
  reply,
  instructions: ({ count, path }: TopicsRequest) => [
    'You plan data to test an AI system. You see its prompt and the specs by which its answers are judged.',
    path.length === 0
      ? `Name ${count} topics that together cover what the inputs of this system will be about: the everyday ones, the rare ones, and those in which the specs are easily broken.`
      : `Name ${count} topics below the topic under PATH that together cover it.`,
    'Each is a few words that name the matter and not how well it is dealt with, no two overlap, and none of them is among those under KNOWN.',
  ],
  material: ({ task, specs, path, known, like }) => [
    ...taskMaterial(task),
    ...specsMaterial(specs),
    ...(path.length === 0 ? [] : [['PATH', path.join(' > ')] as const]),
    ...(known.length === 0 ? [] : [['KNOWN', known.join('\n')] as const]),
    ...likeMaterial(like),
  ],
});
