/**
 * The review as one page that loads nothing: examples one at a time, the judge's verdict only after a rating, and a button
 * that saves the ratings as a file. Texts of models are in a block of JSON, and reach the page as text alone.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Review } from '../../lambdas/contracts/spec.ts';
import { html, Markup } from '../../lambdas/report/html/escape.ts';
import { STYLE } from '../../lambdas/report/html/style.ts';
import { showHidden } from '../../lambdas/report/text.ts';

/**
 * @param review its examples with the judge's verdicts
 * @param criteria what the spec says
 */
export function renderReviewPage(review: Review, criteria: string): string {
  const script = readFileSync(join(import.meta.dirname, 'review-page.client.js'), 'utf-8').replaceAll('\r\n', '\n');
  const hash = createHash('sha256').update(script).digest('base64');
  // Only this very script runs, whatever else got into the page.
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${html`<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">`.text}
<meta name="viewport" content="width=device-width, initial-scale=1">
${html`<title>Review of ${review.spec}</title>`.text}
<link rel="icon" href="data:,">
${STYLE.text}
${OWN_STYLE}
</head>
<body>
${bodyOf(review, criteria).text}
<script type="application/json" id="data">${embedded(dataOf(review))}</script>
<script>${script}</script>
</body>
</html>
`;
}

function bodyOf(review: Review, criteria: string): Markup {
  return html`<header class="page"><p class="eyebrow">${review.spec} · round ${review.round}</p>
<h1>Does the answer pass?</h1>
<details><summary>What the spec says</summary><pre class="text">${criteria}</pre></details></header>
<main class="page">
<section aria-labelledby="place"><h2 id="place" tabindex="-1"></h2>
<h3>Input</h3><pre class="text" id="input"></pre>
<div id="reference" hidden><h3>Reference</h3><pre class="text" id="expected"></pre></div>
<h3>Answer</h3><pre class="text" id="output"></pre>
<div class="buttons" id="rate"><button type="button" id="pass" aria-keyshortcuts="p"><kbd>p</kbd> Pass</button>
<button type="button" id="fail" aria-keyshortcuts="f"><kbd>f</kbd> Fail</button></div>
<div id="verdict" aria-live="polite" hidden><p><span id="yours"></span> · <strong id="judges"></strong></p>
<p id="reasoning"></p>
<div id="disagreement" hidden><label for="why">You disagree. Why, in one sentence?</label><textarea id="why" rows="2"></textarea></div></div>
<nav class="buttons" aria-label="Examples"><button type="button" id="back">← Back</button><button type="button" id="next">Next →</button></nav>
</section>
<section aria-label="Ratings"><p id="progress"></p>
<div class="buttons"><button type="button" id="save">Save review.json</button></div>
<p class="note">A rating stands once it is given. This page loads nothing and sends nothing: the saved file goes to whoever gave you the page.</p></section>
</main>`;
}

/** What the script works with. Judges' verdicts are apart from the review until a rating stands. */
function dataOf(review: Review): object {
  return {
    review: { ...review, examples: review.examples.map((example) => ({ ...example, judge: null })) },
    shown: review.examples.map(({ input, output, expected, judge }) => ({
      input: showHidden(typeof input === 'string' ? input : JSON.stringify(input, null, 2)),
      output: showHidden(output),
      expected: expected === undefined ? null : showHidden(expected),
      verdict: judge?.verdict ?? null,
      reasoning: showHidden(judge?.reasoning ?? ''),
    })),
    reasonings: review.examples.map(({ judge }) => judge?.reasoning ?? ''),
  };
}

/** JSON inside a script element: without `<` nothing in it can end the element or begin a comment. */
function embedded(value: object): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

const OWN_STYLE = `<style>
.page { max-width: 46rem; }
.buttons { display: flex; flex-wrap: wrap; gap: 0.6rem; margin-top: 1.2rem; }
button { font: inherit; color: var(--ink); background: var(--faint); border: 1px solid var(--base); border-radius: 8px; padding: 0.5rem 1.1rem; cursor: pointer; }
button:disabled { color: var(--muted); border-color: var(--line); cursor: default; }
#rate button { flex: 1 1 8rem; font-weight: 650; padding-block: 0.8rem; }
kbd { font: 0.8125rem ui-monospace, monospace; color: var(--muted); border: 1px solid var(--line); border-radius: 4px; padding: 0 0.35em; margin-right: 0.3em; }
#verdict { margin-top: 1.2rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.agrees { color: var(--good); }
.differs { color: var(--bad); }
#disagreement { margin-top: 0.8rem; }
label { display: block; font-size: 0.9rem; color: var(--muted); margin-bottom: 0.3rem; }
textarea { width: 100%; font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--base); border-radius: 8px; padding: 0.5rem 0.7rem; }
[hidden] { display: none !important; }
</style>`;
