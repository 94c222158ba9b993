/** A JSON value out of a model's answer: the whole answer, or the one fenced block that it consists of. */
import type { Json } from '../contracts/dataset.ts';

export type ParsedAnswer = { readonly value: Json } | { readonly value: undefined; readonly problem: string };

// White space after the opening may not take line breaks: a model that writes nothing else would make the match quadratic.
const oneFence = /^```[a-zA-Z]*[^\S\n]*\n([\s\S]*?)\n?```$/;

export function parseAnswer(text: string): ParsedAnswer {
  const trimmed = text.trim();
  if (trimmed === '') return { value: undefined, problem: 'The answer was empty.' };
  const body = oneFence.exec(trimmed)?.[1] ?? trimmed;
  try {
    return { value: JSON.parse(body) as Json };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { value: undefined, problem: `The answer is not JSON (${reason.replace(/\s+/g, ' ').toWellFormed()}).` };
  }
}
