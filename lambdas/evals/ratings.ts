/** People's ratings of golden examples, on the scale of the eval that they are about. */
import type { Rating } from '../contracts/dataset.ts';
import type { EvalSettings } from '../contracts/evals.ts';
import { type ScaleName, scaleNames, scales, scoreOfRating } from './judge-scale.ts';

/** The scale of an eval's verdicts; null where its scores are numbers in [0, 1]. */
export function scaleOf(settings: EvalSettings): ScaleName | null {
  if (settings.type !== 'llm_judge') return null;
  return scaleNames.find((name) => name === settings.scale) ?? 'pass_fail';
}

/** A rating as a score in [0, 1]; null when it is not on the eval's scale. */
export function humanScore(settings: EvalSettings, rating: Rating): number | null {
  const scale = scaleOf(settings);
  if (scale !== null) return scoreOfRating(scale, rating);
  if (typeof rating === 'number') return rating >= 0 && rating <= 1 ? rating : null;
  return scoreOfRating('pass_fail', rating);
}

/** What a rating of the eval may be. */
export function ratingWords(settings: EvalSettings): string {
  const scale = scaleOf(settings);
  if (scale === 'five_star') return '1, 2, 3, 4 or 5';
  if (scale === null) return 'a number from 0 to 1, or pass and fail';
  return scales[scale].verdicts.map(({ verdict }) => String(verdict)).join(', ');
}
