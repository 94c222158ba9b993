/** What must hold before an evaluation begins: as `check-task.ts`, for the one split that it is about. */
import type { Example, SplitName } from '../contracts/dataset.ts';
import { type InputProblem, InvalidInputError } from '../contracts/errors.ts';
import type { EvaluationRequest, Variant } from '../contracts/evaluation.ts';
import { LIMITS, type Task } from '../contracts/task.ts';
import { checkEvals, checkExpected, checkPrices, checkRatings, judgesOf } from './check-task.ts';
import { checkTemplates } from './check-templates.ts';
import type { GivenSplit } from './given-splits.ts';
import { contentHash, judgedEvals } from './resolve-task.ts';

/** Evals that need more of an answer than its text. */
const ASK_MORE = new Set(['latency', 'cost', 'tool_calls']);

/** Sides of one evaluation: each is compared with each other by each eval. */
const MOST_SIDES = 12;

/** Refuses the sealed test set. @throws InvalidInputError unless the request says that it is to be looked at */
export function refuseSealed(request: EvaluationRequest): void {
  if (request.of !== 'prompts' || request.split !== 'test' || request.unseal) return;
  throw new InvalidInputError([
    {
      field: 'evaluation.split',
      message: 'is the sealed test set, which shows nothing any more once it was looked at.',
      remedy:
        'Take validation, or say `unseal` (--unseal on the command line): that is kept in the history of the task, and every later report says so.',
    },
  ]);
}

/** The splits that an evaluation reads. Validation is carved from train where none is given. */
export function splitsNeeded(request: EvaluationRequest, hasValidation: boolean): SplitName[] {
  if (request.of === 'judges') return ['golden'];
  return request.split === 'validation' && !hasValidation ? ['train'] : [request.split];
}

export function checkEvaluation(
  task: Task,
  request: EvaluationRequest,
  variants: readonly Variant[],
  name: SplitName,
  split: GivenSplit,
): InputProblem[] {
  if (split.examples.length === 0) {
    return [{ file: split.file, field: `datasets.${name}`, message: 'has no examples.', remedy: 'Give at least one.' }];
  }
  const inputs = split.examples.map(({ input }) => input);
  const models = variants.flatMap((variant) => [
    ...(request.of === 'prompts' ? [variant.task.model.name] : []),
    ...judgesOf(variant.task),
  ]);
  const ofVariants = variants.flatMap((variant) => [
    ...checkEvals(variant.task),
    ...(request.of === 'prompts' ? checkTemplates(variant.task, inputs) : []),
  ]);
  return [
    ...checkDistinct(request, variants),
    ...distinct(ofVariants),
    ...checkExpected({ evals: variants[0]?.task.evals ?? [] }, { [name]: split }, [name]),
    ...(name === 'golden' ? checkRatings(task, split) : []),
    ...(request.of === 'judges' ? checkJudges(task, request, split) : []),
    ...checkPrices(task, models),
    ...checkSize(task, request, variants.length, split.examples.length),
  ];
}

/** An evaluation that a cap would cut short is not begun, nor one that is larger than the largest legal run. */
function checkSize({ budget }: Task, request: EvaluationRequest, variants: number, examples: number): InputProblem[] {
  if (variants > MOST_SIDES) {
    const message = `has ${variants} sides (each prompt with each model, or each judge); ${MOST_SIDES} can be compared at once.`;
    return [{ field: 'evaluation', message, remedy: 'Compare fewer at once.' }];
  }
  const isJudged = request.of === 'judges';
  const rollouts = variants * examples * (isJudged ? request.repeats : 1);
  const most = isJudged ? LIMITS.rollouts : Math.min(LIMITS.rollouts, budget.rollouts);
  if (rollouts <= most) return [];
  const what = isJudged ? `${variants} judges, ${request.repeats} times each` : `${variants} prompts and models`;
  const remedy =
    rollouts <= LIMITS.rollouts
      ? `Give more: --set budget.rollouts=${rollouts}.`
      : `At most ${LIMITS.rollouts} are possible: compare less at once, or fewer examples.`;
  return [
    {
      field: 'budget.rollouts',
      message: `allows ${most} rollouts, and ${what} on ${examples} examples are ${rollouts}.`,
      remedy,
    },
  ];
}

/** Two sides that are the same would be one side, paid for twice. */
function checkDistinct(request: EvaluationRequest, variants: readonly Variant[]): InputProblem[] {
  const first = new Map<string, Variant>();
  return variants.flatMap((variant) => {
    const content = contentHash([variant.task.prompt, variant.task.model, judgedEvals(variant.task)]);
    const twin = first.get(content);
    if (twin === undefined) {
      first.set(content, variant);
      return [];
    }
    const what = request.of === 'judges' ? 'judges' : 'prompts';
    const message = `${JSON.stringify(variant.prompt)} with ${variant.model} is the same as ${JSON.stringify(twin.prompt)}.`;
    return [{ field: `evaluation.${what}`, message, remedy: 'Give each side once.' }];
  });
}

function checkJudges(
  { evals }: Task,
  request: Extract<EvaluationRequest, { of: 'judges' }>,
  golden: GivenSplit,
): InputProblem[] {
  const problems: InputProblem[] = [];
  const without = golden.examples.find(({ output }) => output === undefined);
  if (without !== undefined) {
    problems.push({
      file: golden.file,
      line: golden.lineOf?.(without.id),
      field: 'datasets.golden',
      message: `example ${JSON.stringify(without.id)} has no \`output\`: there is nothing to judge.`,
      remedy: 'Add the answer that people have rated.',
    });
  }
  if (golden.examples.every((example) => !isRated(example))) {
    problems.push({
      file: golden.file,
      field: 'datasets.golden',
      message: 'has no ratings: there is nothing to compare a judge with.',
      remedy: `Add them, for example "ratings": { ${JSON.stringify(evals[0]?.name ?? 'helpful')}: "pass" }.`,
    });
  }
  for (const { name, type } of evals) {
    if (!ASK_MORE.has(type) || golden.examples.every(({ ratings = {} }) => !Object.hasOwn(ratings, name))) continue;
    problems.push({
      file: golden.file,
      field: 'datasets.golden',
      message: `rates ${name}, a ${type}, which a golden answer cannot be scored by: its text is all that is there.`,
      remedy: 'Take these ratings out.',
    });
  }
  for (const [i, judge] of request.judges.entries()) {
    for (const name of Object.keys(judge.evals)) {
      if (evals.some((settings) => settings.name === name && settings.type === 'llm_judge')) continue;
      problems.push({
        field: `evaluation.judges.${i}.evals.${name}`,
        message: 'is no judged eval of the task.',
        remedy: `Judged: ${evals.flatMap((one) => (one.type === 'llm_judge' ? [one.name] : [])).join(', ') || 'none'}.`,
      });
    }
  }
  return problems;
}

function isRated({ ratings = {} }: Example): boolean {
  return Object.keys(ratings).length > 0;
}

function distinct(problems: readonly InputProblem[]): InputProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
