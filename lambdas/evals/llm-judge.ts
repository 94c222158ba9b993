/**
 * `llm_judge`: a model scores the answer by criteria or steps, its reasoning first; that reasoning is the feedback that
 * reflection works on. Evals of one `group` that ask the same judge alike share its calls.
 */
import { z } from 'zod';
import type { Example, Json } from '../contracts/dataset.ts';
import { evalFields, expectedFields } from '../contracts/evals.ts';
import { type JudgeModelSettings, judgeModelSchema } from '../contracts/task.ts';
import type { ChatAnswer } from '../model/chat-model.ts';
import { type Criterion, type Judged, judgeMessages, judgeRepair, judgeSchema } from './judge-prompt.ts';
import { type Judgement, readJudgeReply } from './judge-reply.ts';
import { describeScore, scaleNames, scales } from './judge-scale.ts';
import {
  type Answer,
  type EvalContext,
  type EvalDefinition,
  type Scored,
  show,
  wantedOf,
  wantedPlace,
} from './scorer.ts';
import { EvalFailure, type EvalServices, type Question } from './services.ts';

const schema = z.strictObject({
  ...evalFields,
  ...expectedFields,
  type: z.literal('llm_judge'),
  /** What good means, in words. */
  criteria: z.string().min(1).max(20_000).optional(),
  /** Steps that the judge goes through, in order. */
  steps: z.array(z.string().min(1).max(5_000)).min(1).max(32).optional(),
  scale: z.enum(scaleNames).default('pass_fail'),
  /** A reference answer: the eval's own; default: the example's `expected`. */
  value: z.string().min(1).optional(),
  /** Whether the judge is shown the reference: true: always, and it must be there; false: never; default: where there is one. */
  reference: z.boolean().optional(),
  /** The judge of this eval; default: the task's. */
  judge: judgeModelSchema.optional(),
  /** Draws of each judgement, averaged. */
  samples: z.number().int().min(1).max(20).default(1),
  /** `logprobs`: the score is weighted by the probabilities of the judge's own tokens, where its server gives them. */
  weighting: z.enum(['none', 'logprobs']).default('none'),
  /** Evals with the same name here are asked for in one call. */
  group: z.string().min(1).max(64).optional(),
});
export type JudgeSettings = z.infer<typeof schema>;

export const llmJudge: EvalDefinition<JudgeSettings> = {
  schema,
  threshold: ({ scale }) => scales[scale].threshold,
  missing: (settings, example) =>
    settings.reference === true && wantedOf(settings, example) === undefined
      ? `shows the judge a reference and needs ${wantedPlace(settings)}`
      : null,
  problem(settings, task) {
    if (settings.criteria === undefined && settings.steps === undefined) {
      return { field: 'criteria', message: 'is missing.', remedy: 'Say what good means, or give `steps`.' };
    }
    const judge = judgeOf(settings, task);
    if (judge === undefined) {
      const remedy = 'Name the judge in the task: judge: { name: gpt-4.1 }.';
      return { field: 'judge', message: 'is missing: neither the eval nor the task names a judge.', remedy };
    }
    if (settings.samples > 1 && judge.temperature === 0) {
      const message = `is ${settings.samples}, but the judge's temperature is 0: every sample would be the same.`;
      return { field: 'samples', message, remedy: 'Take one sample, or set the temperature of the judge to 1.' };
    }
    return null;
  },
  calls(settings, task) {
    const judge = judgeOf(settings, task);
    if (judge === undefined) return [];
    const nothing: Judged = { input: '', answer: '', reference: '', truncated: true };
    const frame = JSON.stringify([judgeMessages([settings], nothing, 0), judgeSchema([settings])]);
    const call = {
      model: judge.name,
      times: settings.samples,
      promptBytes: Buffer.byteLength(frame) + Buffer.byteLength(settings.value ?? ''),
      withExample: true,
      outputTokens: judge.maxOutputTokens,
      timeoutSeconds: judge.timeoutSeconds,
    };
    // The repair of a reply that cannot be read sends that reply along.
    return [
      call,
      { ...call, isRepair: true, promptBytes: call.promptBytes + 4 * judge.maxOutputTokens + REPAIR_BYTES },
    ];
  },
  group: ({ name, group, judge, samples, weighting, reference, path, value }) =>
    JSON.stringify(group === undefined ? [name] : [group, judge, samples, weighting, reference, path, value, 'shared']),
  scorer: (settings) => async (example, answer, services) => {
    const [scored] = await judge([settings], example, answer, services);
    if (scored === undefined) throw new Error('A judge gave no score.');
    return scored;
  },
  groupScorer: (members) => (example, answer, services) => judge(members, example, answer, services),
};

