/** What every eval is: a score in [0, 1] and feedback that a person (and the reflection model) can act on. */
import type { Example, Json } from '../contracts/dataset.ts';

export interface Scored {
  /** [0, 1]; 1 is right. */
  readonly score: number;
  /** What was wrong and what was wanted, or that it was right. */
  readonly feedback: string;
}

export interface Answer {
  readonly text: string;
  /** Whether it was cut at `maxOutputTokens`. */
  readonly truncated: boolean;
}

/** Scores one answer. @throws Error when the example lacks what the eval needs (`checkTask` refuses such tasks). */
export type Scorer<Settings> = (settings: Settings, example: Example, answer: Answer) => Scored;

/** One eval type. */
export interface EvalDefinition<Settings> {
  readonly score: Scorer<Settings>;
  /** What this example lacks for the eval, in words; null when it has all that is needed. */
  readonly missing: (settings: Settings, example: Example) => string | null;
}

/** A value as feedback shows it: JSON, cut at 200 characters. */
export function show(value: Json | undefined): string {
  const text = value === undefined ? 'nothing' : toJson(value);
  return text.length > 200 ? `${text.slice(0, 200).toWellFormed()}… (${text.length} characters)` : text;
}

/** A model may nest deeper than can be written down; that is a bad answer and no failure. */
function toJson(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch {
    return 'a value that is nested too deeply to be shown';
  }
}

/** Added to feedback where an answer was cut. */
export function cutNote(answer: Answer): string {
  return answer.truncated ? ' The answer was cut off at the output limit: a shorter answer is needed.' : '';
}
