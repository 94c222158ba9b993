/** The steps of a judge, in the words by which specs and judges name what they want. */
import type { GeneratorRequest } from './generator-request.ts';
import { aspectsOfSpec, NO_SPEC, specsOf } from './generator-spec.ts';
import { sentencesOf } from './reply-guidance.ts';

const FIRST = 'Read the input: what has happened, and what the message leaves open.';
const LAST = 'Pass the answer when it meets every step above, and fail it otherwise.';

/** By aspect (`judge-aspects.ts`). None may name another aspect than its own. */
const STEPS: Readonly<Record<string, string>> = {
  problem: 'Check whether the answer names the problem that the input is about.',
  step: 'Look for the next step: what is done, and by whom. That somebody is "looking into it" is none.',
  deadline:
    'Look for words that say by when: a day, or a number of hours or days. That it will be "soon" says nothing.',
  question:
    'Compare the input with what has to be known, such as the order number or a photo. The answer asks for what is missing; where nothing is, skip this step.',
  promise:
    'Look for money or goods that are held out. The answer promises no refund, replacement, voucher or other compensation; what is still to be decided is not held out.',
  admission: 'Look for whose doing it was. The answer admits no fault and no liability; to be sorry is neither.',
  tone: 'Check whether the answer is polite from its first word to its last.',
  brevity: 'Check whether the answer is short, and leave nothing but the matter itself.',
};
const MOST_MIDDLE = 3;

export function writeSteps({ material }: GeneratorRequest): string[] {
  const spec = specsOf(material)[0] ?? NO_SPEC;
  const known = aspectsOfSpec(spec).flatMap(({ id }) => STEPS[id] ?? []);
  if (known.length > 0) return [FIRST, ...merged(known), LAST];
  const sentences = sentencesOf(spec.text).slice(0, MOST_MIDDLE);
  const asked = sentences.map((sentence) =>
    spec.type === 'issue'
      ? `Look in the answer for this issue: ${sentence}`
      : `Compare the answer with this: ${sentence}`,
  );
  return [FIRST, ...asked, LAST];
}

/** More than three steps in the middle are too many: the last ones are put together. */
function merged(steps: readonly string[]): string[] {
  const rest = steps.slice(MOST_MIDDLE - 1);
  return [...steps.slice(0, MOST_MIDDLE - 1), ...(rest.length === 0 ? [] : [rest.join(' ')])];
}
