/** "What each line does": the winner's prompt with every unit's measured effect beside it, and the edits left out. */
import type { Edit } from '../../contracts/report.ts';
import { componentNames } from '../diff.ts';
import { formatCount, formatPlural } from '../format.ts';
import { effectScale, renderEffectAxis, renderEffectLegend } from './effect-bar.ts';
import { html, type Markup } from './escape.ts';
import type { ReportPage } from './input.ts';
import { findLeads } from './prompt-shape.ts';
import type { Scale } from './svg.ts';
import { linkUnits, sortUnits, type UnitLinks, type Units } from './unit-list.ts';
import { renderLeftOut, renderLine } from './unit-row.ts';

/** Of a long list the first rows are in sight, the others folded, and the rest of a very long one left out. */
const MAX_IN_SIGHT = 8;
const IN_SIGHT = 5;
const MAX_LISTED = 100;

export function renderUnits(page: ReportPage): Markup {
  const { report } = page;
  const links = linkUnits(page);
  const units = sortUnits(report.edits, links);
  const scale = effectScale(report.edits);
  const best =
    report.candidates.find(({ id }) => id === report.best.candidateId)?.components ?? report.recommended.components;
  const prompt = units.components.map(({ name, lines }) => {
    const leads = findLeads(lines, Object.hasOwn(best, name) ? (best[name] ?? '') : '');
    const rows = lines.map((edit, index) =>
      renderLine(edit, { lead: leads[index] ?? 'new-line', previous: lines[index - 1], scale, links }),
    );
    return html`<h3>${name} <span class="muted">${countLines(lines)}</span></h3>${renderHead(scale)}<ol class="units">${rows}</ol>`;
  });
  const absent = componentNames(best).filter((name) => units.components.every((component) => component.name !== name));
  const frozen = absent.length > 0 && html`<p class="note">Left alone: ${absent.join(', ')}.</p>`;
  const left = { scale, links };
  return html`${renderLead(page, links, units)}${renderEffectLegend()}<div class="annotated">${prompt}${frozen}${renderLeft('Edits that did not help', 'They were tried and left out, the most harmful first.', units.dropped, left)}${renderLeft('Edits in doubt', 'The run could not tell whether they help, so they were left out. More rollouts could tell.', units.doubtful, left)}</div>`;
}

function renderLead({ report }: ReportPage, links: UnitLinks, { components, dropped, doubtful }: Units): Markup {
  const lines = components.flatMap((component) => component.lines);
  const entered = lines.filter((edit) => edit.status === 'kept' && isEdit(edit)).length;
  const tried = entered + dropped.length + doubtful.length;
  const out = lines.filter((edit) => edit.status === 'removed' && !isEdit(edit));
  const replaced = out.filter(({ id }) => links.successor.has(id)).length;
  const takenOut = out.length - replaced;
  const fates = [
    takenOut > 0 && `${formatCount(takenOut)} ${takenOut === 1 ? 'was' : 'were'} taken out`,
    replaced > 0 && `${formatCount(replaced)} ${replaced === 1 ? 'was' : 'were'} replaced`,
  ].filter((fate) => fate !== false);
  const recommended = report.recommended.candidateId === report.best.candidateId;
  const where = recommended ? 'the new prompt' : 'the best candidate, which is not recommended';
  const summary = `Of ${formatPlural(tried, 'edit')} that reflection proposed, ${formatCount(entered)} ${entered === 1 ? 'is' : 'are'} in ${where}. Of your own lines, ${fates.length === 0 ? 'all stay' : `${fates.join(' and ')}`}.`;
  return html`<p>${summary}</p><p>Each row shows what its line does: the points that the mean score gains when it is in the prompt, with a 95 % interval, measured by running many random mixtures of lines. Open a row to see where its line comes from.</p><p class="note">Measured on training and validation examples, each line against the same prompts without it. Effects need not add up to the gain of the whole prompt, which the sealed test measures.</p>`;
}

/** Heads of the columns. Each row says in full what it holds, so that a screen reader needs none. */
function renderHead(scale: Scale): Markup {
  return html`<div class="row units-head" aria-hidden="true"><span class="sign"></span><span class="words">Line</span><span class="effect">${renderEffectAxis(scale)}</span><span class="value">Points (95 % interval)</span></div>`;
}

function renderLeft(
  title: string,
  words: string,
  edits: readonly Edit[],
  context: { scale: Scale; links: UnitLinks },
): Markup | null {
  if (edits.length === 0) return null;
  const listed = edits.slice(0, MAX_LISTED).map((edit) => renderLeftOut(edit, context));
  const cut = listed.length > MAX_IN_SIGHT ? IN_SIGHT : listed.length;
  const list = (rows: Markup[]) => html`<ul class="units">${rows}</ul>`;
  const folded = listed.slice(cut);
  const more =
    folded.length > 0 &&
    html`<details class="more"><summary>${formatPlural(folded.length, 'more edit')}</summary>${list(folded)}</details>`;
  const rest =
    edits.length > MAX_LISTED &&
    html`<p class="note">${formatPlural(edits.length - MAX_LISTED, 'further edit')} ${edits.length - MAX_LISTED === 1 ? 'is' : 'are'} in report.json.</p>`;
  return html`<h3>${title} <span class="muted">${formatCount(edits.length)}</span></h3><p class="note">${words}</p>${renderHead(context.scale)}${list(listed.slice(0, cut))}${more}${rest}`;
}

function countLines(lines: readonly Edit[]): string {
  const kept = lines.filter(({ status }) => status === 'kept');
  const added = kept.filter(isEdit).length;
  const removed = lines.length - kept.length;
  const parts = [formatPlural(kept.length, 'line'), added > 0 && `${added} new`, removed > 0 && `${removed} out`];
  return parts.filter((part) => part !== false).join(', ');
}

/** Whether a reply brought it, rather than the user. */
function isEdit({ kind }: Edit): boolean {
  return kind !== 'seed' && kind !== 'deletion';
}
