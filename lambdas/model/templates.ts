/** Mustache templates: components rendered with one example. Values are data: never rendered again, never escaped. */
import Mustache from 'mustache';
import type { Example, Json } from '../contracts/dataset.ts';
import type { Message } from '../contracts/message.ts';
import type { Components } from '../contracts/task.ts';

/** Sent as the user message when the prompt has no `user` component. */
export const DEFAULT_USER = '{{input}}';

/** Components that are messages; all others are partials. */
const messageNames = ['system', 'user'] as const;

/**
 * The messages of one example. `{{input}}` is the input's text (JSON for an object); an object's fields have their own
 * names. Unknown variables render as nothing: `checkTask` refuses those that no example has.
 * @throws Error when a template does not parse; guards and `checkTask` see to it that none gets here.
 */
export function renderMessages(components: Components, example: Pick<Example, 'input'>): Message[] {
  const view = viewOf(example.input);
  const texts: Components = { user: DEFAULT_USER, ...components };
  const partial = (name: string): string | undefined =>
    Object.hasOwn(components, name) ? components[name] : undefined;
  const messages: Message[] = [];
  for (const role of messageNames) {
    const template = texts[role];
    if (template === undefined) continue;
    const content = Mustache.render(template, view, partial, { escape: String });
    if (content.trim() !== '') messages.push({ role, content });
  }
  return messages;
}

/** The placeholders of a text, sorted: `{{input}}`, `{{#items}}`, `{{> rules}}`. @throws Error when it does not parse. */
export function placeholdersOf(text: string): string[] {
  const found = new Set<string>();
  collect(Mustache.parse(text), found);
  return [...found].sort();
}

/** Variables (dotted names included) that a text reads. @throws Error when it does not parse. */
export function variablesOf(text: string): string[] {
  return placeholdersOf(text)
    .filter((placeholder) => !placeholder.startsWith('{{> '))
    .map((placeholder) => placeholder.replace(/^\{\{[#^]?/, '').replace(/\}\}$/, ''));
}

/** Partials that a text includes. @throws Error when it does not parse. */
export function partialsOf(text: string): string[] {
  return placeholdersOf(text)
    .filter((placeholder) => placeholder.startsWith('{{> '))
    .map((placeholder) => placeholder.slice(4, -2));
}

type Token = [string, string, number, number, Token[]?];

function collect(tokens: unknown, found: Set<string>): void {
  for (const [kind, name, , , children] of tokens as Token[]) {
    if (kind === 'name' || kind === '&') found.add(`{{${name}}}`);
    else if (kind === '#' || kind === '^') {
      found.add(`{{${kind}${name}}}`);
      collect(children ?? [], found);
    } else if (kind === '>') found.add(`{{> ${name}}}`);
  }
}

function viewOf(input: Example['input']): Record<string, unknown> {
  if (typeof input === 'string') return { input };
  const fields = Object.fromEntries(Object.entries(input).map(([name, value]) => [name, printable(value)]));
  return { input: JSON.stringify(input), ...fields };
}

/** Objects and lists stay walkable for sections and print as JSON where a template names them whole. */
function printable(value: Json): unknown {
  if (value === null || typeof value !== 'object') return value;
  const copy = Array.isArray(value)
    ? value.map(printable)
    : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, printable(inner)]));
  Object.defineProperty(copy, 'toString', { value: () => JSON.stringify(value), enumerable: false });
  return copy;
}
