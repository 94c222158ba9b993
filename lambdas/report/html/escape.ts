/**
 * The page's one way to put text into markup. A template tag of twenty lines does it by construction: a value is escaped
 * unless it is itself `Markup`, and nothing makes `Markup` but the tag and `style.ts`. A templating library would bring the same
 * rule, plus a renderer that the page does not need.
 */
import { showHidden } from '../text.ts';

/** Markup that is known to be safe. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes; null, undefined and false stand for nothing. */
export type Value = string | number | Markup | null | undefined | false | readonly Value[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Text for an element or a quoted attribute. Characters that do not show are written as their code points. */
export function escapeHtml(text: string): string {
  return showHidden(text).replace(/[&<>"'`]/g, (char) => ENTITIES[char] ?? '');
}

/** Template tag: html`<p title="${anything}">${anything}</p>`. Attributes must be quoted. */
export function html(literals: TemplateStringsArray, ...values: Value[]): Markup {
  let text = literals[0] ?? '';
  for (const [at, value] of values.entries()) text += render(value) + (literals[at + 1] ?? '');
  return new Markup(text);
}

function render(value: Value): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return escapeHtml(String(value));
}
