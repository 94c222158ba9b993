/** What each command would ask at the worst: for `--dry-run`. */
import { existsSync } from 'node:fs';
import { boundaryPrompt } from '../../lambdas/synthesis/prompts/boundary-examples.ts';
import { clarifyPrompt } from '../../lambdas/synthesis/prompts/clarify.ts';
import { judgeStepsPrompt } from '../../lambdas/synthesis/prompts/judge-steps.ts';
import { referencePrompt } from '../../lambdas/synthesis/prompts/reference.ts';
import { refinePrompt } from '../../lambdas/synthesis/prompts/refine.ts';
import { needsReference } from '../../lambdas/synthesis/resolve-spec.ts';
import { readJudge } from '../judge-file.ts';
import { nothing, replyBytes, together, type WorstCase, worstOfAsking, worstOfJudging } from './caps.ts';
import { filesOf, type SpecCommand } from './command.ts';
import { whatWasSaid } from './refine.ts';

export function worstOfClarify(command: SpecCommand, answers: string | undefined): WorstCase {
  return answers === undefined ? worstOfAsking(command.spec, clarifyPrompt(command.spec)) : nothing;
}

export function worstOfRefine(command: SpecCommand, answers: string | undefined, edits: string | undefined): WorstCase {
  const said = whatWasSaid(command, answers);
  const isNeeded = edits === undefined && said.answers.length + said.disagreements.length > 0;
  return isNeeded ? worstOfAsking(command.spec, refinePrompt({ spec: command.spec, ...said })) : nothing;
}

export function worstOfJudge({ loaded, spec }: SpecCommand, regenerate: boolean): WorstCase {
  const { status } = readJudge(loaded);
  const isThere = status === 'current' || status === 'edited';
  return isThere && !regenerate ? nothing : worstOfAsking(spec, judgeStepsPrompt(spec));
}

/** One round: the steps of the judge, the examples, and what the judge says of them; and edits where they differ. */
export function worstOfReview(command: SpecCommand, count: number, ratings: string | undefined): WorstCase {
  const { spec, loaded } = command;
  const isMade = ratings !== undefined || existsSync(filesOf(command).review);
  const sides = { pass: Math.ceil(count / 2), fail: Math.floor(count / 2) };
  // What is asked for again is asked with what is there already.
  const examples = isMade
    ? nothing
    : worstOfAsking(spec, boundaryPrompt({ spec, ...sides, shown: [] }), 2 * replyBytes(spec));
  const asked = referencePrompt({ task: spec.task, specs: [spec], input: '' });
  const references =
    isMade || !needsReference([spec])
      ? []
      : Array.from({ length: count }, () => worstOfAsking(spec, asked, replyBytes(spec)));
  const { steps } = readJudge(loaded);
  const longest = Array.from({ length: 8 }, () => 'x'.repeat(Math.min(5_000, Math.ceil(replyBytes(spec) / 8))));
  return together(
    worstOfJudge(command, false),
    examples,
    ...references,
    worstOfJudging(spec, steps.length > 0 ? steps : longest, count, 3 * replyBytes(spec)),
    worstOfAsking(spec, refinePrompt({ spec, answers: [], disagreements: [] }), 4 * replyBytes(spec)),
  );
}
