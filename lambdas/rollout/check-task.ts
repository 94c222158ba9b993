/**
 * Everything about a task that its schema cannot say: templates against examples, evals against `expected`, splits
 * against each other, caps against what the smallest run needs. The command line and Prepare ask the same questions.
 */
import type { Example, SplitName } from '../contracts/dataset.ts';
import type { InputProblem } from '../contracts/errors.ts';
import type { Task } from '../contracts/task.ts';
import { humanScore, ratingWords } from '../evals/ratings.ts';
import { callsOfEvals, missingFor, problemOf } from '../evals/registry.ts';
import { priceOf } from '../model/prices.ts';
import { requiredAmount } from '../optimizer/budget.ts';
import { checkTemplates } from './check-templates.ts';
import { factsOf, type SizedSplits } from './facts.ts';
import type { GivenSplit, GivenSplits } from './given-splits.ts';
import { evalContext } from './resolve-task.ts';

/** Splits that the prompt is run on. */
const rolledOut = ['train', 'validation', 'test'] as const;

export function checkTask(task: Task, splits: GivenSplits): InputProblem[] {
  const problems = checkBeforeBudget(task, splits);
  // The smallest run can only be computed for splits that make sense.
  return problems.length > 0 ? problems : checkBudget(task, splits);
}

/** What can be asked of a task whose test set is sealed already, too: all but the budget. */
export function checkBeforeBudget(task: Task, splits: KnownSplits): InputProblem[] {
  return [
    ...checkEvals(task),
    ...checkFrozen(task),
    ...checkTemplates(task, inputsOf(splits)),
    ...checkSplits(splits),
    ...checkExpected(task, splits, rolledOut),
    ...checkRatings(task, splits.golden),
    ...checkPrices(task, [task.model.name, task.reflection.name, ...judgesOf(task)]),
  ];
}

/** The splits that may be read. */
type KnownSplits = Omit<GivenSplits, 'test'> & { readonly test?: GivenSplit | undefined };

/** Names and settings of the evals. */
export function checkEvals(task: Task): InputProblem[] {
  const seen = new Set<string>();
  const problems: InputProblem[] = [];
  for (const [i, settings] of task.evals.entries()) {
    const { name } = settings;
    if (seen.has(name)) {
      problems.push({
        field: `evals.${i}.name`,
        message: `${JSON.stringify(name)} is used twice.`,
        remedy: 'Give each eval a name of its own.',
      });
    }
    seen.add(name);
    const problem = problemOf(settings, evalContext(task));
    if (problem !== null) problems.push({ ...problem, field: `evals.${i}.${problem.field}` });
  }
  return problems;
}

function checkFrozen(task: Task): InputProblem[] {
  const names = Object.keys(task.prompt);
  const unknown = task.freeze.filter((name) => !names.includes(name) && name !== 'user');
  const problems: InputProblem[] = unknown.map((name) => ({
    field: 'freeze',
    message: `names ${JSON.stringify(name)}, which is no component of the prompt.`,
    remedy: `Components: ${names.join(', ')}.`,
  }));
  if (names.every((name) => task.freeze.includes(name))) {
    problems.push({
      field: 'freeze',
      message: 'freezes every component, so that nothing can be improved.',
      remedy: 'Leave at least one component free.',
    });
  }
  return problems;
}

function inputsOf(splits: KnownSplits): Example['input'][] {
  return rolledOut.flatMap((name) => splits[name]?.examples.map(({ input }) => input) ?? []);
}

function checkSplits(splits: KnownSplits): InputProblem[] {
  const problems: InputProblem[] = [];
  const owner = new Map<string, SplitName>();
  for (const [name, split] of entries(splits)) {
    const where = { file: split.file, field: `datasets.${name}` };
    if (split.examples.length === 0) {
      problems.push({
        ...where,
        message: 'has no examples.',
        remedy: name === 'train' ? 'Give at least two.' : 'Give at least one.',
      });
    }
    for (const { id } of split.examples) {
      const other = owner.get(id);
      if (other === undefined) owner.set(id, name);
      else if (other !== name) {
        problems.push({
          ...where,
          line: split.lineOf?.(id),
          message: `has the example ${JSON.stringify(id)}, which ${other} has too.`,
          remedy: 'An example may be in one split only: what is tested must not have been seen.',
        });
      }
    }
  }
  if (splits.validation === undefined && splits.train.examples.length === 1) {
    problems.push({
      file: splits.train.file,
      field: 'datasets.train',
      message: 'has one example, too few to carve validation from.',
      remedy: 'Give at least two, or a validation set.',
    });
  }
  return problems;
}

