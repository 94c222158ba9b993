/** What every eval type is: a schema of its settings, and a score in [0, 1] with feedback that a person can act on. */
import type { z } from 'zod';
import type { Example, Json } from '../contracts/dataset.ts';
import type { EvalSettings } from '../contracts/evals.ts';
import type { JudgeModelSettings, Price } from '../contracts/task.ts';
import type { EvalServices } from './services.ts';

/** A function that the model wanted to call. */
export interface ToolCall {
  readonly name: string;
  /** As the model wrote them; text where they are no JSON. */
  readonly arguments: Json;
}

/** What a model answered, or what a golden example holds. */
export interface Answer {
  readonly text: string;
  /** Whether it was cut at `maxOutputTokens`. */
  readonly truncated: boolean;
  /** Whether the server itself says that the model declined. */
  readonly refused?: boolean;
  readonly toolCalls?: readonly ToolCall[];
  /** Milliseconds from request to answer; null when nobody measured. */
  readonly latencyMs?: number | null;
  /** US dollars of the call; null when the price is not known. */
  readonly costUsd?: number | null;
}

export interface Scored {
  /** [0, 1]; 1 is right. */
  readonly score: number;
  /** What was wrong and what was wanted, or that it was right. */
  readonly feedback: string;
  /** What was asked of the answer, as it reads after "The answer must": `contain "refund"`. An eval with `not` tells it. */
  readonly rule: string;
  /** How the score came about, where that is not as the task asked. */
  readonly note?: string;
}

/** Scores one answer. @throws Error when it cannot: a failure, never a 0. */
export type Scorer = (example: Example, answer: Answer, services: EvalServices) => Scored | Promise<Scored>;

/** Scores one answer by several evals at once, in their order. Throws as `Scorer` does. */
export type GroupScorer = (example: Example, answer: Answer, services: EvalServices) => Promise<readonly Scored[]>;

/** One eval type. */
export interface EvalDefinition<Settings extends EvalSettings> {
  readonly schema: z.ZodObject & z.ZodType<Settings>;
  /** The scorer of these settings; what can be prepared once (a pattern, a schema) is. */
  readonly scorer: (settings: Settings) => Scorer;
  /** What this example lacks for the eval, in words that go on after the type's name; null when it has all it needs. */
  readonly missing?: (settings: Settings, example: Example) => string | null;
  /** What is wrong with the settings that the schema cannot say. */
  readonly problem?: (settings: Settings, task: EvalContext) => SettingsProblem | null;
  /** Default of `threshold`; 1 where the type does not say. */
  readonly threshold?: (settings: Settings) => number;
  /** What one scoring may cost beside the answer itself; nothing where the type does not say. */
  readonly calls?: (settings: Settings, task: EvalContext) => readonly EvalCalls[];
  /** Evals with the same group are scored together by `groupScorer`. */
  readonly group?: (settings: Settings) => string;
  readonly groupScorer?: (settings: readonly Settings[]) => GroupScorer;
}

/** What of the task an eval's settings are checked against. */
export interface EvalContext {
  readonly judge?: JudgeModelSettings | undefined;
  readonly modelName: string;
  readonly hasTools: boolean;
  readonly prices: Readonly<Record<string, Price>>;
}

export interface SettingsProblem {
  readonly field: string;
  readonly message: string;
  readonly remedy: string;
}

/** Model calls of one scoring, at their worst. */
export interface EvalCalls {
  readonly model: string;
  /** How many times the prompt is sent. */
  readonly times: number;
  /** UTF-8 bytes of the prompt without the example and the answer. */
  readonly promptBytes: number;
  /** Whether the prompt holds the example's input and expected value beside the answer. */
  readonly withExample: boolean;
  readonly outputTokens: number;
  /** Made only where the call before it could not be used. */
  readonly isRepair?: boolean;
  /** Time limit of one call. */
  readonly timeoutSeconds: number;
}

/** A yes-or-no result about the answer's text. `rule` goes on after "The answer must". */
export function decide(isRight: boolean, rule: string, answer: Answer, was = `was ${show(answer.text)}`): Scored {
  return isRight
    ? { score: 1, feedback: 'Right.', rule }
    : { score: 0, feedback: `The answer must ${rule}, but ${was}.${cutNote(answer)}`, rule };
}

/** The value that an eval compares with: its own `value`, or the example's `expected`, or the part of it at `path`. */
export function wantedOf(
  settings: { value?: Json | undefined; path?: string | undefined },
  example: Example,
): Json | undefined {
  if (settings.value !== undefined) return settings.value;
  return settings.path === undefined ? example.expected : valueAt(example.expected, settings.path);
}

/** `expected`, or the place in it that an eval reads, for a sentence about what is missing. */
export function wantedPlace(settings: { path?: string | undefined }): string {
  return settings.path === undefined ? '`expected`' : `\`expected.${settings.path}\``;
}

/** What is missing where an eval wants a text and none is given, or none that is enough; null: nothing is. */
export function missingText(
  settings: { value?: Json | undefined; path?: string | undefined },
  example: Example,
  isEnough: (wanted: string) => boolean = () => true,
): string | null {
  const wanted = wantedOf(settings, example);
  return typeof wanted === 'string' && isEnough(wanted)
    ? null
    : `needs \`value\` in the eval or a text as ${wantedPlace(settings)}`;
}

/** The value at a dotted path; a key that holds the whole path wins. Nothing is inherited. */
export function valueAt(value: Json | undefined, path: string): Json | undefined {
  if (Array.isArray(value)) return elementAt(value, path);
  if (!isRecord(value)) return undefined;
  const whole = own(value, path);
  if (whole !== undefined) return whole;
  const dot = path.indexOf('.');
  return dot === -1 ? undefined : valueAt(own(value, path.slice(0, dot)), path.slice(dot + 1));
}

function elementAt(list: readonly Json[], path: string): Json | undefined {
  const [first = '', ...rest] = path.split('.');
  const element = /^\d{1,9}$/.test(first) ? list[Number(first)] : undefined;
  return rest.length === 0 ? element : valueAt(element, rest.join('.'));
}

export function own(value: Record<string, Json>, name: string): Json | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

export function isRecord(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as feedback shows it: JSON, cut at 200 characters. */
export function show(value: Json | undefined): string {
  const text = value === undefined ? 'nothing' : toJson(value);
  return text.length > 200 ? `${text.slice(0, 200).toWellFormed()}… (${text.length} characters)` : text;
}

/** JSON. A model may nest deeper than can be written down; that is a bad answer and no failure. */
export function toJson(value: Json): string {
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
