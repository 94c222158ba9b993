/** `spec judge`: the steps of a spec's judge, written by a model from what the spec says. */
import { formatPlural } from '../../lambdas/report/format.ts';
import { judgeStepsPrompt } from '../../lambdas/synthesis/prompts/judge-steps.ts';
import { generatorOf } from '../../lambdas/synthesis/resolve-spec.ts';
import { readJudge, writeJudge } from '../judge-file.ts';
import { filesOf, type SpecCommand, shown } from './command.ts';
import { CallsEndedError } from './failures.ts';
import { indented } from './terminal.ts';

/** Longest list of steps, and longest step, that a judge takes. */
const MOST_STEPS = 32;
const MOST_CHARS = 5_000;

export async function judge(command: SpecCommand, { regenerate }: { readonly regenerate: boolean }): Promise<void> {
  const { terminal } = command;
  const { status } = readJudge(command.loaded);
  if (!regenerate && (status === 'current' || status === 'edited')) {
    const words = status === 'current' ? 'as the model wrote them' : 'as they were edited';
    terminal.say(`The steps of the judge are there, ${words}: ${shown(filesOf(command).judge)}.`);
    return;
  }
  for (const [i, step] of (await draftJudge(command, regenerate)).entries())
    terminal.say(indented(`${i + 1}. ${step}`));
}

/** The steps that stand beside the spec; they are written first where they are missing or out of date. */
export async function stepsOf(command: SpecCommand): Promise<readonly string[]> {
  const { steps, status } = readJudge(command.loaded);
  return status === 'current' || status === 'edited' ? steps : draftJudge(command, false);
}

/** @param again whether they are to be others than those that were written before */
async function draftJudge(command: SpecCommand, again: boolean): Promise<readonly string[]> {
  const { loaded, spec, session, terminal, now } = command;
  const asked = judgeStepsPrompt(spec);
  const reply = await session.ask(asked, ...(again ? [now()] : []));
  const steps = reply.steps
    .map((step) => step.trim().slice(0, MOST_CHARS))
    .filter((step) => step !== '')
    .slice(0, MOST_STEPS);
  const { name } = generatorOf(spec.task);
  if (steps.length === 0)
    throw new CallsEndedError(`${name} gave no steps for the judge of ${spec.name}; try --regenerate.`);
  const putsAside = writeJudge(loaded, steps, name, asked.prompt);
  terminal.say(
    `The judge of ${spec.name} goes through ${formatPlural(steps.length, 'step')}: ${shown(filesOf(command).judge)}.`,
  );
  if (putsAside) terminal.say('The steps that were edited by hand are kept in that file, under `previous`.');
  return steps;
}
