/** Where a line comes from: who wrote it, why, for which failures, and what was run to measure it. */
import type { Edit } from '../../contracts/report.ts';
import {
  formatCount,
  formatInterval,
  formatPlural,
  formatProbability,
  formatRuns,
  formatSignedPoints,
} from '../format.ts';
import { clip } from '../text.ts';
import { toneOf } from './effect-bar.ts';
import { html, type Markup } from './escape.ts';
import { replyOf, type UnitLinks } from './unit-list.ts';

const MAX_REPLY = 1200;
const MAX_INPUT = 240;
const MAX_QUOTE = 400;
const MAX_EXAMPLES = 6;

export function renderOrigin(edit: Edit, links: UnitLinks): Markup {
  const deletions = links.deletions.get(edit.id) ?? [];
  const told = [edit, ...deletions].map(
    (source) => html`${renderReason(source, links)}${renderSources(source, links)}`,
  );
  return html`<div class="origin">${renderStory(edit, links)}${renderMeasures(edit)}${told}</div>`;
}

/** Whose line it is, and what became of it. */
function renderStory(edit: Edit, links: UnitLinks): Markup {
  const { kind, status } = edit;
  const who = `reply ${(edit.slot ?? 0) + 1} of round ${edit.generation}`;
  const own = kind === 'seed' || kind === 'deletion';
  const told = {
    seed: 'A line of your own prompt.',
    deletion: `A line of your own prompt, which ${who} asked to take out.`,
    insertion: `A new line, written by ${who}.`,
    replacement: `A replacement, written by ${who}, for this line:`,
    rewrite: `The whole component, rewritten by ${who}.`,
  }[kind];
  const before =
    kind === 'replacement' &&
    renderQuote(links.byId.get(edit.replaces ?? '')?.text ?? 'a line that this report does not hold');
  const asked = (links.deletions.get(edit.id) ?? []).map(
    ({ generation, slot }) => html` Reply ${(slot ?? 0) + 1} of round ${generation} asked to take it out.`,
  );
  const after = links.successor.get(edit.id);
  const fate =
    status === 'removed' &&
    (after === undefined
      ? html`<p>${own ? 'It was taken out of the prompt.' : 'It left the prompt.'}</p>`
      : html`<p>This one stands in its place:</p>${renderQuote(after.text)}`);
  return html`<p>${told}${asked}</p>${before}${fate}`;
}

function renderMeasures(edit: Edit): Markup {
  const { effect, rollouts, rounds, harm } = edit;
  if (edit.protected) {
    return html`<p class="muted">It is protected: a placeholder, the answer’s form or what the task keeps is never on trial.</p>`;
  }
  const estimate =
    effect !== null && toneOf(edit) === 'unknown'
      ? `${formatSignedPoints(effect.mean)} (${formatInterval(effect.ci95)}), from hardly any rollouts`
      : null;
  const facts: [string, string | null][] = [
    ['Estimate', estimate],
    [
      'On trial in',
      rounds.length === 0 ? 'no round' : `${rounds.length === 1 ? 'round' : 'rounds'} ${formatRuns(rounds)}`,
    ],
    ['Rollouts', `${formatCount(rollouts.with)} with it, ${formatCount(rollouts.without)} without`],
    ['Probability of harm', harm === null ? 'not known' : formatProbability(harm)],
  ];
  return html`<dl class="counts">${facts.map(([name, value]) => value !== null && html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function renderReason(edit: Edit, links: UnitLinks): Markup | null {
  const words = replyOf(edit, links)?.text.trim() ?? '';
  return words === '' ? null : html`<h4>Why, in the reply’s words</h4>${renderQuote(words, MAX_REPLY)}`;
}

function renderSources({ kind, exampleIds }: Edit, { trainExamples }: UnitLinks): Markup | null {
  if (exampleIds.length === 0) return null;
  const items = exampleIds.slice(0, MAX_EXAMPLES).map((id) => {
    const input = Object.hasOwn(trainExamples, id) ? (trainExamples[id] ?? '') : '';
    // Line ends and runs of blanks would spend the little room there is.
    const { text, omitted } = clip(input.replaceAll(/\s+/g, ' ').trim(), MAX_INPUT);
    return html`<li><span class="name">${id}</span>${text !== '' && html` <span class="muted" dir="auto">${text}${omitted > 0 && ' …'}</span>`}</li>`;
  });
  const more =
    exampleIds.length > MAX_EXAMPLES &&
    html`<li class="muted">and ${formatCount(exampleIds.length - MAX_EXAMPLES)} more, in report.json</li>`;
  return html`<h4>${kind === 'deletion' ? 'Blamed for' : 'Written for'} ${formatPlural(exampleIds.length, 'failing training example')}</h4><ul class="sources">${items}${more}</ul>`;
}

function renderQuote(words: string, limit = MAX_QUOTE): Markup {
  const { text, omitted } = clip(words, limit);
  return html`<div class="quote" dir="auto">${text}${omitted > 0 && ` … (${formatPlural(omitted, 'more character')})`}</div>`;
}
