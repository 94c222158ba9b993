/** JSON text to its value, or where it stops being JSON. */
import { ProblemError } from './problem.ts';
import { unstorable } from './storable.ts';

/** @throws ProblemError 400 with the position, or 422 when the value could not be stored */
export function parseJsonBody(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const position = brokenAt(text, error);
    const before = text.slice(0, position).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    const where = `character ${position} (line ${before.length}, column ${column})`;
    const message = text.trim() === '' ? 'is empty.' : `stops being JSON at ${where}.`;
    const remedy = 'Send one JSON value in UTF-8.';
    throw new ProblemError(400, 'invalid_input', {
      problems: [{ field: 'body', line: before.length, message, remedy }],
    });
  }
  const problem = unstorable(value);
  if (problem !== null) throw new ProblemError(422, 'invalid_input', { problems: [problem] });
  return value;
}

/**
 * Characters before the first that cannot be. The engine tells some errors without their place; that is the end of the
 * longest beginning that could still become JSON, and every shorter beginning could too.
 */
function brokenAt(text: string, error: SyntaxError): number {
  const told = placeIn(error);
  if (told !== null) return told;
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (couldGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return couldGoOn(text) ? text.length : good;
}

function couldGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return /end of JSON input/.test(error.message) || (placeIn(error) ?? -1) >= beginning.length;
  }
}

function placeIn({ message }: SyntaxError): number | null {
  const [, place] = /at position (\d+)/.exec(message) ?? [];
  return place === undefined ? null : Number(place);
}