/** UTF-8 bytes of the words that ask for a repair. */
const REPAIR_BYTES = 500;

function judgeOf(settings: JudgeSettings, task: Pick<EvalContext, 'judge'>): JudgeModelSettings | undefined {
  return settings.judge ?? task.judge;
}

async function judge(
  members: readonly JudgeSettings[],
  example: Example,
  answer: Answer,
  services: EvalServices,
): Promise<Scored[]> {
  const [settings] = members;
  const model = settings === undefined ? undefined : judgeOf(settings, services);
  if (settings === undefined || model === undefined) throw new Error('There is no judge.');
  const judged = judgedOf(settings, example, answer);
  const ask = (sample: number): Promise<Sample> =>
    askOnce(members, judged, model, sample, settings.weighting === 'logprobs', services);
  const settled = await Promise.allSettled(Array.from({ length: settings.samples }, (_, sample) => ask(sample)));
  const samples = settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  return members.map((one) => toScored(one, samples, model));
}

function judgedOf(settings: JudgeSettings, example: Example, answer: Answer): Judged {
  const reference = settings.reference === false ? undefined : wantedOf(settings, example);
  const calls = (answer.toolCalls ?? []).map(({ name, arguments: given }) => `[calls ${name}(${textOf(given)})]`);
  return {
    input: textOf(example.input),
    answer: [answer.text, ...calls].join('\n'),
    reference: reference === undefined ? undefined : textOf(reference),
    truncated: answer.truncated,
  };
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** One draw, by eval. */
type Sample = ReadonlyMap<string, Judgement>;

/** One draw: the call, and one repair of a reply that cannot be read. @throws EvalFailure when that cannot be read either */
async function askOnce(
  members: readonly Criterion[],
  judged: Judged,
  model: JudgeModelSettings,
  sample: number,
  weighted: boolean,
  services: EvalServices,
): Promise<Sample> {
  const responseSchema = judgeSchema(members);
  let messages = judgeMessages(members, judged, sample);
  let why = '';
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const isUsable = (reply: ChatAnswer): boolean => readJudgeReply(members, reply, weighted).status === 'read';
    const question = { model, messages, responseSchema, logprobs: weighted, sample };
    const reply = await askFor(question, isUsable, services);
    const read = readJudgeReply(members, reply, weighted);
    if (read.status === 'read') return read.judgements;
    why = `${read.problem} It wrote: ${show(reply.text)}`;
    messages = judgeRepair(messages, reply.text, read.problem);
  }
  throw new EvalFailure('JudgeError', `The judge ${model.name} gave no usable reply in two attempts: ${why}`, false);
}

/** Judges whose servers have refused to give probabilities; known for the life of the process. */
const withoutProbabilities = new Set<string>();

async function askFor(
  question: Question,
  isUsable: (reply: ChatAnswer) => boolean,
  services: EvalServices,
): Promise<ChatAnswer> {
  if (!question.logprobs) return services.ask(question, isUsable);
  const plain = { ...question, logprobs: false, withoutProbabilities: true };
  if (withoutProbabilities.has(question.model.name)) return services.ask(plain, isUsable);
  try {
    return await services.ask(question, isUsable);
  } catch (error) {
    if (!(error instanceof EvalFailure) || error.name !== 'ModelRefusedRequestError') throw error;
    const answer = await services.ask(plain, isUsable);
    withoutProbabilities.add(question.model.name);
    return answer;
  }
}

function toScored(settings: JudgeSettings, samples: readonly Sample[], model: JudgeModelSettings): Scored {
  const judgements = samples.flatMap((sample) => sample.get(settings.name) ?? []);
  const score = judgements.reduce((sum, one) => sum + one.score, 0) / judgements.length;
  // The reasoning that is told is that of the sample nearest to the mean.
  const told = judgements.reduce((best, one) =>
    Math.abs(one.score - score) < Math.abs(best.score - score) ? one : best,
  );
  const mean = judgements.length === 1 ? '' : ` (mean of ${judgements.length})`;
  const plain = settings.weighting === 'logprobs' ? judgements.filter(({ isWeighted }) => !isWeighted).length : 0;
  return {
    score,
    feedback: `${describeScore(settings.scale, score)}${mean}: ${told.reasoning}`,
    rule: `meet this: ${(settings.criteria ?? settings.steps?.join(' ') ?? '').replace(/[.\s]+$/, '')}`,
    ...(plain === 0 ? {} : { note: noteOf(model, plain, judgements.length) }),
  };
}

function noteOf({ name }: JudgeModelSettings, plain: number, all: number): string {
  const of = all === 1 ? 'its verdict' : `${plain} of its ${all} verdicts`;
  return `${name} gave no probabilities for ${of}, which ${plain === 1 ? 'counts' : 'count'} as written.`;
}
