/**
 * Sentences that an experienced person might write into such a prompt: most of them helpful, some vague, some wrong.
 * The reflection model draws from them by what the feedback complains about; it does not know which ones are good.
 * `{label}` stands for the name of the value as the prompt writes it.
 */
import type { Advice } from './advice.ts';
import { FACILITY_ADVICE } from './guidelines-facility.ts';
import { REPLY_ADVICE } from './guidelines-replies.ts';
import { SUPPORT_ADVICE } from './guidelines-support.ts';

export const ADVICE: readonly Advice[] = [...REPLY_ADVICE, ...FACILITY_ADVICE, ...SUPPORT_ADVICE];

/** Edits that change nothing that matters; people write them all the same. */
export const USELESS: readonly string[] = [
  'Think carefully before you answer.',
  'Be accurate and consistent.',
  'Read the whole text twice.',
  'You are an expert with many years of experience.',
  'Take a deep breath and work step by step.',
];

export const JSON_ONLY: readonly string[] = [
  'Answer with valid JSON only: no code fences, no text before or after it.',
  'Your whole answer is one JSON object, nothing else.',
];

export const LABEL_ONLY: readonly string[] = [
  'Answer with the label only, nothing else.',
  'Your whole answer is the name of one category, without punctuation or explanation; nothing else.',
];
