/** Questions and answers in lines. What a model wrote is shown so that it cannot steer the terminal. */
import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import type { Segment } from '../../lambdas/report/diff.ts';
import { showHidden } from '../../lambdas/report/text.ts';

/** Where a command reads and writes: the process's own, or a test's. */
export interface Streams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean | undefined };
}

/** The person ended the input, or pressed Ctrl-C. What was said before is kept. */
export class InputEndedError extends Error {
  override readonly name = 'InputEndedError';
}

export interface Terminal {
  /** Whether somebody is there to answer. */
  readonly isInteractive: boolean;
  /** Whether colours are shown. */
  readonly color: boolean;
  say(text?: string): void;
  /** One line, without white space around it. @throws InputEndedError when there is none any more */
  ask(question: string): Promise<string>;
  close(): void;
}

export function openTerminal({ input, output }: Streams): Terminal {
  const isInteractive = input.isTTY === true && output.isTTY === true;
  const lines: string[] = [];
  let ended = false;
  let waiting: { answer: (line: string) => void; end: () => void } | undefined;
  const open = (): ReturnType<typeof createInterface> => {
    // A raw terminal edits lines; anything else gives them as they are.
    const made = createInterface({ input, output, terminal: 'setRawMode' in input });
    made.on('line', (line) => {
      if (waiting === undefined) lines.push(line);
      else waiting.answer(line);
    });
    made.on('SIGINT', () => made.close());
    made.on('close', () => {
      ended = true;
      waiting?.end();
    });
    return made;
  };
  let reader: ReturnType<typeof createInterface> | undefined;
  return {
    isInteractive,
    color: output.isTTY === true && process.env.NO_COLOR === undefined,
    say: (text = '') => void output.write(`${text}\n`),
    async ask(question) {
      reader ??= open();
      reader.setPrompt(`${question} `);
      if (!ended) reader.prompt();
      const early = lines.shift();
      if (early !== undefined) return early.trim();
      if (ended) throw new InputEndedError('The input has ended.');
      return new Promise<string>((resolve, reject) => {
        const done = (): void => {
          waiting = undefined;
        };
        waiting = {
          answer(line) {
            done();
            resolve(line.trim());
          },
          end() {
            done();
            reject(new InputEndedError('The input has ended.'));
          },
        };
      });
    },
    close: () => reader?.close(),
  };
}

/**
 * Asks until the answer is one of the keys; each may be given by its first letter.
 * @param keys words by what they say, the first letters differ
 */
export async function choose<K extends string>(terminal: Terminal, question: string, keys: readonly K[]): Promise<K> {
  const shown = keys.map((key) => `[${key.slice(0, 1)}]${key.slice(1)}`).join(', ');
  for (;;) {
    const given = (await terminal.ask(`${question} ${shown}:`)).toLowerCase();
    const chosen = keys.find((key) => key === given || key.slice(0, 1) === given);
    if (chosen !== undefined) return chosen;
    terminal.say(`Type one of ${keys.map((key) => key.slice(0, 1)).join(', ')}.`);
  }
}

/** A text of somebody else's, set in by two spaces. */
export function indented(text: string): string {
  return showHidden(text)
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}

/** The words that change between two texts: coloured, or in `[-…-]` and `{+…+}`. */
export function shownDiff(segments: readonly Segment[], color: boolean): string {
  return segments
    .map(({ change, text }) => {
      const shown = showHidden(text);
      if (change === 'same') return shown;
      if (color)
        return styleText(change === 'added' ? 'green' : ['red', 'strikethrough'], shown, { validateStream: false });
      return change === 'added' ? `{+${shown}+}` : `[-${shown}-]`;
    })
    .join('')
    .trimEnd();
}
