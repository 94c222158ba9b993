/**
 * The generator: writes topics, inputs, examples and references, and helps with specs. It knows the customers of a shop for
 * house and garden, and little else. Like a real one it forgets an item or gives one twice now and then. Pure: the same
 * request and seed give the same reply.
 */
import { writeInputs } from './generator-inputs.ts';
import { writeQuestions } from './generator-questions.ts';
import { writeEdits } from './generator-refine.ts';
import { writeExamples, writeExpected } from './generator-replies.ts';
import type { GeneratorAsk, GeneratorRequest } from './generator-request.ts';
import { writeSteps } from './generator-steps.ts';
import { writeTopics } from './generator-topics.ts';
import { type Draw, drawsOf } from './generator-words.ts';

const WRITERS: Readonly<Record<GeneratorAsk, (request: GeneratorRequest, draw: Draw) => object>> = {
  topics: (request, draw) => ({ topics: writeTopics(request, draw) }),
  inputs: (request, draw) => ({ inputs: writeInputs(request, draw) }),
  steps: (request) => ({ steps: writeSteps(request) }),
  questions: (request) => ({ questions: writeQuestions(request) }),
  edits: (request) => writeEdits(request),
  examples: (request, draw) => ({ examples: writeExamples(request, draw) }),
  expected: (request, draw) => ({ expected: writeExpected(request, draw) }),
};

/** @param key a hash of the request */
export function generate(request: GeneratorRequest, key: number, seed: number): string {
  return JSON.stringify(WRITERS[request.asks](request, drawsOf(seed, key)));
}
