/** ConcludeEvaluation: statistics, the result, the task's history. Idempotent: the same rows make the same file. */
import { TooManyFailuresError } from '../contracts/errors.ts';
import {
  concludeEvaluationInputSchema,
  concludeEvaluationOutputSchema,
  type EvaluationPlan,
  type EvaluationRow,
  type EvaluationState,
} from '../contracts/evaluation.ts';
import type { EvaluationResult, JudgesResult, PromptsResult } from '../contracts/evaluation-result.ts';
import { bestJudge, judgeResult, judgesNoise, shownRows, withReasoning } from '../evaluation/compare-judges.ts';
import { bestPrompt, comparisonsOf, promptResult, reasonsOf, worstRows } from '../evaluation/compare-prompts.ts';
import { dearest } from '../evaluation/plan.ts';
import { taskCallsOf } from '../optimizer/budget.ts';
import { stateHandler } from '../platform/handler.ts';
import { type DetailsOf, detailsOf } from '../rollout/evaluation-details.ts';
import { variantFacts } from '../rollout/evaluation-facts.ts';
import { evalHashOf } from '../rollout/known.ts';
import { endWithoutVerdict, recordedSpend } from '../service/end-run.ts';
import { runObject } from '../store/artifacts.ts';
import { loadEvaluationPlan, loadEvaluationState, loadRows } from '../store/evaluations.ts';
import { addHistory } from '../store/history.ts';
import { putText } from '../store/objects.ts';
import { loadRun } from '../store/runs.ts';

/** Worst answers that are shown. */
const MOST_SHOWN = 20;

export const handler = stateHandler(
  concludeEvaluationInputSchema,
  concludeEvaluationOutputSchema,
  async ({ runId, turn }) => {
    const [run, plan, state] = await Promise.all([
      loadRun(runId),
      loadEvaluationPlan(runId),
      loadEvaluationState(runId, turn),
    ]);
    if (run === null) throw new Error(`Run ${runId} does not exist.`);
    const rows = await rowsOfAllTurns(state);
    throwIfTooManyFailed(plan, state, rows);
    const result = await (plan.request.of === 'prompts' ? promptsResult : judgesResult)(plan, state, rows);
    await putText(runObject(runId, 'evaluation.json'), `${JSON.stringify(result, null, 2)}\n`, 'application/json');
    await remember(plan, result);
    await endWithoutVerdict(run, recordedSpend(state.spend));
    const { bucket, key } = runObject(runId, '');
    const { rollouts, judgeCalls, costUsd } = result.spend;
    return { runId, of: result.of, best: result.best, rollouts, judgeCalls, costUsd, result: `s3://${bucket}/${key}` };
  },
);

async function rowsOfAllTurns({ runId, items }: EvaluationState): Promise<EvaluationRow[]> {
  const shards = items.flatMap((count, turn) => Array.from({ length: count }, (_, index) => ({ turn, index })));
  return (await Promise.all(shards.map(({ turn, index }) => loadRows(runId, turn, index)))).flat();
}

/** @throws TooManyFailuresError when more of any side is left out than a number may leave out */
function throwIfTooManyFailed(plan: EvaluationPlan, state: EvaluationState, rows: readonly EvaluationRow[]): void {
  const { task, variants, size, draws } = plan;
  const wanted = size * draws;
  for (const variant of variants) {
    const own = rows.filter(({ candidateId }) => candidateId === variant.id);
    const scored = own.filter(({ score }) => score !== null).length;
    if (scored > 0 && wanted - scored <= wanted * task.maxFailureShare) continue;
    const reasons = Object.entries(reasonsOf(own, wanted - own.length)).sort(([, a], [, b]) => b - a);
    const told = reasons.slice(0, 3).map(([reason, count]) => `${count} × ${reason}`);
    const whose = variants.length === 1 ? '' : ` of ${variant.prompt} with ${variant.model}`;
    throw new TooManyFailuresError(
      `${wanted - scored} of ${wanted} rollouts${whose} have no score, more than the ${Math.round(task.maxFailureShare * 100)} % that a number may leave out (maxFailureShare): ${told.join('; ')}.${capWords(plan, state)}`,
    );
  }
}

