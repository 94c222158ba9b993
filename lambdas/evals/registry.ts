/** All eval types behind one function. A new type is a file here and a line in `types`. */
import { z } from 'zod';
import type { EvalResult } from '../contracts/artifacts.ts';
import type { Example } from '../contracts/dataset.ts';
import type { EvalSettings } from '../contracts/evals.ts';
import { contains } from './contains.ts';
import { containsAll } from './contains-all.ts';
import { containsAny } from './contains-any.ts';
import { cost } from './cost.ts';
import { custom } from './custom.ts';
import { exactMatch } from './exact-match.ts';
import { isJson } from './is-json.ts';
import { isRefusal } from './is-refusal.ts';
import { parseAnswer } from './json-answer.ts';
import { jsonFields } from './json-fields.ts';
import { jsonSchema } from './json-schema.ts';
import { latency } from './latency.ts';
import { length } from './length.ts';
import { levenshtein } from './levenshtein.ts';
import { llmJudge } from './llm-judge.ts';
import { number } from './number.ts';
import { regex } from './regex.ts';
import { rougeL } from './rouge-l.ts';
import {
  type Answer,
  cutNote,
  type EvalCalls,
  type EvalContext,
  type EvalDefinition,
  type GroupScorer,
  type Scored,
  type SettingsProblem,
  show,
  toJson,
  valueAt,
} from './scorer.ts';
import { type EvalServices, ScoringEndedError } from './services.ts';
import { setMatch } from './set-match.ts';
import { similarity } from './similarity.ts';
import { startsWith } from './starts-with.ts';
import { toolCalls } from './tool-calls.ts';

const types = {
  exact_match: exactMatch,
  contains,
  contains_all: containsAll,
  contains_any: containsAny,
  starts_with: startsWith,
  regex,
  is_json: isJson,
  json_schema: jsonSchema,
  json_fields: jsonFields,
  number,
  set_match: setMatch,
  levenshtein,
  rouge_l: rougeL,
  length,
  is_refusal: isRefusal,
  tool_calls: toolCalls,
  latency,
  cost,
  similarity,
  llm_judge: llmJudge,
  custom,
};

/** A definition whose settings are not known by type; it is only ever handed settings of its own schema. */
type AnyDefinition = Omit<EvalDefinition<never>, 'schema'> & { readonly schema: z.ZodObject & z.ZodType<EvalSettings> };

const byType: ReadonlyMap<string, AnyDefinition> = new Map(Object.entries(types));
const [first, ...others] = [...byType.values()].map(({ schema }) => schema);
if (first === undefined) throw new Error('There is no eval type.');

/** A user's eval, by its type: what a task's `evals` are checked against and filled in by. */
export const evalSchema = z.discriminatedUnion('type', [first, ...others]);

export interface Scoring {
  /** Mean of the evals by weight, [0, 1]. */
  readonly score: number;
  /** In the order of the task. */
  readonly evals: EvalResult[];
}

/**
 * Scores one answer by every eval; those that cost calls run at once, and each is finished whatever becomes of the others.
 * @throws what ended the scoring for a reason that is no eval's, else what the first eval that could not score threw: a
 *   failure, never a 0
 */
export async function scoreAnswer(
  evals: readonly EvalSettings[],
  example: Example,
  answer: Answer,
  services: EvalServices,
): Promise<Scoring> {
  const groups = groupsOf(evals);
  const settled = await Promise.allSettled(
    groups.map(async ({ members, scorer }) => {
      const lacking = members.map((settings) => missingFor(settings, example)).find((missing) => missing !== null);
      if (lacking !== undefined) throw new Error(`Example ${example.id}: ${lacking}.`);
      const part = partOf(answer, members[0]?.answerPath);
      return 'score' in part ? members.map(() => part) : turned(members, await scorer(example, part, services), part);
    }),
  );
  const reasons = settled.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  const ended = reasons.find((reason) => reason instanceof ScoringEndedError);
  if (ended !== undefined) throw ended;
  const byName = new Map<string, EvalResult>();
  for (const [i, outcome] of settled.entries()) {
    if (outcome.status === 'rejected') throw outcome.reason;
    for (const [at, { name }] of (groups[i]?.members ?? []).entries()) {
      const { score, feedback, note } = outcome.value[at] ?? noResult(name);
      byName.set(name, { name, score, feedback: cut(feedback), ...(note === undefined ? {} : { note }) });
    }
  }
  const results = evals.map(({ name }) => byName.get(name) ?? noResult(name));
  return { score: weightedMean(evals, results), evals: results };
}

/** Whether a score counts as passed. */
export function passes(settings: EvalSettings, score: number): boolean {
  // What would pass does not pass when it is turned round.
  if (settings.not === true && settings.threshold === undefined) {
    return 1 - score < defaultThreshold(settings) - ROUNDING_ERROR;
  }
  return score >= thresholdOf(settings) - ROUNDING_ERROR;
}

/** Score from which on an answer passes. */
export function thresholdOf(settings: EvalSettings): number {
  return settings.threshold ?? defaultThreshold(settings);
}

