/** A synthesis on a terminal: what was made, how it splits, what the task's own prompt does with it, what is short. */
import { styleText } from 'node:util';
import { splitNames } from '../contracts/dataset.ts';
import type { SynthesisReport } from '../contracts/synthesis-report.ts';
import { formatCount, formatDuration, formatPlural, formatUsd } from './format.ts';
import { clip, showHidden } from './text.ts';

/** Characters of what a model wrote that are printed at most. */
const LONGEST_LINE = 500;

type Format = Parameters<typeof styleText>[0];

export function renderSynthesis(report: SynthesisReport, { color }: { color: boolean }): string {
  const paint = (format: Format, text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text;
  const { task, sizes, topics, rated, groupedBy, short, notice } = report;
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  const split = splitNames.map((name) => `${name} ${sizes[name] ?? 0}`).join(', ');
  const golden = rated === 0 ? '' : ` (${formatCount(rated)} of golden were rated by people)`;
  const blocks = [
    `${paint('bold', `${line(task)}: ${formatPlural(total, 'example')} about ${formatPlural(topics.length, 'topic')}`)}`,
    `Split by ${groupedBy === 'topic' ? 'topic' : 'groups of near neighbours'}: ${split}${golden}.`,
    specLines(report).join('\n'),
    varietyLines(report).join('\n'),
  ];
  for (const sentence of short) blocks.push(`${paint('yellow', '!')} ${line(sentence)}`);
  if (notice !== undefined) blocks.push(`${paint('yellow', '!')} ${line(notice)}`);
  blocks.push(spendLine(report));
  return `${blocks.join('\n\n')}\n`;
}

function specLines({ specs }: SynthesisReport): string[] {
  return specs.map(({ name, type, examples, judge, steps, passShare, temptedPassShare }) => {
    const judged = { given: 'its own judge', written: 'a judge that was written', criteria_alone: 'no steps' }[judge];
    const share = (of: typeof passShare): string => (of === null ? 'not judged' : `${percent(of.share)} of ${of.n}`);
    const tempted = temptedPassShare === null ? '' : `, of those that tempt to break it ${share(temptedPassShare)}`;
    return `${line(name)} (${type}, ${formatPlural(examples, 'example')}, ${judged}, ${formatPlural(steps.length, 'step')}): the prompt as it is passes ${share(passShare)}${tempted}`;
  });
}

function varietyLines({ diversity, rejected, droppedNeighbours, leaks, thresholds }: SynthesisReport): string[] {
  const { distinct1, distinct2, distinct3, topicsCovered, meanNearest } = diversity;
  const nearest = meanNearest === null ? '' : `; similarity to the nearest other ${meanNearest.toFixed(2)} on average`;
  const { repeated, nearDuplicates, missing, malformed, empty, offSchema, extra } = rejected;
  const why = { missing, malformed, empty, 'off the schema': offSchema, 'not asked for': extra };
  const others = Object.entries(why).flatMap(([name, count]) => (count === 0 ? [] : [`${formatCount(count)} ${name}`]));
  return [
    `Variety: distinct words ${percent(distinct1)}, pairs ${percent(distinct2)}, triples ${percent(distinct3)}; ${formatPlural(topicsCovered, 'topic')} covered${nearest}.`,
    `Dropped: ${formatCount(repeated)} repeated, ${formatPlural(nearDuplicates, 'near duplicate')} (similarity ${thresholds.duplicate} or more), ${formatPlural(droppedNeighbours, 'near neighbour')} of another split (${thresholds.neighbour} or more). Leaks between splits: ${leaks}.${others.length === 0 ? '' : ` Of replies: ${others.join(', ')}.`}`,
  ];
}

function spendLine({ spend, wallSeconds }: SynthesisReport): string {
  const { topics, judges, inputs, references } = spend.generatorCalls;
  const asked = [
    `${formatPlural(topics, 'call')} for topics`,
    `${formatCount(judges)} for judges`,
    `${formatCount(inputs)} for inputs`,
    ...(references === 0 ? [] : [`${formatCount(references)} for references`]),
  ].join(', ');
  const cost = spend.costUsd === null ? 'price not known' : formatUsd(spend.costUsd);
  const failures = spend.failures === 0 ? '' : `, ${formatPlural(spend.failures, 'failure')}`;
  const cached = spend.cacheHits === 0 ? '' : `, ${formatCount(spend.cacheHits)} were stored already`;
  return `Spent: ${asked}; ${formatPlural(spend.rollouts, 'answer')}, ${formatPlural(spend.judgeCalls, 'judgement')}; ${formatCount(spend.inputTokens + spend.outputTokens)} tokens, ${cost}${failures}${cached}; ${formatDuration(wallSeconds)}.`;
}

/** What each course would spend, a line each. */
export function estimateWords(
  courses: Readonly<
    Record<
      string,
      {
        readonly generatorCalls: number;
        readonly rollouts: number;
        readonly judgeCalls: number;
        readonly tokens: number;
        readonly costUsd: number | null;
      }
    >
  >,
): string {
  return Object.entries(courses)
    .map(([name, { generatorCalls, rollouts, judgeCalls, tokens, costUsd }]) => {
      const cost = costUsd === null ? 'price not known' : formatUsd(costUsd);
      return `${name.padEnd(9)} ${formatPlural(generatorCalls, 'call')} of the generator, ${formatPlural(rollouts, 'answer')}, ${formatPlural(judgeCalls, 'judgement')}, ${formatCount(tokens)} tokens, ${cost}`;
    })
    .join('\n');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Names and sentences may hold what a model wrote: nothing in them moves the cursor. */
function line(text: string): string {
  const { text: told, omitted } = clip(showHidden(text.replace(/\s+/g, ' ')), LONGEST_LINE);
  return omitted === 0 ? told : `${told}…`;
}
