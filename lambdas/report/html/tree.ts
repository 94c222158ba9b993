/** The family tree of candidates, and the winner's line in words. */
import type { Report } from '../../contracts/report.ts';
import { componentNames } from '../diff.ts';
import { formatCount, formatPlural, formatPoints, formatSignedPoints } from '../format.ts';
import { html, type Markup } from './escape.ts';
import { type Family, type FamilyNode, layOutFamily, type ReportCandidate } from './family.ts';
import { at, chart, percent, stretched } from './svg.ts';

const TOP = 46;
const LEFT = 0.04;
const WIDTH = 0.91;
/** Columns from which labels would touch each other: on a phone, on a desk. */
const CROWDED = { phone: 7, desk: 16 } as const;
/** Steps of the winner's line that are listed, and up to how many the list is open. */
const MAX_LINEAGE = 100;
const OPEN_LINEAGE = 12;
const MAX_ROWS = 100;
const STAR = 'M0-10 2.9-3.6 9.8-2.9 4.7 1.8 6.2 8.6 0 5.1-6.2 8.6-4.7 1.8-9.8-2.9-2.9-3.6Z';
const CROSS = 'M-3-3 3 3M3-3-3 3';

export function renderTree(report: Report): Markup {
  const family = layOutFamily(report);
  const { nodes, columns, rows, accepted, rejected } = family;
  if (nodes.length === 0) return html`<p>The report lists no candidates.</p>`;
  const rowHeight = rows > 16 ? 42 : 52;
  const height = TOP + rows * rowHeight;
  const x = (node: { column: number }) =>
    LEFT + (columns.length > 1 ? (WIDTH * node.column) / (columns.length - 1) : 0);
  const y = (node: { row: number }) => TOP + node.row * rowHeight + 10;

  const links = nodes.flatMap((child) =>
    child.parents.flatMap(({ node, direct }, index) => {
      const parent = nodes[node];
      return parent === undefined ? [] : [renderLink(parent, child, { direct, merged: index > 0 }, x, y)];
    }),
  );
  const bestColumn = nodes.find((node) => node.isBest)?.column ?? 0;
  const heads = columns.map(
    (generation, column) =>
      html`<text class="tick${labelClass(column, bestColumn)}" x="${percent(x({ column }))}%" y="14" text-anchor="middle">${Number.isInteger(generation) ? generation : ''}</text>`,
  );
  const crowded = columns.length > CROWDED.desk ? ' crowded' : columns.length > CROWDED.phone ? ' tight' : '';
  const picture = chart(
    {
      id: 'family',
      title: 'Family tree of the candidates',
      description: `${formatPlural(accepted, 'accepted candidate')} and ${formatCount(rejected)} rejected in ${formatPlural(columns.length, 'column')} by generation. The winner's line is also listed below.`,
      height,
    },
    html`${heads}${stretched(height, links)}${nodes.map((node) => at(x(node), y(node), renderNode(node, bestColumn)))}`,
  );
  return html`<figure class="tree${crowded}">${picture}${renderLegend(nodes)}<figcaption>${caption(family)}</figcaption></figure>${renderLineage(family)}${renderAccepted(report)}`;
}

function renderLink(
  parent: FamilyNode,
  child: FamilyNode,
  { direct, merged }: { direct: boolean; merged: boolean },
  x: (node: FamilyNode) => number,
  y: (node: FamilyNode) => number,
): Markup {
  const [x0, x1] = [x(parent) * 100, x(child) * 100];
  const bend = x0 + (x1 - x0) * 0.55;
  const kind = `${parent.onLineage && child.onLineage ? ' lineage' : ''}${direct ? '' : ' skips'}${merged ? ' merged' : ''}`;
  const end = y(child);
  const [from, middle, to] = [x0, bend, x1].map((share) => percent(share / 100));
  const path =
    y(parent) === end
      ? `M${from} ${end}H${to}`
      : `M${from} ${y(parent)}C${middle} ${y(parent)} ${middle} ${end} ${to} ${end}`;
  return html`<path class="link${kind}" d="${path}"/>`;
}

