/** What a synthesis has made, how varied it is, and what is short of what was asked for. Pure. */
import { type SplitName, splitNames } from '../contracts/dataset.ts';
import type { Spec } from '../contracts/spec.ts';
import type { AnswerRow, SynthesisPlan, SynthesisState } from '../contracts/synthesis.ts';
import type { SynthesisReport } from '../contracts/synthesis-report.ts';
import { diversityOf } from '../datasets/diversity.ts';
import { leaksBetween } from '../datasets/leaks.ts';
import { idsToAnswer, isRolledOut } from './answers.ts';
import type { SynthesizedDatasets } from './datasets.ts';
import { generatorOf, judgeOf, taskNameOf, taskOf } from './resolve-spec.ts';
import { shortages } from './shortages.ts';
import { leafTopics } from './topics.ts';

type SpecReport = SynthesisReport['specs'][number];

/** Score from which on an answer passes: verdicts are 0 and 1. */
const PASSES = 0.5;

/** @throws Error when near neighbours are in different splits: then ours is the mistake, and nothing may come of it */
export function synthesisReport(
  plan: SynthesisPlan,
  state: SynthesisState,
  rows: readonly AnswerRow[],
  datasets: SynthesizedDatasets,
): SynthesisReport {
  const { runId, specs, golden, notice } = plan;
  const task = taskOf(specs);
  const { seed, duplicateThreshold, neighbourThreshold } = task.synthesis;
  const leaks = leaksBetween(datasets.splits, neighbourThreshold);
  if (leaks.length > 0) {
    const { a, b } = leaks[0] ?? {};
    throw new Error(`Near neighbours are in different splits: ${a?.id} (${a?.split}) and ${b?.id} (${b?.split}).`);
  }
  return {
    schema: 'prompt-optimizer.synthesis.v1',
    runId,
    task: taskNameOf(specs),
    seed,
    models: { task: task.model.name, generator: generatorOf(task).name, judge: judgeOf(task).name },
    specs: specs.map((spec) => specReport(spec, plan, state, rows)),
    sizes: Object.fromEntries(splitNames.map((name) => [name, datasets.splits[name].length])),
    rated: golden.length,
    topics: topicsReport(state, plan),
    groupedBy: state.groupedBy ?? 'topic',
    diversity: diversityReport(state),
    rejected: state.rejected,
    droppedNeighbours: state.droppedNeighbours,
    leaks: leaks.length,
    short: shortages(plan, state, rows, datasets),
    thresholds: { duplicate: duplicateThreshold, neighbour: neighbourThreshold },
    baseline: baselineReport(state, plan, rows),
    spend: state.spend,
    stopReason: state.stopReason,
    wallSeconds: Math.round(state.elapsedMs / 100) / 10,
    ...(notice === null ? {} : { notice }),
  };
}

function specReport(spec: Spec, plan: SynthesisPlan, state: SynthesisState, rows: readonly AnswerRow[]): SpecReport {
  const { name, type } = spec;
  const tempted = new Set(
    state.drafts.filter((one) => one.plan.spec === name && one.plan.aim === 'fail').map(({ id }) => id),
  );
  const given = Object.hasOwn(plan.judges, name) ? plan.judges[name] : undefined;
  const steps = given ?? state.judges[name]?.steps ?? [];
  return {
    name,
    type,
    examples: state.drafts.filter((one) => one.plan.spec === name).length,
    judge: given !== undefined ? 'given' : steps.length > 0 ? 'written' : 'criteria_alone',
    steps: [...steps],
    passShare: shareOf(rows, name),
    temptedPassShare: shareOf(
      rows.filter(({ id }) => tempted.has(id)),
      name,
    ),
  };
}

function shareOf(rows: readonly AnswerRow[], spec: string): SpecReport['passShare'] {
  const scores = rows.flatMap(({ evals }) => evals[spec] ?? []);
  if (scores.length === 0) return null;
  return { share: scores.filter((score) => score >= PASSES).length / scores.length, n: scores.length };
}

function topicsReport({ topics, drafts, splits }: SynthesisState, { specs }: SynthesisPlan): SynthesisReport['topics'] {
  return leafTopics(topics, taskOf(specs).synthesis).map((path, topic) => {
    const ids = drafts.filter((one) => one.topic === topic).map(({ id }) => id);
    const found = splitNames.filter((name: SplitName) => splits?.[name].some((id) => ids.includes(id)));
    return { path, split: found.length === 1 ? (found[0] ?? null) : null, examples: ids.length };
  });
}

function diversityReport({ drafts }: SynthesisState): SynthesisReport['diversity'] {
  const { distinct1, distinct2, distinct3, topics, meanNearest } = diversityOf(
    drafts.map(({ input, topic }) => ({ input, topic: String(topic) })),
  );
  return { distinct1, distinct2, distinct3, topicsCovered: topics, meanNearest };
}

function baselineReport(
  state: SynthesisState,
  plan: SynthesisPlan,
  rows: readonly AnswerRow[],
): SynthesisReport['baseline'] {
  return {
    answered: rows.filter(({ output, failure }) => output !== null && failure === null).length,
    of: idsToAnswer(state, plan).filter((id) => isRolledOut(id, state, plan)).length,
    failures: rows.filter(({ failure }) => failure !== null).length,
  };
}