/** Which cap ended the evaluation, and what it would have needed. */
function capWords(plan: EvaluationPlan, { stopReason, spend }: EvaluationState): string {
  if (stopReason === null) return '';
  const { budget } = plan.task;
  if (stopReason === 'minutes') return ` The time is up (budget.minutes is ${budget.minutes}).`;
  const spent = {
    rollouts: taskCallsOf(spend),
    tokens: spend.inputTokens + spend.outputTokens,
    costUsd: spend.costUsd ?? 0,
  }[stopReason];
  const next = dearest(plan, variantFacts(plan));
  const need = { rollouts: next.calls, tokens: next.tokens, costUsd: next.costUsd }[stopReason];
  const show = (value: number): string => String(Number(value.toPrecision(4)));
  return ` budget.${stopReason} is ${budget[stopReason]}: ${show(spent)} were spent, and one more rollout may need ${show(need)}. Give more.`;
}

function common({ runId, task, notice }: EvaluationPlan, { spend, elapsedMs }: EvaluationState, details: DetailsOf) {
  return {
    schema: 'prompt-optimizer.evaluation.v1' as const,
    runId,
    task: task.name,
    spend,
    wallSeconds: Math.round(elapsedMs / 100) / 10,
    notes: [...details.notes],
    ...(notice === null ? {} : { notice }),
  };
}

async function promptsResult(
  plan: EvaluationPlan,
  state: EvaluationState,
  rows: readonly EvaluationRow[],
): Promise<PromptsResult> {
  const { task, variants, size, request, unsealed } = plan;
  const { seed } = task.optimizer;
  const worst = worstRows(rows, MOST_SHOWN);
  const details = await detailsOf(plan, worst, rows);
  const prompts = variants.map((variant) => promptResult(variant, rows, size, task.evals, seed));
  return {
    ...common(plan, state, details),
    of: 'prompts',
    split: request.of === 'prompts' ? request.split : 'golden',
    examples: size,
    prompts,
    comparisons: comparisonsOf(variants, rows, task.evals, seed),
    worst: worst.map((row) => {
      const { input = null, output = null, evals = [] } = details.of(row) ?? {};
      const scores = Object.entries(row.evals).map(([name, score]) => ({ name, score, feedback: '' }));
      return {
        exampleId: row.exampleId,
        variant: row.candidateId,
        score: row.score,
        input,
        output,
        evals: evals.length === 0 ? scores : evals,
      };
    }),
    unsealed,
    best: bestPrompt(variants, rows),
  };
}

async function judgesResult(
  plan: EvaluationPlan,
  state: EvaluationState,
  rows: readonly EvaluationRow[],
): Promise<JudgesResult> {
  const { variants, size, draws, examples } = plan;
  const measured = variants.map((variant) => judgeResult(variant, rows, examples ?? [], { draws }));
  const details = await detailsOf(plan, measured.flatMap(shownRows), rows);
  const judges = measured.map((judge) => withReasoning(judge, details.feedbackOf));
  const best = bestJudge(judges);
  return {
    ...common(plan, state, details),
    of: 'judges',
    golden: size,
    repeats: draws,
    judges,
    best,
    noise: judgesNoise(judges.find(({ id }) => id === best) ?? judges[0], size),
  };
}

/**
 * The judge's own noise goes into the task's history, where later reports find it; but not what a simulated model did, which
 * says nothing of the judge that the task names.
 */
async function remember({ task, variants, simulated }: EvaluationPlan, result: EvaluationResult): Promise<void> {
  if (result.of !== 'judges' || simulated) return;
  const noise = result.judges.flatMap((judge) => {
    const variant = variants.find(({ id }) => id === judge.id);
    return Object.entries(judge.evals).flatMap(([name, { n, noise: measured }]) => {
      const settings = variant?.task.evals.find((one) => one.name === name);
      if (n === 0 || settings === undefined || variant === undefined) return [];
      const { sd = null, answers = 0 } = measured ?? {};
      return [{ name, sd, answers, evalHash: evalHashOf(settings, variant.task) }];
    });
  });
  // One entry holds one measurement of an eval: that of the judge which the task itself names.
  const own = noise.filter(({ name, evalHash }) => {
    const settings = task.evals.find((one) => one.name === name);
    return settings !== undefined && evalHashOf(settings, task) === evalHash;
  });
  if (own.length === 0) return;
  await addHistory(task.name, {
    kind: 'calibrated',
    runId: result.runId,
    at: new Date().toISOString(),
    noise: Object.fromEntries(own.map(({ name, ...measured }) => [name, measured])),
  });
}
