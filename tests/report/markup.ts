/** A strict reader of the page's own markup: what it does not know is an error, so that nothing can slip through. */

export interface Tag {
  name: string;
  attributes: string[];
}

const TAG = /<(?:!doctype html|\/([a-z][a-z0-9]*)|([a-z][a-z0-9]*)((?: [a-zA-Z][a-zA-Z0-9-]*="[^"<>]*")*)\/?)>/y;

/** Every opening tag with its attributes' names. Throws at any `<`, `>` or quote that is not part of a well-formed tag. */
export function readTags(page: string): Tag[] {
  const tags: Tag[] = [];
  const text = page.replace(/<style>[^<]*<\/style>/, '<style></style>');
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at)) {
    TAG.lastIndex = at;
    const match = TAG.exec(text);
    if (match === null) throw new Error(`not a tag: ${text.slice(at, at + 80)}`);
    const [whole, , name, attributes = ''] = match;
    if (name !== undefined) {
      tags.push({
        name,
        attributes: [...attributes.matchAll(/ ([a-zA-Z][a-zA-Z0-9-]*)="[^"]*"/g)].map((found) => found[1] ?? ''),
      });
    }
    at += whole.length;
    const next = text.indexOf('<', at);
    const between = text.slice(at, next === -1 ? undefined : next);
    if (/[>"'`]/.test(between)) throw new Error(`unescaped text: ${between.slice(0, 80)}`);
  }
  return tags;
}

/** What a reader sees, roughly: tags dropped, entities read. */
export function read(page: string): string {
  const entities: Record<string, string> = {
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#39;': "'",
    '&#96;': '`',
    '&amp;': '&',
  };
  return page
    .replace(/<style>[^<]*<\/style>/, '')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(?:lt|gt|quot|#39|#96|amp);/g, (entity) => entities[entity] ?? '');
}

/** The elements with the attributes that the page may have; `class` and `id` everywhere. */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  html: ['lang'],
  head: [],
  meta: ['charset', 'http-equiv', 'content', 'name'],
  link: ['rel', 'href'],
  title: [],
  style: [],
  body: [],
  header: [],
  nav: ['aria-label'],
  main: [],
  footer: [],
  section: ['aria-labelledby'],
  h1: [],
  h2: [],
  h3: [],
  h4: [],
  p: ['role'],
  span: ['aria-hidden', 'style', 'dir'],
  strong: [],
  small: [],
  code: [],
  abbr: ['title'],
  ul: [],
  ol: ['start'],
  li: [],
  dl: [],
  dt: [],
  dd: [],
  div: ['dir', 'aria-hidden'],
  pre: ['dir'],
  ins: [],
  del: [],
  a: ['href'],
  details: ['open'],
  summary: [],
  figure: [],
  figcaption: [],
  table: [],
  thead: [],
  tbody: [],
  tr: [],
  th: ['scope'],
  td: [],
  svg: ['role', 'aria-labelledby', 'aria-hidden', 'width', 'height', 'viewBox', 'preserveAspectRatio', 'x', 'y'],
  desc: [],
  g: [],
  line: ['x1', 'x2', 'y1', 'y2'],
  rect: ['x', 'y', 'width', 'height', 'rx'],
  circle: ['r'],
  path: ['d', 'transform'],
  text: ['x', 'y', 'text-anchor'],
  tspan: [],
};
