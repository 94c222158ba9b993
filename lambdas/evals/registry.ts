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
  const results = evals.map((settings) => ({ name: settings.name, ...scoreOne(settings, example, answer) }));
  const weights = evals.reduce((sum, settings) => sum + settings.weight, 0);
  const weighted = results.reduce((sum, result, i) => sum + result.score * (evals[i]?.weight ?? 0), 0);
  return { score: Math.min(1, weighted / weights), evals: results };
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
