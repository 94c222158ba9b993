/** One unit on its row: a sign, its words, its bar, its number; a click opens where it comes from. */
import type { Edit } from '../../contracts/report.ts';
import { formatPlural } from '../format.ts';
import { clip } from '../text.ts';
import { knownMean, renderEffectBar, renderEffectValue } from './effect-bar.ts';
import { html, type Markup } from './escape.ts';
import type { Lead } from './prompt-shape.ts';
import type { Scale } from './svg.ts';
import type { UnitLinks } from './unit-list.ts';
import { renderOrigin } from './unit-origin.ts';

/** A line of the prompt is whole up to here; "Recommended prompt" cuts nothing. */
const MAX_LINE = 3000;
/** Of an edit that is not in the prompt, enough to know it by. */
const MAX_LEFT = 600;
const MAX_MENTION = 60;

/** A line of the prompt. `previous`: the line on the row above. */
export function renderLine(
  edit: Edit,
  { lead, previous, scale, links }: { lead: Lead; previous: Edit | undefined; scale: Scale; links: UnitLinks },
): Markup {
  const removed = edit.status === 'removed';
  const own = edit.kind === 'seed' || edit.kind === 'deletion';
  const [kind, sign] = removed ? ['removed', '−'] : own ? ['own', ''] : ['added', '+'];
  const row = renderRow(edit, { sign, note: describeLine(edit, previous, links), limit: MAX_LINE, scale });
  // Nothing more is known about the user's own line that was never on trial.
  const plain = edit.kind === 'seed' && edit.protected && !links.deletions.has(edit.id);
  return html`<li class="unit ${kind} ${lead}${quiet(edit)}">${plain ? html`<div class="row">${row}</div>` : renderFolded(row, edit, links)}</li>`;
}

/** An edit that is not in the prompt. */
export function renderLeftOut(edit: Edit, { scale, links }: { scale: Scale; links: UnitLinks }): Markup {
  const row = renderRow(edit, { sign: '', note: describeLeftOut(edit, links), limit: MAX_LEFT, scale });
  return html`<li class="unit out new-line${quiet(edit)}">${renderFolded(row, edit, links)}</li>`;
}

/** A row without a number: a phone leaves its empty bar out. */
function quiet(edit: Edit): string {
  return knownMean(edit) === null ? ' quiet' : '';
}

function renderFolded(row: Markup, edit: Edit, links: UnitLinks): Markup {
  return html`<details class="unit-details"><summary class="row">${row}</summary>${renderOrigin(edit, links)}</details>`;
}

function renderRow(
  edit: Edit,
  { sign, note, limit, scale }: { sign: string; note: string; limit: number; scale: Scale },
): Markup {
  const { text, omitted } = clip(edit.text, limit);
  const words = html`${text}${omitted > 0 && html`<span class="muted"> … (${formatPlural(omitted, 'more character')})</span>`}`;
  return html`<span class="sign" aria-hidden="true">${sign}</span><span class="words"><span class="text" dir="auto">${edit.status === 'removed' ? html`<del>${words}</del>` : words}</span>${note !== '' && html`<span class="origin-note">${note}</span>`}</span><span class="effect">${renderEffectBar(edit, scale)}</span><span class="value">${renderEffectValue(edit)}</span>`;
}

function describeLine(edit: Edit, previous: Edit | undefined, { byId, successor, deletions }: UnitLinks): string {
  const { kind, status, generation } = edit;
  if (status === 'removed') {
    const whose = kind === 'seed' || kind === 'deletion' ? 'your line, ' : '';
    return `${whose}${successor.has(edit.id) ? 'replaced' : 'taken out'}`;
  }
  if (kind === 'insertion') return `new, round ${generation}`;
  if (kind === 'rewrite') return `all rewritten, round ${generation}`;
  if (kind === 'replacement') {
    if (previous !== undefined && previous.id === edit.replaces)
      return `in place of the line above, round ${generation}`;
    return `${mention(edit.replaces, byId)}, round ${generation}`;
  }
  return kind === 'deletion' || deletions.has(edit.id) ? 'stays, though a reply wanted it out' : '';
}

function describeLeftOut(edit: Edit, { byId, several }: UnitLinks): string {
  const kind = {
    seed: 'your line',
    deletion: 'to take this line out',
    insertion: 'new',
    replacement: mention(edit.replaces, byId),
    rewrite: 'all rewritten',
  }[edit.kind];
  const round = edit.generation === 0 ? '' : `, round ${edit.generation}`;
  return `${several ? `${edit.component}: ` : ''}${kind}${round}`;
}

function mention(id: string | null, byId: ReadonlyMap<string, Edit>): string {
  const replaced = id === null ? undefined : byId.get(id);
  if (replaced === undefined) return 'in place of another line';
  const { text, omitted } = clip(replaced.text.replaceAll(/\s+/g, ' ').trim(), MAX_MENTION);
  return `in place of “${text}${omitted > 0 ? '…' : ''}”`;
}
