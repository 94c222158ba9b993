/** An evaluation on a terminal: tables, and what they mean in a sentence. Texts are shown so that they can do nothing. */
import { styleText } from 'node:util';
import type {
  Agreement,
  Comparison,
  EvaluationResult,
  JudgeResult,
  JudgesResult,
  Measure,
  PromptResult,
  PromptsResult,
} from '../contracts/evaluation-result.ts';
import { SCORE } from '../evaluation/compare-prompts.ts';
import {
  formatCount,
  formatInterval,
  formatPlural,
  formatPoints,
  formatPValue,
  formatSignedPoints,
  formatUsd,
} from './format.ts';
import { clip, showHidden } from './text.ts';

/** Level at which a difference counts as one. */
const ALPHA = 0.05;
/** Comparisons, worst answers and disagreements that are printed; the file has more. */
const MOST_LINES = 5;

type Format = Parameters<typeof styleText>[0];

export function renderEvaluation(result: EvaluationResult, { color }: { color: boolean }): string {
  const paint = (format: Format, text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text;
  const blocks = result.of === 'prompts' ? promptBlocks(result, paint) : judgeBlocks(result, paint);
  const warnings = [...result.notes, ...(result.notice === undefined ? [] : [result.notice])];
  for (const warning of warnings) blocks.push(`${paint('yellow', '!')} ${line(warning)}`);
  blocks.push(spendLine(result));
  return `${blocks.join('\n\n')}\n`;
}

type Paint = (format: Format, text: string) => string;

function promptBlocks(result: PromptsResult, paint: Paint): string[] {
  const { prompts, comparisons, split, examples, unsealed, worst } = result;
  const evals = Object.keys(prompts[0]?.evals ?? {});
  const rows = prompts.map((one) => [
    one.id,
    line(one.prompt),
    line(one.model),
    estimate(one.score),
    ...evals.map((name) => ofEval(one, name)),
    `${one.wanted - one.leftOut}/${one.wanted}`,
    formatCount(one.tokens),
    one.costUsd === null ? '–' : formatUsd(one.costUsd),
    one.latencyMs === null ? '–' : `${Math.round(one.latencyMs.median)}/${Math.round(one.latencyMs.p95)}`,
  ]);
  const header = ['', 'prompt', 'model', 'score', ...evals, 'scored', 'tokens', 'cost', 'ms p50/p95'];
  const blocks = [
    `${paint('bold', `${formatPlural(examples, 'example')} of ${split}`)}. Scores are points of 100, with their 95 % intervals; behind each eval the share that passes.`,
    table([header, ...rows]),
  ];
  const failures = failureLines(prompts);
  if (failures !== '') blocks.push(failures);
  if (comparisons.length > 0) blocks.push(comparisonBlock(comparisons, evals, paint));
  if (split === 'test') blocks.push(unsealedLine(unsealed, paint));
  const shown = worst.filter(({ output }) => output !== null).slice(0, MOST_LINES);
  if (shown.length > 0) {
    const lines = shown.map(({ exampleId, variant, score, output, evals: of }) => {
      const lowest = of.reduce((a, b) => (b.score < a.score ? b : a), of[0] ?? { name: '', score: 0, feedback: '' });
      return `  ${variant} ${line(exampleId)}  ${formatPoints(score)}  ${quoted(output ?? '')}\n     ${lowest.name}: ${quoted(lowest.feedback)}`;
    });
    blocks.push(`Worst answers:\n${lines.join('\n')}`);
  }
  return blocks;
}

function comparisonBlock(comparisons: readonly Comparison[], evals: readonly string[], paint: Paint): string {
  const rows = comparisons
    .filter(({ of }) => of === SCORE || evals.length > 1)
    .map(({ of, a, b, mean, ci95, adjusted, n }) => [
      of,
      `${a} − ${b}`,
      `${formatSignedPoints(mean)}  (${formatInterval(ci95)})`,
      formatPValue(adjusted),
      formatPlural(n, 'pair'),
      adjusted < ALPHA ? paint('bold', mean > 0 ? `${a} is better` : `${b} is better`) : 'no difference shown',
    ]);
  const pairs = new Set(comparisons.map(({ a, b }) => `${a} ${b}`)).size;
  const corrected = pairs > 1 ? ` (p corrected for ${pairs} pairs, Holm)` : '';
  return `Differences, paired by example${corrected}:\n${table(rows)}`;
}

function unsealedLine(before: PromptsResult['unsealed'], paint: Paint): string {
  const earlier = before.length === 0 ? '' : ` It had been looked at ${formatPlural(before.length, 'time')} before.`;
  return `${paint('yellow', '!')} This test set is no longer sealed: the task's history has this run, and later reports will say so.${earlier}`;
}

function judgeBlocks(result: JudgesResult, paint: Paint): string[] {
  const { judges, golden, repeats, best, noise } = result;
  const blocks = [
    `${paint('bold', `${formatPlural(golden, 'golden answer')}`)}, each judged ${repeats === 1 ? 'once' : `${repeats} times`}; people are compared with the first judgement.`,
  ];
  for (const name of new Set(judges.flatMap(({ evals }) => Object.keys(evals)))) {
    blocks.push(`${paint('bold', name)}\n${agreementTable(judges, name)}`);
  }
  const failures = failureLines(judges);
  if (failures !== '') blocks.push(failures);
  blocks.push(bestSentence(judges, best, paint));
  const missing = missingSentence(judges);
  if (missing !== '') blocks.push(missing);
  if (noise.length > 0) blocks.push(noiseSentence(noise));
  const told = judges.find(({ id }) => id === best) ?? judges[0];
  if (told !== undefined) blocks.push(...disagreementBlock(told));
  return blocks;
}

function noiseSentence(noise: JudgesResult['noise']): string {
  const words = noise.flatMap(({ eval: name, difference, n }) =>
    difference === 0 ? [] : [`${formatPoints(difference)} points for ${name} on ${formatPlural(n, 'example')}`],
  );
  return words.length === 0
    ? 'The same answers judged again got the same verdicts: no noise of the judge was seen.'
    : `The judge's own noise: the same answers judged again get other verdicts. It alone makes differences in mean score of up to ${words.join(', ')} (95 of 100 cases).`;
}

const MEASURES = [
  ['agreement', 'agreement'],
  ['kappa', 'kappa'],
  ['mae', 'MAE'],
  ['mse', 'MSE'],
  ['normalizedMae', 'MAE/scale'],
  ['normalizedMse', 'MSE/scale²'],
  ['pearson', 'Pearson'],
  ['spearman', 'Spearman'],
  ['kendallTauB', 'tau-b'],
  ['precision', 'precision'],
  ['recall', 'recall'],
] as const satisfies readonly (readonly [keyof Agreement, string])[];

/** Measures down, judges across. */
function agreementTable(judges: readonly JudgeResult[], name: string): string {
  const of = judges.flatMap(({ id, name: judge, model, evals }) => {
    const agreement = evals[name];
    return agreement === undefined
      ? []
      : [{ title: `${id} ${line(judge === model ? model : `${judge} (${model})`)}`, agreement }];
  });
  const row = (title: string, cell: (agreement: Agreement) => string): string[] => [
    title,
    ...of.map(({ agreement }) => cell(agreement)),
  ];
  const rows = [
    ['', ...of.map(({ title }) => title)],
    row(
      'n',
      ({ n, unrated, unjudged }) =>
        `${n}${unrated + unjudged === 0 ? '' : ` (${unrated} unrated, ${unjudged} unjudged)`}`,
    ),
    ...MEASURES.map(([key, title]) =>
      row(title, (agreement) => {
        const interval =
          key === 'agreement' && agreement.agreementCi95 !== null
            ? ` (${agreement.agreementCi95.map((end) => end.toFixed(2)).join(' to ')})`
            : '';
        return `${measure(agreement[key])}${interval}`;
      }),
    ),
    row('passes', ({ confusion }) =>
      confusion === null
        ? 'N/A'
        : `both ${confusion.truePositives}, judge alone ${confusion.falsePositives}, people alone ${confusion.falseNegatives}, neither ${confusion.trueNegatives}`,
    ),
    row('own noise', ({ noise }) => (noise === null ? 'not measured' : `sd ${noise.sd.toFixed(3)}`)),
  ];
  return table(rows);
}

function measure(value: Measure): string {
  return typeof value === 'number' ? value.toFixed(3) : `N/A: ${value.notAvailable}`;
}

function bestSentence(judges: readonly JudgeResult[], best: string | null, paint: Paint): string {
  const judge = judges.find(({ id }) => id === best);
  if (judge === undefined) return 'Nothing can be said of a best judge: there are too few ratings.';
  return judges.length === 1
    ? `There is one judge: ${paint('bold', line(judge.model))}.`
    : `Best judge: ${paint('bold', `${judge.id} ${line(judge.name)}`)} (highest mean kappa).`;
}

function missingSentence(judges: readonly JudgeResult[]): string {
  const most = new Map<string, number>();
  for (const { evals } of judges) {
    for (const [name, { ratingsMissing }] of Object.entries(evals)) {
      most.set(name, Math.max(most.get(name) ?? 0, ratingsMissing));
    }
  }
  const missing = [...most].filter(([, count]) => count > 0);
  if (missing.length === 0) return '';
  const words = missing.map(([name, count]) => `${formatCount(count)} of ${name}`);
  return `For an agreement known to 20 points, more ratings are needed: about ${words.join(', ')}.`;
}

function disagreementBlock({ evals }: JudgeResult): string[] {
  return Object.entries(evals).flatMap(([name, { disagreements }]) => {
    if (disagreements.length === 0) return [];
    const lines = disagreements.slice(0, MOST_LINES).map(({ exampleId, person, judge, output, reasoning }) => {
      return `  ${line(exampleId)}  people ${person}, judge ${judge}  ${quoted(output)}\n     ${quoted(reasoning)}`;
    });
    return [
      `Where judge and people disagree about ${name} (${disagreements.length}${disagreements.length > MOST_LINES ? `, the ${MOST_LINES} farthest apart` : ''}):\n${lines.join('\n')}`,
    ];
  });
}

function failureLines(of: readonly (PromptResult | JudgeResult)[]): string {
  return of
    .filter(({ leftOut }) => leftOut > 0)
    .map(({ id, leftOut, wanted, reasons }) => {
      const words = Object.entries(reasons).map(([reason, count]) => `${count} × ${line(clip(reason, 160).text)}`);
      return `${id}: ${leftOut} of ${wanted} left out of the means: ${words.join('; ')}`;
    })
    .join('\n');
}

function spendLine({ spend, wallSeconds }: EvaluationResult): string {
  const { rollouts, judgeCalls, cacheHits, inputTokens, outputTokens, costUsd } = spend;
  const cost = costUsd === null ? 'price not known' : formatUsd(costUsd);
  return `Paid now: ${formatPlural(rollouts, 'rollout')}, ${formatPlural(judgeCalls, 'judge call')}, ${formatCount(inputTokens + outputTokens)} tokens, ${cost}; ${formatPlural(cacheHits, 'rollout')} had been scored before. ${wallSeconds} s.`;
}

function estimate({ mean, ci95 }: PromptResult['score']): string {
  return mean === null ? '–' : `${formatPoints(mean)} (${formatPoints(ci95[0])}–${formatPoints(ci95[1])})`;
}

function ofEval(one: PromptResult, name: string): string {
  const found = one.evals[name];
  if (found === undefined || found.mean === null) return '–';
  return `${estimate(found)} ${found.passed === null ? '' : `${Math.round(found.passed * 100)} %`}`.trimEnd();
}

/** Columns as wide as their longest cell; colours do not count. */
function table(rows: readonly (readonly string[])[]): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a colour
  const width = (text: string): number => text.replace(/\u001B\[[0-9;]*m/g, '').length;
  const columns = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => width(row[i] ?? ''))));
  return rows
    .map((row) => `  ${row.map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - width(cell))).join('  ')}`.trimEnd())
    .join('\n');
}

function line(text: string): string {
  return showHidden(text).replace(/\s+/g, ' ').trim();
}

function quoted(text: string): string {
  const { text: shown, omitted } = clip(line(text), 160);
  return `"${shown}${omitted > 0 ? '…' : ''}"`;
}
