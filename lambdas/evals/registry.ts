/** All eval types behind one function. A new type is a schema in `contracts/task.ts`, a file here and a line below. */
import type { EvalResult } from '../contracts/artifacts.ts';
import type { Example } from '../contracts/dataset.ts';
import type { EvalSettings } from '../contracts/task.ts';
import { contains } from './contains.ts';
import { exactMatch } from './exact-match.ts';
import { jsonFields } from './json-fields.ts';
import { regex } from './regex.ts';
import type { Answer, Scored } from './scorer.ts';

export interface Scoring {
  /** Mean of the evals by weight, [0, 1]. */
  readonly score: number;
  readonly evals: EvalResult[];
}

/** Scores one answer by every eval. @throws Error when an eval cannot score it: that is a failure, never a 0. */
export function scoreAnswer(evals: readonly EvalSettings[], example: Example, answer: Answer): Scoring {
  const results = evals.map((settings): EvalResult => {
    const missing = missingFor(settings, example);
    if (missing !== null) throw new Error(`Example ${example.id}: ${missing}.`);
    const { score, feedback } = scoreOne(settings, example, answer);
    return { name: settings.name, score, feedback: cut(feedback) };
  });
  // Relative to the largest, so that no legal weights overflow or vanish in the sum.
  const largest = Math.max(...evals.map(({ weight }) => weight));
  const weights = evals.map(({ weight }) => weight / largest);
  const weighted = results.reduce((sum, { score }, i) => sum + score * (weights[i] ?? 0), 0);
  return { score: Math.min(1, weighted / weights.reduce((sum, weight) => sum + weight, 0)), evals: results };
}

/** Longest feedback of one eval, characters: it is stored with each rollout and shown to the reflection model. */
const MAX_FEEDBACK = 1_500;

function cut(feedback: string): string {
  return feedback.length > MAX_FEEDBACK ? `${feedback.slice(0, MAX_FEEDBACK).toWellFormed()}…` : feedback;
}

/** What an example lacks for an eval, in words; null when nothing. */
export function missingFor(settings: EvalSettings, example: Example): string | null {
  switch (settings.type) {
    case 'exact_match':
      return exactMatch.missing(settings, example);
    case 'contains':
      return contains.missing(settings, example);
    case 'regex':
      return regex.missing(settings, example);
    case 'json_fields':
      return jsonFields.missing(settings, example);
  }
}

function scoreOne(settings: EvalSettings, example: Example, answer: Answer): Scored {
  switch (settings.type) {
    case 'exact_match':
      return exactMatch.score(settings, example, answer);
    case 'contains':
      return contains.score(settings, example, answer);
    case 'regex':
      return regex.score(settings, example, answer);
    case 'json_fields':
      return jsonFields.score(settings, example, answer);
  }
}
