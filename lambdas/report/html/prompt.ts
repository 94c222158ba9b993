/** The prompt: what changed in it, by words, and the recommended one in full. */
import type { Report } from '../../contracts/report.ts';
import { type ComponentDiff, componentNames, diffComponents, type Hunk, type Segment } from '../diff.ts';
import { formatCount, formatPlural } from '../format.ts';
import { hasHidden } from '../text.ts';
import { html, type Markup } from './escape.ts';
import type { ReportPage } from './input.ts';

/** Unchanged lines shown on each side of a change; a longer stretch is folded. */
const CONTEXT_LINES = 3;

/** What is asked of a report here, with a verdict or without. */
interface Prompts extends Pick<ReportPage, 'seedComponents'> {
  report: Pick<Report, 'candidates' | 'recommended'> & Record<'baseline' | 'best', Pick<Report['best'], 'candidateId'>>;
}

/** The diff between the user's prompt and the best candidate's. */
export function renderDiff({ report, seedComponents }: Prompts): Markup {
  const best = report.candidates.find((candidate) => candidate.id === report.best.candidateId);
  const after = best?.components ?? report.recommended.components;
  const diffs = diffComponents(seedComponents, after);
  const changed = diffs.filter((diff) => diff.change !== 'same');
  const same = diffs.filter((diff) => diff.change === 'same').map((diff) => diff.component);
  const unchanged = same.length > 0 && html`<p class="note">Unchanged: ${same.join(', ')}.</p>`;
  if (changed.length === 0) return html`<p>Nothing: the best candidate is your prompt, word for word.</p>${unchanged}`;
  const caution =
    report.recommended.candidateId !== report.best.candidateId &&
    html`<p>This is what the best candidate of the search changed. It is shown to learn from and is <strong>not recommended</strong>.</p>`;
  return html`${caution}${changed.map(renderComponent)}${unchanged}`;
}

/** The recommended texts, whole: nothing is cut. A click selects one, for copying. */
export function renderRecommended({ report }: Pick<Prompts, 'report'>): Markup {
  const { components } = report.recommended;
  const blocks = componentNames(components).map((name) => {
    const text = components[name] ?? '';
    const hidden =
      hasHidden(text) &&
      html`<p class="note">It holds characters that do not show or are not plain line ends. Here they stand as code points such as [U+200B]; take the exact text from the file in best-prompt/ instead of copying it here.</p>`;
    return html`<h3>${name} <span class="muted">${formatPlural(text.length, 'character')}</span></h3>${hidden}${pre(text, 'text whole')}`;
  });
  const own = report.recommended.candidateId === report.baseline.candidateId;
  return html`<p>${own ? 'The recommendation is to keep the prompt that you gave.' : 'This is the new prompt.'} Click a text to select all of it, then copy.</p>${blocks}`;
}

/** Preformatted text. The parser drops a line end right after the tag, so one is given, lest it drop the text's own. */
export function pre(content: string | Markup | Markup[], kind: string): Markup {
  return html`<pre class="${kind}" dir="auto">${'\n'}${content}</pre>`;
}

function renderComponent({ component, change, hunks, wordsAdded, wordsRemoved }: ComponentDiff): Markup {
  const note = change === 'added' ? ' · new component' : change === 'removed' ? ' · component removed' : '';
  const counts = `${formatPlural(wordsAdded, 'word')} added, ${formatCount(wordsRemoved)} removed${note}`;
  return html`<h3>${component} <span class="muted">${counts}</span></h3><div class="diff">${hunks.map((hunk, index) => renderHunk(hunk, index > 0, index < hunks.length - 1))}</div>`;
}

function renderHunk({ changed, segments }: Hunk, afterChange: boolean, beforeChange: boolean): Markup {
  if (changed) return html`<div class="text change" dir="auto">${segments.map(renderSegment)}</div>`;
  const lines = segments.flatMap(({ text }) => text.match(/[^\n]*\n/g) ?? []);
  const head = afterChange ? CONTEXT_LINES : 0;
  const tail = beforeChange ? CONTEXT_LINES : 0;
  const show = (part: string[]) => part.length > 0 && html`<div class="text" dir="auto">${part.join('')}</div>`;
  const folded = lines.slice(head, lines.length - tail);
  // Folding one or two lines would hide more than it saves.
  if (folded.length <= 2) return html`${show(lines)}`;
  return html`${show(lines.slice(0, head))}<details class="fold"><summary>${formatPlural(folded.length, 'unchanged line')}</summary>${show(folded)}</details>${show(lines.slice(lines.length - tail))}`;
}

/** Insertions and deletions differ by line and sign for the eye, by words for a screen reader. */
function renderSegment({ change, text }: Segment): Markup {
  if (change === 'added') return html`<ins>${text}</ins>`;
  if (change === 'removed') return html`<del>${text}</del>`;
  return html`${text}`;
}
