/** The end of a run on a terminal: the verdict, what changed in the prompt, and where the files are. */
import { styleText } from 'node:util';
import type { Report } from '../contracts/report.ts';
import type { Components } from '../contracts/task.ts';
import { championSentence } from './champion-sentence.ts';
import { type ComponentDiff, diffComponents, type Hunk, type Segment } from './diff.ts';
import { formatPlural } from './format.ts';
import { cautions, missedGainSentence, verdictSentence } from './sentence.ts';
import { clip, showHidden } from './text.ts';

export interface VerdictOptions {
  /** ANSI colours. Without them changed words stand in `[-…-]` and `{+…+}`. */
  color: boolean;
  /** What each file is and its path, in the order to show: `{ report: 'out/report.html' }`. */
  files: Readonly<Record<string, string>>;
}

/** Unchanged lines shown around a change. */
const CONTEXT_LINES = 2;
/** Unchanged characters kept on each side of a change inside a long line. */
const CONTEXT_CHARS = 40;
/** Longest diff of one component, lines; the rest is in the page. */
const MAX_LINES = 120;
/** Longest stretch of changed text on one line, characters. */
const MAX_CHARS = 2000;

type Format = Parameters<typeof styleText>[0];

interface Pen {
  color: boolean;
  paint: (format: Format, text: string) => string;
}

const MARK = { improved: '✓', no_significant_gain: '=', regressed: '✗' } as const;
const MARK_COLOR = { improved: 'green', no_significant_gain: 'yellow', regressed: 'red' } as const;

/**
 * The verdict in a sentence, the diff between the user's prompt and the recommended one by words, and the files. Ends
 * with a line end. Characters in the texts that could steer the terminal are written as code points.
 */
export function renderVerdict(report: Report, seedComponents: Components, { color, files }: VerdictOptions): string {
  // The caller decides about colour, not this process's streams or environment.
  const paint = (format: Format, text: string) => (color ? styleText(format, text, { validateStream: false }) : text);
  const mark = paint([MARK_COLOR[report.verdict], 'bold'], MARK[report.verdict]);
  const blocks = [`${mark} ${paint('bold', showLine(verdictSentence(report)))}`];
  const champion = championSentence(report);
  if (champion !== null) blocks.push(champion);
  const missed = missedGainSentence(report);
  if (missed !== null) blocks.push(missed);
  for (const caution of cautions(report)) blocks.push(`${paint('yellow', '!')} ${showLine(caution)}`);
  if (report.notice !== undefined) blocks.push(`${paint('yellow', '!')} ${showLine(report.notice)}`);

  const changed = diffComponents(seedComponents, report.recommended.components).filter(
    (diff) => diff.change !== 'same',
  );
  if (changed.length === 0) blocks.push('The recommended prompt is yours, word for word.');
  for (const diff of changed) blocks.push(renderDiff(diff, { color, paint }));

  const names = Object.keys(files);
  const width = Math.max(0, ...names.map((name) => name.length));
  if (names.length > 0) {
    blocks.push(names.map((name) => `${showLine(name).padEnd(width)}  ${showLine(files[name] ?? '')}`).join('\n'));
  }
  return `${blocks.join('\n\n')}\n`;
}

function renderDiff(diff: ComponentDiff, pen: Pen): string {
  const { paint } = pen;
  const counts = `${formatPlural(diff.wordsAdded, 'word')} added, ${diff.wordsRemoved} removed`;
  const lines = diff.hunks.flatMap((hunk, at) =>
    hunk.changed
      ? renderChange(hunk, pen)
      : renderContext(hunk, at > 0, at < diff.hunks.length - 1).map((line) => paint('dim', line)),
  );
  const left = lines.length - MAX_LINES;
  const shown = left > 0 ? [...lines.slice(0, MAX_LINES), paint('dim', `  … ${left} more lines in the report`)] : lines;
  return [`${paint('bold', showLine(diff.component))} ${paint('dim', `(${counts})`)}`, ...shown].join('\n');
}

/** The lines of an unchanged hunk that stand next to a change. */
function renderContext(hunk: Hunk, afterChange: boolean, beforeChange: boolean): string[] {
  const lines = toLines(hunk.segments).map((line) =>
    `    ${line.map((part) => shorten(part.text, 'end')).join('')}`.trimEnd(),
  );
  const head = afterChange ? CONTEXT_LINES : 0;
  const tail = beforeChange ? CONTEXT_LINES : 0;
  if (lines.length <= head + tail) return lines;
  return [...lines.slice(0, head), '    …', ...lines.slice(lines.length - tail)];
}

function renderChange(hunk: Hunk, pen: Pen): string[] {
  const side = (skipped: Segment['change']) =>
    withoutEmptyEnd(toLines(hunk.segments.filter(({ change }) => change !== skipped)));
  return [
    ...side('added').map((line) => renderLine(line, '-', pen)),
    ...side('removed').map((line) => renderLine(line, '+', pen)),
  ];
}

/** A change that ends with its line's end is not told as an empty line more. */
function withoutEmptyEnd(lines: Segment[][]): Segment[][] {
  return lines.length > 1 && lines.at(-1)?.length === 0 ? lines.slice(0, -1) : lines;
}

function renderLine(line: Segment[], sign: '-' | '+', pen: Pen): string {
  const color = sign === '-' ? 'red' : 'green';
  const partly = line.some((part) => part.change === 'same' && part.text.trim() !== '');
  const text = line.map((part, at) => {
    if (part.change === 'same') {
      return pen.paint(color, shorten(part.text, at === 0 ? 'start' : at === line.length - 1 ? 'end' : 'middle'));
    }
    const { text: kept, omitted } = clip(part.text, MAX_CHARS);
    const changed = `${showLine(kept)}${omitted > 0 ? ` … ${formatPlural(omitted, 'more character')}` : ''}`;
    if (!partly) return pen.paint(color, changed);
    if (pen.color) return pen.paint([color, 'inverse'], changed);
    return sign === '-' ? `[-${changed}-]` : `{+${changed}+}`;
  });
  return `  ${pen.paint([color, 'bold'], sign)} ${text.join('')}`;
}

/** Cuts unchanged text of a long line down to what stands next to a change. */
function shorten(text: string, place: 'start' | 'middle' | 'end'): string {
  const room = place === 'middle' ? 2 * CONTEXT_CHARS : CONTEXT_CHARS * 3;
  if (text.length <= room) return showLine(text);
  const chars = [...text];
  const head = showLine(chars.slice(0, CONTEXT_CHARS).join(''));
  const tail = showLine(chars.slice(-CONTEXT_CHARS).join(''));
  return place === 'start' ? `… ${tail}` : place === 'end' ? `${head} …` : `${head} … ${tail}`;
}

/** Splits segments at line ends, which are dropped. */
function toLines(segments: Segment[]): Segment[][] {
  const lines: Segment[][] = [];
  let line: Segment[] = [];
  for (const { change, text } of segments) {
    const parts = text.split('\n');
    for (const [at, part] of parts.entries()) {
      if (at > 0) {
        lines.push(line);
        line = [];
      }
      if (part !== '') line.push({ change, text: part });
    }
  }
  return line.length > 0 ? [...lines, line] : lines;
}

/** One line of foreign text: nothing in it moves the cursor. */
function showLine(text: string): string {
  return showHidden(text).replaceAll('\n', '⏎');
}
