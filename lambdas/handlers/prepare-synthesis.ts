/** PrepareSynthesis: checks specs and task, and keeps them. Idempotent: the execution's name is the run id. */
import { InvalidInputError } from '../contracts/errors.ts';
import { prepareInputSchema, turnSchema } from '../contracts/payloads.ts';
import { synthesisInputSchema } from '../contracts/synthesis.ts';
import { stateHandler } from '../platform/handler.ts';
import { parseInput, readExamples } from '../rollout/read-input.ts';
import { modelNotice } from '../rollout/simulated-prices.ts';
import { type Begun, startRun } from '../service/start-run.ts';
import { saveSynthesisPlan, saveSynthesisState } from '../store/synthesis.ts';
import { checkSynthesis } from '../synthesis/check-synthesis.ts';
import { firstState } from '../synthesis/first-state.ts';
import { taskNameOf, taskOf } from '../synthesis/resolve-spec.ts';

export const handler = stateHandler(prepareInputSchema, turnSchema, (input) => startRun(input, begin));

/** @throws InvalidInputError */
async function begin(runId: string, input: unknown): Promise<Begun> {
  const parsed = parseInput(synthesisInputSchema, input);
  const given = { ...parsed, golden: await readExamples('golden', parsed.golden) };
  const problems = checkSynthesis(given);
  if (problems.length > 0) throw new InvalidInputError(problems);
  const notice = modelNotice() ?? given.notice ?? null;
  const simulated = given.simulated || modelNotice() !== undefined;
  await saveSynthesisPlan({ schema: 'prompt-optimizer.synthesis-plan.v1', runId, ...given, simulated, notice });
  await saveSynthesisState(firstState(runId, taskOf(given.specs).synthesis.concurrency));
  return { kind: 'synthesis', taskName: taskNameOf(given.specs), taskVersion: null };
}
