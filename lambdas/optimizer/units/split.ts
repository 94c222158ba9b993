/** A text as units: sentences, list items, headings, blocks. Nothing is lost: units and gaps join to the text again. */
import { blockFinder } from './blocks.ts';
import { type Span, sentencesOf } from './sentences.ts';

/** A unit's text as it stands somewhere, with the white space before and after it; `''` at the ends of that text. */
export interface Piece {
  /** Without white space around it, but for the indentation of its (first) line. */
  readonly text: string;
  readonly lead: string;
  readonly end: string;
}

export interface SplitText {
  /** White space before the first unit and after the last one. All of a blank text is `prefix`. */
  readonly prefix: string;
  readonly tail: string;
  readonly newline: '\n' | '\r\n';
  readonly units: Piece[];
}

/** Splits a text: `prefix`, each unit's `text` and `end` in order, and `tail` join to it byte for byte. */
export function splitText(text: string): SplitText {
  const newline = /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n';
  const spans = spansOf(text);
  const first = spans.at(0);
  const last = spans.at(-1);
  if (first === undefined || last === undefined) return { prefix: text, tail: '', newline, units: [] };
  const units = spans.map((span, index) => ({
    text: text.slice(span.start, span.end),
    lead: text.slice(spans[index - 1]?.end ?? span.start, span.start),
    end: text.slice(span.end, spans[index + 1]?.start ?? span.end),
  }));
  return { prefix: text.slice(0, first.start), tail: text.slice(last.end), newline, units };
}

function spansOf(text: string): Span[] {
  const lines = text.split('\n');
  const starts: number[] = [];
  let offset = 0;
  for (const line of lines) {
    starts.push(offset);
    offset += line.length + 1;
  }
  const blockEnd = blockFinder(lines);
  const spans: Span[] = [];
  for (let index = 0; index < lines.length; ) {
    const end = blockEnd(index);
    const start = starts[index] ?? 0;
    const block = lines.slice(index, end).join('\n').trimEnd();
    index = end;
    if (block === '') continue;
    for (const span of sentencesOf(block)) spans.push({ start: start + span.start, end: start + span.end });
  }
  return spans;
}
