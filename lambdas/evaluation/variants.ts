/** The sides of a comparison, each as the task that it stands for. Pure. */

import type { EvalSettings } from '../contracts/evals.ts';
import type { EvaluationRequest, JudgeVariant, Variant } from '../contracts/evaluation.ts';
import type { Task } from '../contracts/task.ts';

/** What the task's own prompt and judge are called. */
export const OWN = 'task';

export function variantsOf(task: Task, request: EvaluationRequest): Variant[] {
  return request.of === 'prompts' ? promptVariants(task, request) : judgeVariants(task, request.judges);
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

function judgeVariants(task: Task, given: readonly JudgeVariant[]): Variant[] {
  const judges: JudgeVariant[] = given.length === 0 ? [{ name: OWN, evals: {} }] : [...given];
  return judges.map(({ name, judge, evals }, i) => {
    const own = task.evals.map((settings) => judgedBy(settings, judge, evals[settings.name]));
    const model = judge?.name ?? task.judge?.name ?? task.model.name;
    return { id: `v${i + 1}`, prompt: name, model, task: { ...task, evals: own, ...(judge && { judge }) } };
  });
}

function judgedBy(
  settings: EvalSettings,
  judge: JudgeVariant['judge'],
  words: JudgeVariant['evals'][string] | undefined,
): EvalSettings {
  if (settings.type !== 'llm_judge') return settings;
  const { criteria, steps, ...rest } = settings;
  const asked = words === undefined ? { criteria, steps } : words;
  return {
    ...rest,
    ...(judge === undefined ? {} : { judge }),
    ...(asked.criteria === undefined ? {} : { criteria: asked.criteria }),
    ...(asked.steps === undefined ? {} : { steps: asked.steps }),
  };
}
