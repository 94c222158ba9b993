/** What every page of a report has around its sections: head, contents, footer. It loads nothing and runs nothing. */
import { html, type Markup } from './escape.ts';
import { STYLE } from './style.ts';

/** Nothing is loaded and nothing runs; the icon is there so that no browser asks for one. */
const CSP = html`default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;

export interface Section {
  id: string;
  /** Its name in the contents. */
  name: string;
  title: string;
  body: Markup;
}

export interface Shell {
  title: string;
  header: Markup;
  sections: readonly Section[];
  runId: string;
  seed: number;
}

export function renderShell({ title, header, sections, runId, seed }: Shell): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${CSP}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
${STYLE}
</head>
<body>
<a class="skip" href="#main">Skip to the result</a>
<header class="page">${header}</header>
<nav class="page" aria-label="Contents"><ul>${sections.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main class="page" id="main">
${sections.map(({ id, title, body }) => html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>\n`)}</main>
<footer class="page">Prompt Optimizer · run ${runId} · seed ${seed}. Scores are points of 100. This page is complete in itself and loads nothing.</footer>
</body>
</html>
`;
}

/** What weakens what is told, a note each. */
export function renderNotes(notes: readonly string[]): Markup[] {
  return notes.map((text) => html`<p class="notice" role="note"><strong>Note</strong><span>${text}</span></p>`);
}

/** Name, value and detail of the figures that a page begins with. */
export type Tile = readonly [string, string, string];

export function renderTiles(tiles: readonly Tile[]): Markup {
  return html`<dl class="tiles">${tiles.map(([name, value, detail]) => html`<div><dt>${name}</dt><dd>${value}<small>${detail}</small></dd></div>`)}</dl>`;
}