function renderNode(node: FamilyNode, bestColumn: number): Markup {
  const { candidate, column, onLineage, isBest, rejected } = node;
  const end = isBest ? ' end' : '';
  const score = html`<text class="score${onLineage ? ' lineage' : ''}${labelClass(column, bestColumn)}${end}" y="-13" text-anchor="middle">${formatPoints(candidate.validation.mean)}</text>`;
  const count =
    rejected > 0 &&
    html`<g class="rejected"><path class="cross" d="${CROSS}" transform="translate(-7 15)"/><text x="-2" y="19">${formatCount(rejected)}</text></g>`;
  return html`<title>${describe(node)}</title>${renderShape(candidate, isBest, onLineage)}${score}${count}`;
}

function renderShape(candidate: ReportCandidate, isBest: boolean, onLineage: boolean): Markup {
  const kind = `node${onLineage ? ' lineage' : ''}`;
  if (isBest) return html`<path class="${kind} star" d="${STAR}"/>`;
  if (candidate.origin === 'baseline')
    return html`<rect class="${kind}" x="-6" y="-6" width="12" height="12" rx="1.5"/>`;
  if (candidate.origin === 'merge') return html`<path class="${kind}" d="M0-7 7 0 0 7-7 0Z"/>`;
  return html`<circle class="${kind}${candidate.frontier ? '' : ' retired'}" r="5.5"/>`;
}

function describe({ candidate, isBest, onLineage, rejected, hidden }: FamilyNode): string {
  const { id, generation, validation, origin, frontier } = candidate;
  const facts = [
    origin === 'baseline' ? 'the prompt you gave' : `generation ${generation}`,
    validation.mean === null ? 'not scored' : `validation ${formatPoints(validation.mean)} on ${validation.n}`,
    isBest ? 'the best candidate' : onLineage ? "in the winner's line" : null,
    frontier ? 'on the frontier' : null,
    rejected > 0 ? `${formatPlural(rejected, 'proposal')} from it rejected` : null,
    hidden > 0 ? `${formatCount(hidden)} accepted children not drawn` : null,
  ];
  return `${id}: ${facts.filter((fact) => fact !== null).join(', ')}`;
}

function renderLegend(nodes: FamilyNode[]): Markup {
  const entry = (shape: Markup, words: string, kind = '') =>
    html`<li class="${kind}"><svg class="at key" aria-hidden="true" width="24" height="20" viewBox="-12 -10 24 20">${shape}</svg>${words}</li>`;
  const has = (test: (node: FamilyNode) => boolean) => nodes.some(test);
  return html`<ul class="legend">${has(({ candidate, isBest }) => candidate.origin === 'baseline' && !isBest) && entry(html`<rect class="node lineage" x="-6" y="-6" width="12" height="12" rx="1.5"/>`, 'baseline')}${has((node) => node.isBest) && entry(html`<path class="node lineage star" d="${STAR}"/>`, 'best candidate')}${has((node) => node.onLineage && !node.isBest) && entry(html`<path class="link lineage" d="M-12 0H12"/>`, "winner's line")}${has(({ candidate }) => candidate.frontier) && entry(html`<circle class="node" r="5.5"/>`, 'accepted, on the frontier')}${has(({ candidate }) => !candidate.frontier) && entry(html`<circle class="node retired" r="5.5"/>`, 'accepted, overtaken')}${has(({ candidate }) => candidate.origin === 'merge') && entry(html`<path class="node" d="M0-7 7 0 0 7-7 0Z"/>`, 'merge of two')}${has((node) => node.rejected > 0) && entry(html`<path class="cross" d="${CROSS}"/>`, 'its rejected children, counted', 'rejected')}${has((node) => node.parents.some((parent) => !parent.direct)) && entry(html`<path class="link skips" d="M-12 0H12"/>`, 'steps left out')}</ul>`;
}

