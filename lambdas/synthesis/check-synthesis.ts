/** Everything about the input of a synthesis that its schema cannot say. The command line and PrepareSynthesis ask the same. */
import type { InputProblem } from '../contracts/errors.ts';
import type { Spec } from '../contracts/spec.ts';
import type { SynthesisInput } from '../contracts/synthesis.ts';
import { checkEvals } from '../rollout/check-task.ts';
import { contentHash } from '../rollout/resolve-task.ts';
import { checkSpec } from './check-spec.ts';
import { baselineTask } from './resolve-spec.ts';

/** Fields are named from the input: `specs.0.task.prompt`. */
export function checkSynthesis({ specs, judges }: Pick<SynthesisInput, 'specs' | 'judges'>): InputProblem[] {
  const problems = [...checkNames(specs), ...checkSameTask(specs), ...checkJudges(specs, judges)];
  if (problems.length > 0) return problems;
  // They have one task, so what is wrong with it is told once.
  const ofFirst = specs.slice(0, 1).flatMap(checkSpec);
  if (ofFirst.length > 0) return ofFirst.map((problem) => ({ ...problem, field: `specs.0.${problem.field ?? ''}` }));
  return checkEvals(baselineTask(specs, judges));
}

function checkNames(specs: readonly Spec[]): InputProblem[] {
  const isTwin = (name: string, i: number): boolean => specs.findIndex((other) => other.name === name) < i;
  return specs.flatMap(({ name }, i) => {
    if (!isTwin(name, i)) return [];
    const message = `${JSON.stringify(name)} is used twice.`;
    return [{ field: `specs.${i}.name`, message, remedy: 'Give each spec a name of its own.' }];
  });
}

function checkSameTask(specs: readonly Spec[]): InputProblem[] {
  const [first, ...others] = specs.map(({ task }) => contentHash(task));
  return others.flatMap((hash, i) => {
    if (hash === first) return [];
    const message = 'is another task than that of the first spec.';
    return [{ field: `specs.${i + 1}.task`, message, remedy: 'All specs of one dataset have the same task.' }];
  });
}

function checkJudges(specs: readonly Spec[], judges: SynthesisInput['judges']): InputProblem[] {
  const unknown = Object.keys(judges).filter((name) => !specs.some((spec) => spec.name === name));
  return unknown.map((name) => ({
    field: `judges.${name}`,
    message: 'is the judge of no spec.',
    remedy: 'Take it out.',
  }));
}
