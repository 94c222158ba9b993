/** What can be told of a run before it is asked for: all but what only a sealed test set could show. */
import type { SplitName } from '../contracts/dataset.ts';
import { type InputProblem, InvalidInputError } from '../contracts/errors.ts';
import type { EvaluationRequest } from '../contracts/evaluation.ts';
import type { Overrides } from '../contracts/payloads.ts';
import type { Report } from '../contracts/report.ts';
import type { Components, TaskInput } from '../contracts/task.ts';
import { type Estimate, estimate } from '../optimizer/estimate.ts';
import { powerOf } from '../optimizer/power.ts';
import { checkEvaluation, refuseSealed, splitsNeeded } from '../rollout/check-evaluation.ts';
import { checkBeforeBudget, checkBudget } from '../rollout/check-task.ts';
import { checkTemplates } from '../rollout/check-templates.ts';
import { planEvaluation } from '../rollout/evaluation-plan.ts';
import { factsOf } from '../rollout/facts.ts';
import { readSplits, taskIn } from '../rollout/read-input.ts';
import { simulatedPrices } from '../rollout/simulated-prices.ts';
import { sealedSizeOf } from './sealed-size.ts';

const READABLE: readonly SplitName[] = ['train', 'validation', 'golden'];
const NO_SPLIT = { examples: [] };

/** @throws InvalidInputError when a test set was overridden by its examples: they would lie where a search could read them */
export function refuseInlineDatasets({ datasets }: TaskInput): void {
  const inline = Object.entries(datasets).filter(([, given]) => Array.isArray(given));
  if (inline.length === 0) return;
  throw new InvalidInputError(
    inline.map(([name]) => ({
      field: `overrides.datasets.${name}`,
      message: 'holds examples.',
      remedy: 'Store them with POST /datasets, and give the URI that it answers with.',
    })),
  );
}

/** A stored or inline task as a run changes it. @throws InvalidInputError */
export async function checkChanged(given: TaskInput, overrides: Overrides): Promise<void> {
  const task = simulatedPrices(taskIn(given));
  const { train = NO_SPLIT, ...others } = await readSplits(given.datasets, READABLE);
  const splits = { ...others, train };
  throwIfAny(checkBeforeBudget(task, splits), overrides);
  const test = await sizeOfTest(given);
  if (test !== null) throwIfAny(checkBudget(task, { ...splits, test }), overrides);
}

/** A prompt that the winner is compared with. @throws InvalidInputError */
export async function checkComparedPrompt(given: TaskInput, compareWith: Components): Promise<void> {
  const { train, validation } = await readSplits(given.datasets, ['train', 'validation']);
  const inputs = [train, validation].flatMap((split) => split?.examples.map(({ input }) => input) ?? []);
  const problems = checkTemplates({ ...taskIn(given), prompt: compareWith }, inputs);
  if (problems.length === 0) return;
  throw new InvalidInputError(
    problems.map((problem) => ({ ...problem, field: problem.field?.replace(/^prompt/, 'compareWith') })),
  );
}

/** @throws InvalidInputError */
export async function checkEvaluationRequest(given: TaskInput, request: EvaluationRequest): Promise<void> {
  refuseSealed(request);
  const task = simulatedPrices(taskIn(given), request.of === 'prompts' ? request.models : judgeModels(request));
  const [name = 'golden'] = splitsNeeded(request, given.datasets.validation !== undefined);
  // A sealed test set is read by the run alone.
  if (name === 'test') return;
  const split = (await readSplits(given.datasets, [name]))[name] ?? NO_SPLIT;
  const { variants } = planEvaluation(task, request, name, split.examples);
  const problems = checkEvaluation(task, request, variants, name, split);
  if (problems.length > 0) throw new InvalidInputError(problems);
}

function judgeModels({ judges }: Extract<EvaluationRequest, { of: 'judges' }>): string[] {
  return judges.flatMap(({ model, judge }) => [model ?? [], judge?.name ?? []].flat());
}

export interface RunEstimate extends Record<'low' | 'expected' | 'high', Estimate> {
  /** What the sealed test can show. */
  readonly power: Report['power'];
}

/** What a run of the task would spend. @throws InvalidInputError when nothing is known of its test set */
export async function estimateTask(given: TaskInput): Promise<RunEstimate> {
  const task = simulatedPrices(taskIn(given));
  const { train = NO_SPLIT, validation } = await readSplits(given.datasets, ['train', 'validation']);
  const test = await sizeOfTest(given);
  if (test === null) {
    const message = 'was uploaded by hand, so nothing is known of it.';
    const remedy = `Upload it with POST /datasets?task=${given.name}&split=test: its size is then known.`;
    throw new InvalidInputError([{ field: 'task.datasets.test', message, remedy }]);
  }
  const courses = estimate(task, factsOf(task, { train, validation, test }));
  return { ...courses, power: powerOf(test.examples, task.optimizer.testDraws) };
}

function sizeOfTest({ name, datasets: { test } }: TaskInput) {
  return typeof test === 'string' ? sealedSizeOf(name, test) : Promise.resolve(null);
}

/** Names the override where one is to blame, the task where not. @throws InvalidInputError when there is any */
function throwIfAny(problems: readonly InputProblem[], overrides: Overrides): void {
  if (problems.length === 0) return;
  const paths = Object.keys(overrides);
  throw new InvalidInputError(
    problems.map((problem) => {
      const field = problem.field?.replace(/^task\./, '') ?? '';
      const blamed = paths.some(
        (path) => path === field || field.startsWith(`${path}.`) || path.startsWith(`${field}.`),
      );
      return { ...problem, field: `${blamed ? 'overrides' : 'task'}.${field}` };
    }),
  );
}