function caption({ nodes, accepted, rejected }: Family): string {
  const drawn = nodes.filter((node) => node.candidate.status === 'accepted').length;
  const all =
    drawn === accepted
      ? `All ${formatPlural(accepted, 'accepted candidate')}`
      : `${drawn} of ${formatPlural(accepted, 'accepted candidate')}`;
  const choice = drawn === accepted ? '' : ": the winner's line first, then the frontier, then the best of the others";
  const counted =
    rejected === 0
      ? ''
      : ` ${formatPlural(rejected, 'rejected candidate')} ${rejected === 1 ? 'is' : 'are'} not drawn; the cross under a parent counts its own.`;
  return `${all} drawn${choice}. Columns are generations, numbers above a candidate its mean score on validation.${counted}`;
}

/** The line from the baseline to the best, in words. */
function renderLineage({ lineage }: Family): Markup | null {
  if (lineage.length < 2) return null;
  const skipped = Math.max(0, lineage.length - MAX_LINEAGE);
  const steps = lineage.map((candidate, index) => ({ candidate, parent: lineage[index - 1] })).slice(skipped);
  const note = skipped > 0 && html`<p class="note">The first ${formatPlural(skipped, 'step')} are left out.</p>`;
  const list = html`${note}<ol class="lineage-steps" start="${skipped + 1}">${steps.map(
    ({ candidate, parent }) =>
      html`<li><span class="step">${candidate.origin === 'baseline' ? 'Your prompt' : describeStep(candidate, parent)}</span> <span class="step-score">${formatPoints(candidate.validation.mean)}${renderGain(candidate, parent)}</span></li>`,
  )}</ol>`;
  const folded = html`<details><summary>All ${formatPlural(lineage.length, 'step')}</summary>${list}</details>`;
  return html`<h3>How the best candidate came about</h3>${lineage.length > OPEN_LINEAGE ? folded : list}`;
}

function describeStep(candidate: ReportCandidate, parent: ReportCandidate | undefined): string {
  const before = parent?.components ?? {};
  const changed = componentNames(before, candidate.components).filter(
    (name) => before[name] !== candidate.components[name],
  );
  const verb =
    candidate.origin === 'merge' ? `merged with ${candidate.parents.slice(1).join(', ')}, changed` : 'changed';
  return `${candidate.id}, generation ${candidate.generation}: ${verb} ${changed.length === 0 ? 'nothing' : changed.join(', ')}`;
}

function renderGain(candidate: ReportCandidate, parent: ReportCandidate | undefined): Markup | null {
  const [now, before] = [candidate.validation.mean, parent?.validation.mean];
  if (now === null || before === null || before === undefined) return null;
  return html` <span class="muted">(${formatSignedPoints(now - before)})</span>`;
}

/** Accepted candidates as a table: what the picture shows, for those who cannot see it or want to look one up. */
function renderAccepted({ candidates }: Report): Markup {
  const accepted = candidates.filter((candidate) => candidate.status === 'accepted');
  const shown = accepted.length <= MAX_ROWS ? accepted : best(accepted);
  const rows = shown.map(
    ({ id, parents, validation, frontier }) =>
      html`<tr><th scope="row">${id}</th><td>${parents.length === 0 ? '–' : parents.join(', ')}</td><td>${formatPoints(validation.mean)}</td><td>${frontier ? 'yes' : 'no'}</td></tr>`,
  );
  const limit = accepted.length > MAX_ROWS ? `, the best ${MAX_ROWS} of ${formatCount(accepted.length)}` : '';
  return html`<details><summary>Table of accepted candidates${limit}</summary><table><thead><tr><th scope="col">Candidate</th><th scope="col">Parent</th><th scope="col">Validation</th><th scope="col">Frontier</th></tr></thead><tbody>${rows}</tbody></table></details>`;
}

function best(candidates: ReportCandidate[]): ReportCandidate[] {
  return candidates.toSorted((a, b) => (b.validation.mean ?? -1) - (a.validation.mean ?? -1)).slice(0, MAX_ROWS);
}

/** Marks every other column, counted from the best: a small screen leaves their labels out of a wide tree. */
function labelClass(column: number, bestColumn: number): string {
  return (column - bestColumn) % 2 === 0 ? '' : ' odd';
}