function defaultThreshold(settings: EvalSettings): number {
  return definitionOf(settings).threshold?.(settings as never) ?? 1;
}

/** What an example lacks for an eval, in words; null when nothing. */
export function missingFor(settings: EvalSettings, example: Example): string | null {
  const missing = definitionOf(settings).missing?.(settings as never, example) ?? null;
  return missing === null ? null : `${settings.type} ${missing}`;
}

/** What is wrong with an eval's settings beyond their form; null when nothing. */
export function problemOf(settings: EvalSettings, task: EvalContext): SettingsProblem | null {
  return definitionOf(settings).problem?.(settings as never, task) ?? null;
}

/** Model calls that one scoring by all evals may cost, at their worst. */
export function callsOfEvals(evals: readonly EvalSettings[], task: EvalContext): EvalCalls[] {
  return evals.flatMap((settings) => definitionOf(settings).calls?.(settings as never, task) ?? []);
}

/** Whether scoring an answer costs calls, so that the answer is worth keeping before it is scored. */
export function asksModels(evals: readonly EvalSettings[]): boolean {
  return evals.some((settings) => definitionOf(settings).calls !== undefined);
}

const ROUNDING_ERROR = 1e-9;

/** Longest feedback of one eval, characters: it is stored with each rollout and shown to the reflection model. */
const MAX_FEEDBACK = 1_500;

function cut(feedback: string): string {
  return feedback.length > MAX_FEEDBACK ? `${feedback.slice(0, MAX_FEEDBACK).toWellFormed()}…` : feedback;
}

interface Group {
  readonly members: readonly EvalSettings[];
  readonly scorer: GroupScorer;
}

// A task's evals are one array for the whole life of a run: what its patterns and schemas compile to is kept with it.
const prepared = new WeakMap<readonly EvalSettings[], readonly Group[]>();

function groupsOf(evals: readonly EvalSettings[]): readonly Group[] {
  const known = prepared.get(evals);
  if (known !== undefined) return known;
  const byGroup = new Map<string, EvalSettings[]>();
  for (const settings of evals) {
    const own = definitionOf(settings).group?.(settings as never) ?? settings.name;
    const key = JSON.stringify([settings.type, own, settings.answerPath ?? null]);
    byGroup.set(key, [...(byGroup.get(key) ?? []), settings]);
  }
  const groups = [...byGroup.values()].map((members) => ({ members, scorer: scorerOf(members) }));
  prepared.set(evals, groups);
  return groups;
}

function scorerOf(members: readonly EvalSettings[]): GroupScorer {
  const [settings] = members;
  if (settings === undefined) throw new Error('A group has at least one eval.');
  const definition = definitionOf(settings);
  if (definition.groupScorer !== undefined) return definition.groupScorer(members as readonly never[]);
  const scorer = definition.scorer(settings as never);
  return async (example, answer, services) => [await scorer(example, answer, services)];
}

/** @throws Error when there is no such type: settings were checked when the task was read. */
function definitionOf({ type }: EvalSettings): AnyDefinition {
  const definition = byType.get(type);
  if (definition === undefined) throw new Error(`There is no eval type ${JSON.stringify(type)}.`);
  return definition;
}

/** The part of a JSON answer that an eval scores, or the 0 that an answer without it gets, `not` or not. */
function partOf(answer: Answer, path: string | undefined): Answer | Scored {
  if (path === undefined) return answer;
  const rule = `be JSON with the field ${path}`;
  const parsed = parseAnswer(answer.text);
  const part = parsed.value === undefined ? undefined : valueAt(parsed.value, path);
  if (part !== undefined) return { ...answer, text: typeof part === 'string' ? part : toJson(part) };
  const problem = parsed.value === undefined ? parsed.problem : `The answer has no field ${path}.`;
  return { score: 0, feedback: `${problem}${cutNote(answer)}`, rule };
}

/** Evals with `not` are turned round. */
function turned(members: readonly EvalSettings[], results: readonly Scored[], answer: Answer): Scored[] {
  return members.map((settings, i) => {
    const scored = results[i] ?? noResult(settings.name);
    if (settings.not !== true) return scored;
    const score = 1 - scored.score;
    const why = scored.score > 0 && scored.feedback !== 'Right.' ? ` (${scored.feedback})` : '';
    const wrong = `The answer must not ${scored.rule}, but was ${show(answer.text)}.${why}${cutNote(answer)}`;
    return { ...scored, score, feedback: score >= 1 - ROUNDING_ERROR ? 'Right.' : wrong };
  });
}

function weightedMean(evals: readonly EvalSettings[], results: readonly EvalResult[]): number {
  // Relative to the largest, so that no legal weights overflow or vanish in the sum.
  const largest = Math.max(...evals.map(({ weight }) => weight));
  const weights = evals.map(({ weight }) => weight / largest);
  const weighted = results.reduce((sum, { score }, i) => sum + score * (weights[i] ?? 0), 0);
  return Math.min(1, weighted / weights.reduce((sum, weight) => sum + weight, 0));
}

function noResult(name: string): never {
  throw new Error(`The eval ${name} gave no result.`);
}
