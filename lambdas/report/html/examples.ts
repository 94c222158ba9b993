/** Examples that got better and worse, as texts, and the sealed ones that got worse, as numbers. */
import type { Example, Json } from '../../contracts/dataset.ts';
import type { Report } from '../../contracts/report.ts';
import { formatCount, formatPlural, formatPoints, formatSignedPoints } from '../format.ts';
import { clip } from '../text.ts';
import { html, type Markup } from './escape.ts';
import type { Answer, ComparedExample, ReportPage } from './input.ts';
import { pre } from './prompt.ts';

/** Longest text of an example that is shown, characters: twenty examples of four texts stay readable and under a megabyte. */
const MAX_TEXT = 4000;
const MAX_FEEDBACK = 1000;
const MAX_EVALS = 12;
const MAX_REGRESSIONS = 200;

export function renderExamples({ examples }: ReportPage): Markup {
  return html`${renderGroup('Got better', examples.better)}${renderGroup('Got worse', examples.worse)}`;
}

/** Sealed examples on which the best did worse: ids and scores, their texts stay sealed. */
export function renderRegressions({ regressions, testDelta }: Report): Markup {
  if (regressions.length === 0) {
    return html`<p>${testDelta.n === 0 ? 'No sealed example was compared.' : 'None: no sealed example scored lower than with your prompt.'}</p>`;
  }
  const sorted = regressions.toSorted((a, b) => a.best - a.baseline - (b.best - b.baseline));
  const shown = sorted.slice(0, MAX_REGRESSIONS);
  const rows = shown.map(
    ({ exampleId, baseline, best }) =>
      html`<tr><th scope="row">${exampleId}</th><td>${formatPoints(baseline)}</td><td>${formatPoints(best)}</td><td>${formatSignedPoints(best - baseline)}</td></tr>`,
  );
  const limit =
    shown.length < sorted.length ? ` The ${shown.length} largest falls are listed; report.json has all.` : '';
  return html`<p>${formatCount(regressions.length)} of ${formatPlural(testDelta.n, 'sealed example')} scored lower than with your prompt.${limit} Their texts stay sealed.</p><div class="table"><table><thead><tr><th scope="col">Example</th><th scope="col">Baseline</th><th scope="col">Best</th><th scope="col">Change</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function renderGroup(title: string, examples: readonly ComparedExample[]): Markup {
  const list =
    examples.length === 0
      ? html`<p class="note">None on validation.</p>`
      : examples.map((compared, index) => renderExample(compared, index === 0));
  return html`<h3>${title} <span class="muted">${examples.length === 0 ? '' : `${examples.length} shown`}</span></h3>${list}`;
}

function renderExample({ example, baseline, best }: ComparedExample, open: boolean): Markup {
  const change =
    baseline.score === null || best.score === null ? '' : ` (${formatSignedPoints(best.score - baseline.score)})`;
  const expected = example.expected !== undefined && html`<h4>Expected</h4>${renderText(formatJson(example.expected))}`;
  // Spelled out: an attribute's presence opens the element.
  const tag = open ? html`<details class="example" open="">` : html`<details class="example">`;
  return html`${tag}<summary><span class="name">${example.id}</span> <span class="value">${formatPoints(baseline.score)} → ${formatPoints(best.score)}${change}</span></summary><h4>Input</h4>${renderText(formatInput(example.input))}${expected}<div class="answers">${renderAnswer('Your prompt', baseline)}${renderAnswer('Best prompt', best)}</div></details>`;
}

function renderAnswer(who: string, { output, score, evals, failure }: Answer): Markup {
  const text =
    output === null
      ? html`<p class="note">No answer.</p>`
      : output === ''
        ? html`<p class="note">An empty answer.</p>`
        : renderText(output);
  const failed =
    failure !== null && html`<p class="note">The call failed: ${failure.name}, ${clipped(failure.message)}</p>`;
  const feedback = evals
    .slice(0, MAX_EVALS)
    .map(
      (result) =>
        html`<li><strong>${result.name} ${formatPoints(result.score)}</strong>${result.feedback !== '' && html` <span dir="auto">${clipped(result.feedback)}</span>`}</li>`,
    );
  const more =
    evals.length > MAX_EVALS && html`<li class="muted">${formatPlural(evals.length - MAX_EVALS, 'more eval')}</li>`;
  return html`<div class="answer"><h4>${who} <span class="muted">${formatPoints(score)}</span></h4>${text}${failed}${feedback.length > 0 && html`<ul class="feedback">${feedback}${more}</ul>`}</div>`;
}

function renderText(text: string): Markup {
  const { text: shown, omitted } = clip(text, MAX_TEXT);
  return html`${pre(shown, 'text')}${omitted > 0 && html`<p class="note">Cut here: ${formatPlural(omitted, 'more character')} not shown.</p>`}`;
}

function clipped(text: string): string {
  const { text: shown, omitted } = clip(text, MAX_FEEDBACK);
  return omitted > 0 ? `${shown} … (${formatPlural(omitted, 'more character')})` : shown;
}

function formatInput(input: Example['input']): string {
  return typeof input === 'string' ? input : formatJson(input);
}

function formatJson(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
