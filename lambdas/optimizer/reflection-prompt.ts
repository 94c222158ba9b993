/** What the reflection model is asked, and how its reply is read. The one place with these words. */
import type { Example, Json } from '../contracts/dataset.ts';
import type { Message } from '../contracts/message.ts';
import type { Components } from '../contracts/task.ts';

/** One rollout as reflection sees it. */
export interface ReflectedExample {
  readonly example: Example;
  readonly output: string;
  /** [0, 1] */
  readonly score: number;
  readonly evals: readonly { readonly name: string; readonly feedback: string }[];
}

/** An earlier edit and how it fared. */
export interface TriedEdit {
  /** In a few words: `score 0.25 → 0.50, kept`, `−3.1 points, dropped`. */
  readonly outcome: string;
  /** Lines that the edit brought in. */
  readonly text: string;
}

export interface ReflectionRequest {
  readonly component: string;
  readonly components: Components;
  /** In any order; failures are shown first. */
  readonly examples: readonly ReflectedExample[];
  readonly tried: readonly TriedEdit[];
  /** Placeholders that must stay. */
  readonly placeholders: readonly string[];
  readonly maxChars: number;
}

/** Name and version: raised with every change of the words, and kept with every reply. */
export const REFLECTION_PROMPT = 'reflect.v1';

const FENCE = '````';
const MAX_OUTPUT_CHARS = 4_000;

const instructions = (request: ReflectionRequest): string =>
  `You improve one component of a prompt that a language model follows to do a task. You see the component, examples of what the model answered with it, and feedback on each answer.

Find out why the answers that lost points went wrong, and what a person who knows the task would have told the model. Generalize: state rules, criteria and facts that will also help with inputs that you do not see, and never copy an example or its answer into the text.

Make a small edit: add, sharpen or remove one or a few statements that address the failures, and keep every other line word for word. Do not repeat an edit that was tried and did not help.

Keep all placeholders exactly as they are and keep what the text says about the form of the answer. The text may have at most ${request.maxChars} characters.

Think as long as you like, then end with the whole new text of the component in exactly one fenced block with four backticks, and nothing after it:
${FENCE}
the new text
${FENCE}`;

/** The messages of a reflection call. Data cannot end its element: see `quoted`. */
export function reflectionMessages(request: ReflectionRequest): Message[] {
  const { component, components, examples, tried, placeholders } = request;
  const others = Object.entries(components).filter(([name]) => name !== component);
  const failuresFirst = [...examples].sort((a, b) => a.score - b.score);
  const parts = [
    element(`component name=${JSON.stringify(component)}`, components[component] ?? ''),
    others.length === 0
      ? ''
      : `<other_components>\n${others.map(([name, text]) => element(`component name=${JSON.stringify(name)}`, text)).join('\n')}\n</other_components>`,
    `<examples>\n${failuresFirst.map(renderExample).join('\n')}\n</examples>`,
    tried.length === 0 ? '' : `<tried>\n${tried.map(renderTried).join('\n')}\n</tried>`,
    `<keep>${placeholders.length === 0 ? 'There are no placeholders in this component; add none.' : `Placeholders that must stay: ${placeholders.join(' ')}`}</keep>`,
  ];
  return [
    { role: 'system', content: instructions(request) },
    { role: 'user', content: parts.filter((part) => part !== '').join('\n') },
  ];
}

/** The same call once more, with what was wrong with the reply. */
export function repairMessages(first: readonly Message[], reply: string, reason: string): Message[] {
  return [
    ...first,
    { role: 'assistant', content: reply },
    {
      role: 'user',
      content: `That reply cannot be used: ${reason}. Answer again, with the whole new text in one fenced block with four backticks.`,
    },
  ];
}

export type Reply = { readonly text: string } | { readonly text: null; readonly reason: string };

/** The text in the reply's one complete fence, with `</` as the component has it. */
export function readReply(reply: string, truncated: boolean): Reply {
  if (truncated) return { text: null, reason: 'it was cut off at the output limit' };
  for (const fence of [FENCE, '```']) {
    const blocks = fencedBlocks(reply, fence);
    if (blocks === null) return { text: null, reason: 'its fenced block does not end' };
    if (blocks.length > 1) return { text: null, reason: 'it has more than one fenced block' };
    if (blocks[0] !== undefined) return { text: unquoted(blocks[0]) };
  }
  return { text: null, reason: 'it has no fenced block' };
}

/** What a reply says before its fenced block. */
export function outsideFence(reply: string): string {
  const at = reply.search(/^`{3,}/m);
  return (at < 0 ? reply : reply.slice(0, at)).trim();
}

/** Blocks between lines that begin with exactly this fence; null when the last one does not end. */
function fencedBlocks(reply: string, fence: string): string[] | null {
  const blocks: string[] = [];
  let open: string[] | null = null;
  for (const line of reply.split(/\r?\n/)) {
    const isFence = line.startsWith(fence) && line[fence.length] !== '`';
    if (isFence && open === null) open = [];
    else if (isFence && open !== null && line.trim() === fence) {
      blocks.push(open.join('\n'));
      open = null;
    } else open?.push(line);
  }
  return open === null ? blocks : null;
}

function renderExample({ example, output, score, evals }: ReflectedExample): string {
  return [
    '<example>',
    element('input', asText(example.input)),
    element('output', output.length > MAX_OUTPUT_CHARS ? `${output.slice(0, MAX_OUTPUT_CHARS)}…` : output),
    ...(example.expected === undefined ? [] : [element('expected', asText(example.expected))]),
    `<score>${Number(score.toFixed(3))}</score>`,
    ...evals.map(({ name, feedback }) => element('feedback', `${name}: ${feedback}`)),
    '</example>',
  ].join('\n');
}

function renderTried({ outcome, text }: TriedEdit): string {
  return `- (${outcome}) ${quoted(text.replace(/\s+/g, ' ').trim().slice(0, 300))}`;
}

function element(tag: string, text: string): string {
  const name = tag.split(' ')[0];
  return `<${tag}>\n${quoted(text)}\n</${name}>`;
}

/** `</` with a backslash, and one more where there are some already, so that `unquoted` gives every text back. */
function quoted(text: string): string {
  return text.replace(/<(\\*)\//g, '<\\$1/');
}

/** A model that keeps a line word for word writes the backslash too; one that writes `</` by itself means `</`. */
function unquoted(text: string): string {
  return text.replace(/<\\(\\*)\//g, '<$1/');
}

function asText(value: Json | Example['input']): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
