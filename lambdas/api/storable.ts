/** JSON that no table could keep: said where the request is read, in the words of the request. Pure. */
import type { InputProblem } from '../contracts/errors.ts';

/** DynamoDB's numbers reach from 1e-130 to 9.99…e125; on either side of zero. */
const SMALLEST = 1e-130;
const LARGEST = 9.99e125;
/** DynamoDB keeps 32 levels, of which an item needs some around the value. */
const MOST_LEVELS = 28;

/** The first thing in the value that cannot be stored; null when there is none. */
export function unstorable(value: unknown): InputProblem | null {
  const waiting: { value: unknown; path: readonly string[] }[] = [{ value, path: [] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    const problem = problemOf(value, path);
    if (problem !== null) return problem;
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, inner] of Object.entries(value)) waiting.push({ value: inner, path: [...path, name] });
  }
  return null;
}

function problemOf(value: unknown, path: readonly string[]): InputProblem | null {
  const field = path.join('.') || 'body';
  const name = path.at(-1);
  if (path.length > MOST_LEVELS) {
    return { field, message: `is nested deeper than ${MOST_LEVELS} levels.`, remedy: 'Send flatter JSON.' };
  }
  if (name === '') return { field, message: 'is a field without a name.', remedy: 'Give it one.' };
  if (typeof value === 'number' && value !== 0 && (Math.abs(value) < SMALLEST || Math.abs(value) > LARGEST)) {
    return { field, message: 'is a number that cannot be stored.', remedy: 'Give one nearer to 1.' };
  }
  if ((typeof value === 'string' && !value.isWellFormed()) || name?.isWellFormed() === false) {
    const message = 'holds half of a surrogate pair, which is no character.';
    return { field: field.toWellFormed(), message, remedy: 'Send whole characters.' };
  }
  return null;
}
