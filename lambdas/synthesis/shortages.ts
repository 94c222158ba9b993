/** What was asked for and is not there, in sentences. Pure. */
import type { AnswerRow, SynthesisPlan, SynthesisState } from '../contracts/synthesis.ts';
import { leavesOf } from '../contracts/synthesis-settings.ts';
import { idsToAnswer, isRolledOut, judgesOf } from './answers.ts';
import type { SynthesizedDatasets } from './datasets.ts';
import { taskOf } from './resolve-spec.ts';
import { leafTopics } from './topics.ts';

/** Topics that are named at most. */
const MOST_NAMED = 3;

export function shortages(
  plan: SynthesisPlan,
  state: SynthesisState,
  rows: readonly AnswerRow[],
  { unanswered, unreferenced }: SynthesizedDatasets,
): string[] {
  const settings = taskOf(plan.specs).synthesis;
  const leaves = leafTopics(state.topics, settings);
  const wanted = leavesOf(settings.topics);
  const made = Map.groupBy(state.drafts, ({ topic }) => topic);
  const lacking = leaves.flatMap((path, topic) => {
    const missing = settings.inputsPerTopic - (made.get(topic)?.length ?? 0);
    return missing > 0 ? [{ name: path.at(-1) ?? '', missing }] : [];
  });
  const total = lacking.reduce((sum, { missing }) => sum + missing, 0);
  const most = [...lacking].sort((a, b) => b.missing - a.missing).slice(0, MOST_NAMED);
  const tried = new Set(state.drafts.map(({ plan: { spec } }) => spec));
  const untried = plan.specs.filter(({ name }) => !tried.has(name)).map(({ name }) => name);
  const judges = judgesOf(plan, state);
  const withoutSteps = plan.specs.filter(({ name }) => (judges[name] ?? []).length === 0).map(({ name }) => name);
  const toAnswer = idsToAnswer(state, plan).length;
  const answered = rows.filter(
    ({ id, output, failure }) => failure === null && (output !== null || !isRolledOut(id, state, plan)),
  );
  const notAnswered = toAnswer - answered.length;
  const sentences: (string | false)[] = [
    leaves.length < wanted && `${wanted - leaves.length} of ${wanted} topics are missing.`,
    total > 0 &&
      `${total} of ${leaves.length * settings.inputsPerTopic} inputs are missing, most of ${most.map(({ name, missing }) => `${JSON.stringify(name)} (${missing})`).join(', ')}: they were asked for up to three times, or dropped as near neighbours of another split.`,
    untried.length > 0 &&
      `No input tries ${untried.join(', ')}: ask for more topics or more inputs per topic, at least two inputs for each spec.`,
    withoutSteps.length > 0 &&
      `The generator wrote no steps for the judge of ${withoutSteps.join(', ')}: it judges by the spec alone.`,
    notAnswered > 0 && `${notAnswered} of ${toAnswer} inputs have no answer that could be judged.`,
    unreferenced > 0 && `${unreferenced} inputs have no reference answer and were left out.`,
    unanswered > 0 && `${unanswered} golden inputs have no answer to be rated and were left out.`,
    state.stopReason !== null && `The budget ended the work early (${state.stopReason}).`,
  ];
  return sentences.filter((sentence) => sentence !== false);
}
