/**
 * The judge: takes from each criterion what it asks for, looks for that in the answer, and gives its reasons before its
 * verdict. Like a real judge it is now and then one step off. Pure: the same request, key and seed give the same verdicts.
 */

import { type CustomerMessage, contentOf, readCustomerMessage } from './customer-message.ts';
import { ASPECTS, type Aspect, type Finding } from './judge-aspects.ts';
import type { JudgedCriterion, JudgeRequest } from './judge-request.ts';
import { analyse, evidence, type Phrase, phrases } from './reading.ts';
import { remember, unit } from './text.ts';

export const JUDGE_TUNING = {
  /** Share of the verdicts that are one step off at temperature 0, and how much of it a temperature of 1 adds. */
  offShare: 0.06,
  offPerTemperature: 0.03,
  /** How fast the probability of a verdict falls with its distance from what the judge thinks, a step. */
  sharpness: 2.2,
};

export type Verdict = Readonly<{
  name: string;
  reasoning: string;
  score: string | number;
  /** All verdicts of the scale, with their probabilities; that of `score` is the largest. */
  likely: ReadonlyArray<{ verdict: string | number; probability: number }>;
}>;

/** @param key what the judge's slips depend on beside the seed: a hash of the request */
export function judge(request: JudgeRequest, key: number, temperature: number, seed: number): Verdict[] {
  const offShare = JUDGE_TUNING.offShare + JUDGE_TUNING.offPerTemperature * Math.min(1, temperature);
  return request.criteria.map((criterion) => {
    const draw = (purpose: string) => unit(seed, key, criterion.name, purpose);
    const { share, reasons } = opinion(criterion, request);
    return verdictOf(criterion, share, reasons, draw('slip') < offShare ? draw('direction') : null);
  });
}

type Opinion = Readonly<{ share: number; reasons: readonly string[] }>;

function opinion(criterion: JudgedCriterion, request: JudgeRequest): Opinion {
  if (request.answer.trim() === '') return { share: 0, reasons: ['The answer is empty'] };
  const message = readCustomerMessage(request.input);
  const looked = aspectsOf(criterion.description).flatMap((aspect): [Aspect, Finding][] => {
    const finding = aspect.look(request.answer, message);
    return finding === null ? [] : [[aspect, finding]];
  });
  if (looked.length === 0) return generally(request, message);
  const faults = looked.flatMap(([, { remark }]) => (remark === '' ? [] : [remark]));
  const praises = looked.flatMap(([{ praise }, { remark }]) => (remark === '' ? [praise] : []));
  return {
    share: looked.reduce((sum, [, finding]) => sum + finding.share, 0) / looked.length,
    reasons: [
      ...(praises.length === 0 ? [] : [`The answer ${listed(praises)}`]),
      ...(faults.length === 0 ? [] : [`The answer ${listed(faults)}`]),
    ],
  };
}

const askedAs: ReadonlyArray<readonly [Aspect, readonly Phrase[]]> = ASPECTS.map((aspect) => [
  aspect,
  phrases(aspect.askedAs),
]);

/** What a criterion asks for. */
const aspectsOf = remember(64, (description) => {
  const read = analyse(description);
  return askedAs.flatMap(([aspect, list]) => (evidence(read, list, true) > 0 ? [aspect] : []));
});

/** Words of the reference that an answer may say otherwise, as a share. */
const LEEWAY = 0.3;

/** A criterion that the judge knows nothing of: nearness to the reference, or else whether the answer is on topic. */
function generally({ answer, reference }: JudgeRequest, message: CustomerMessage): Opinion {
  const said = contentOf(answer);
  const wanted = [...(reference === null ? message.content : contentOf(reference))];
  const lacking = wanted.filter((word) => !said.has(word));
  const found = wanted.length - lacking.length;
  if (reference !== null) {
    const share = wanted.length === 0 ? 1 : Math.min(1, found / wanted.length / (1 - LEEWAY));
    return share === 1
      ? { share, reasons: ['The answer says what the reference says'] }
      : { share, reasons: [`The answer lacks ${lacking.length} of the ${wanted.length} points of the reference`] };
  }
  if (wanted.length === 0 || found > 0) return { share: 1, reasons: ['The answer is about what the input asks'] };
  return { share: 0.25, reasons: ['The answer does not take up anything that the input is about'] };
}

/** @param slip null, or which way the judge errs, in [0, 1) */
function verdictOf(
  { name, verdicts }: JudgedCriterion,
  share: number,
  reasons: readonly string[],
  slip: number | null,
): Verdict {
  const top = verdicts.length - 1;
  // With two or three verdicts only an answer without a fault has the best one.
  const thought = top > 2 ? share * top : share >= 1 - 1e-9 ? top : share > 0 || top === 1 ? Math.min(1, top - 1) : 0;
  const right = Math.round(thought);
  const step = slip === null ? 0 : right === 0 ? 1 : right === top ? -1 : slip < 0.5 ? -1 : 1;
  const given = right + step;
  // Within half a step of the verdict, so that none is likelier than the one that is written.
  const centre = step === 0 ? Math.min(given + 0.49, Math.max(given - 0.49, thought)) : given - 0.3 * step;
  const weights = verdicts.map((_, at) => Math.exp(-JUDGE_TUNING.sharpness * Math.abs(at - centre)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const likely = verdicts.map((verdict, at) => ({ verdict, probability: (weights[at] ?? 0) / sum }));
  const aside = step === 0 ? [] : [step < 0 ? 'Its wording leaves doubts' : 'On the whole that weighs little'];
  return { name, reasoning: `${[...reasons, ...aside].join('. ')}.`, score: verdicts[given] ?? '', likely };
}

function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join('; ')}; and ${last}`;
}
