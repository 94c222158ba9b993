/** The sides of a comparison, each as the task that it stands for. Pure. */

import type { Example } from '../contracts/dataset.ts';
import type { EvalSettings } from '../contracts/evals.ts';
import type { EvaluationRequest, JudgeVariant, Variant } from '../contracts/evaluation.ts';
import type { JudgeModelSettings, Task } from '../contracts/task.ts';

/** What the task's own prompt and judge are called. */
export const OWN = 'task';

/** @param examples the split that it is about: of the evals of a judge, those that are judged or rated in it take part */
export function variantsOf(task: Task, request: EvaluationRequest, examples: readonly Example[]): Variant[] {
  return request.of === 'prompts' ? promptVariants(task, request) : judgeVariants(task, request.judges, examples);
}

function promptVariants(task: Task, request: Extract<EvaluationRequest, { of: 'prompts' }>): Variant[] {
  const prompts = [{ name: OWN, components: task.prompt }, ...request.prompts];
  const models = request.models.length === 0 ? [task.model.name] : [...new Set(request.models)];
  const pairs = prompts.flatMap(({ name, components }) => models.map((model) => ({ name, components, model })));
  return pairs.map(({ name, components, model }, i) => ({
    id: `v${i + 1}`,
    prompt: name,
    model,
    // A text that a prompt does not have stays the task's own.
    task: { ...task, prompt: { ...task.prompt, ...components }, model: { ...task.model, name: model } },
  }));
}

function judgeVariants(task: Task, given: readonly JudgeVariant[], golden: readonly Example[]): Variant[] {
  const taking = task.evals.filter((settings) => isCalibrated(settings, golden));
  const judges: JudgeVariant[] = given.length === 0 ? [{ name: OWN, evals: {} }] : [...given];
  return judges.map((judge, i) => {
    const own = taking.map((settings) => judgedBy(settings, task, judge));
    const named = own.flatMap(({ judge: of }) => (of === undefined ? [] : [(of as JudgeModelSettings).name]));
    const model = [...new Set(named)].join(', ') || judge.model || task.judge?.name || 'none';
    return { id: `v${i + 1}`, prompt: judge.name, model, task: { ...task, evals: own } };
  });
}

/** Judged evals, and whatever else people have rated. */
function isCalibrated({ type, name }: EvalSettings, golden: readonly Example[]): boolean {
  return type === 'llm_judge' || golden.some(({ ratings = {} }) => Object.hasOwn(ratings, name));
}

function judgedBy(settings: EvalSettings, task: Task, variant: JudgeVariant): EvalSettings {
  // People rate whether the criterion is met; to turn that round is the task's business.
  const { not: _not, ...asked } = settings;
  if (asked.type !== 'llm_judge') return asked;
  const { criteria, steps, judge: given, ...rest } = asked;
  const ofTask = (given as JudgeModelSettings | undefined) ?? task.judge;
  const judge = variant.judge ?? (ofTask && { ...ofTask, name: variant.model ?? ofTask.name });
  const words = Object.hasOwn(variant.evals, settings.name) ? variant.evals[settings.name] : undefined;
  const said = words ?? { criteria, steps };
  return {
    ...rest,
    ...(judge === undefined ? {} : { judge }),
    ...(said.criteria === undefined ? {} : { criteria: said.criteria }),
    ...(said.steps === undefined ? {} : { steps: said.steps }),
  };
}