/** Whether each example has what each eval needs. */
export function checkExpected(
  task: Pick<Task, 'evals'>,
  splits: Partial<GivenSplits>,
  names: readonly SplitName[],
): InputProblem[] {
  const problems: InputProblem[] = [];
  for (const settings of task.evals) {
    for (const name of names) {
      const split = splits[name];
      for (const example of split?.examples ?? []) {
        const missing = missingFor(settings, example);
        if (missing === null) continue;
        problems.push({
          file: split?.file,
          line: split?.lineOf?.(example.id),
          field: `datasets.${name}`,
          message: `example ${JSON.stringify(example.id)}: ${missing}.`,
          remedy: `Add it, or change the eval ${JSON.stringify(settings.name)}.`,
        });
        break;
      }
    }
  }
  return problems;
}

/** Whether the ratings of golden examples are of evals that there are, and on their scales. */
export function checkRatings(task: Pick<Task, 'evals'>, golden: GivenSplit | undefined): InputProblem[] {
  return (golden?.examples ?? []).flatMap((example) =>
    Object.entries(example.ratings ?? {}).flatMap(([name, rating]): InputProblem[] => {
      const at = { file: golden?.file, line: golden?.lineOf?.(example.id), field: `datasets.golden` };
      const settings = task.evals.find((one) => one.name === name);
      if (settings === undefined) {
        const known = task.evals.map((one) => one.name).join(', ');
        const message = `example ${JSON.stringify(example.id)} rates ${JSON.stringify(name)}, which is no eval.`;
        return [{ ...at, message, remedy: `Evals: ${known}.` }];
      }
      if (humanScore(settings, rating) !== null) return [];
      const message = `example ${JSON.stringify(example.id)} rates ${name} with ${JSON.stringify(rating)}.`;
      return [{ ...at, message, remedy: `Use ${ratingWords(settings)}.` }];
    }),
  );
}

/** Models that the evals ask. */
export function judgesOf(task: Task): string[] {
  return callsOfEvals(task.evals, evalContext(task)).map(({ model }) => model);
}

/** Whether the price of each model is known where the cost is capped. */
export function checkPrices(task: Task, models: readonly string[]): InputProblem[] {
  if (task.budget.costUsd === undefined) return [];
  return [...new Set(models)]
    .filter((model) => priceOf(model, task.prices) === null)
    .map((model) => ({
      field: 'budget.costUsd',
      message: `caps the cost, but the price of ${JSON.stringify(model)} is not known.`,
      remedy: `Add it in US dollars for a million tokens: prices: { ${JSON.stringify(model)}: { input: 0.4, output: 1.6 } }.`,
    }));
}

/** Whether the caps are enough for the smallest run: of the test set only its size and its largest example matter. */
export function checkBudget(task: Task, splits: SizedSplits): InputProblem[] {
  const facts = factsOf(task, splits);
  const needed = requiredAmount(task, facts);
  const { budget } = task;
  const problems: InputProblem[] = [];
  const sizes = `${facts.validationSize} validation examples once and ${facts.testSize} test examples twice`;
  const tooSmall = (field: string, given: number, least: number, unit: string): void => {
    if (given >= least) return;
    problems.push({
      field: `budget.${field}`,
      message: `is ${given}, too small for the baseline and the sealed test: ${sizes} need ${least}${unit}.`,
      remedy: `Give at least ${least}, or smaller datasets; an improvement needs several times as much.`,
    });
  };
  tooSmall('rollouts', budget.rollouts, needed.calls, ' rollouts');
  if (budget.tokens !== undefined) tooSmall('tokens', budget.tokens, needed.tokens, ' tokens at the worst');
  if (budget.costUsd !== undefined)
    tooSmall('costUsd', budget.costUsd, Math.ceil(needed.costUsd * 1e4) / 1e4, ' US dollars at the worst');
  return problems;
}

function entries(splits: KnownSplits): [SplitName, GivenSplit][] {
  return (['train', 'validation', 'test', 'golden'] as const).flatMap((name): [SplitName, GivenSplit][] => {
    const split = splits[name];
    return split === undefined ? [] : [[name, split]];
  });
}
