/** Score by generation: how far the search got, and what it had paid by then. */
import type { Generation } from '../../contracts/artifacts.ts';
import type { Report } from '../../contracts/report.ts';
import { formatCount, formatPlural, formatPoints } from '../format.ts';
import { html, type Markup } from './escape.ts';
import { at, chart, niceScale, percent, stretched } from './svg.ts';

const HEIGHT = 230;
const TOP = 24;
const BOTTOM = 30;
const LEFT = 0.09;
const WIDTH = 0.87;

/** A stepped line of the best validation score against the baseline's, and the same as a table. */
export function renderGenerations({
  generations,
  baseline,
}: Pick<Report, 'generations'> & { baseline: Pick<Report['baseline'], 'validation'> }): Markup {
  if (generations.every((entry) => entry.bestValidation === null)) {
    return html`<p>The search ended before any generation had a validation score.</p>`;
  }
  const scores = generations.flatMap((entry) => (entry.bestValidation === null ? [] : [entry.bestValidation]));
  const base = baseline.validation.mean;
  const scale = niceScale([...scores, ...(base === null ? [] : [base])], 0.1);
  const first = generations[0]?.generation ?? 0;
  const last = generations.at(-1)?.generation ?? 0;
  const x = (generation: number) => LEFT + WIDTH * (last === first ? 0.5 : (generation - first) / (last - first));
  const y = (score: number) => round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - scale.of(score)));

  const grid = scale.ticks.map(
    (tick) =>
      html`<line class="grid" x1="0" x2="100%" y1="${y(tick)}" y2="${y(tick)}"/><text class="tick" x="0" y="${y(tick) - 5}">${Math.round(tick * 100)}</text>`,
  );
  const baselineLine =
    base !== null &&
    html`<line class="baseline-line" x1="${percent(LEFT)}%" x2="100%" y1="${y(base)}" y2="${y(base)}"/><text class="label baseline" x="100%" y="${y(base) + 16}" text-anchor="end">Baseline <tspan class="strong">${formatPoints(base)}</tspan></text>`;
  const points = generations.flatMap((entry, index) => {
    if (entry.bestValidation === null) return [];
    const before = generations[index - 1]?.bestValidation ?? null;
    if (index > 0 && index < generations.length - 1 && before === entry.bestValidation) return [];
    return [at(x(entry.generation), y(entry.bestValidation), html`<circle class="dot best small" r="4.5"/>`)];
  });
  const final = generations.findLast((entry) => entry.bestValidation !== null);
  const finalLabel =
    final?.bestValidation !== undefined &&
    final.bestValidation !== null &&
    html`<text class="label best" x="${percent(Math.min(x(final.generation) + 0.015, 1))}%" y="${y(final.bestValidation) - 11}" text-anchor="end">Best so far <tspan class="strong">${formatPoints(final.bestValidation)}</tspan></text>`;
  const bars = generations.map((entry) => {
    const width = WIDTH / Math.max(1, generations.length - 1);
    const left = Math.max(0, x(entry.generation) - width / 2);
    return html`<rect class="hover" x="${percent(left)}%" y="0" width="${percent(Math.min(width, 1 - left))}%" height="${HEIGHT - BOTTOM}"><title>${describe(entry)}</title></rect>`;
  });
  const axis = tickGenerations(first, last).map(
    (generation) =>
      html`<text class="tick" x="${percent(x(generation))}%" y="${HEIGHT - 10}" text-anchor="middle">${generation}</text>`,
  );
  const summary = `From ${formatPoints(scores[0] ?? null)} in generation ${first} to ${formatPoints(final?.bestValidation ?? null)} in generation ${last}; the baseline has ${formatPoints(base)}.`;
  return html`<figure>${chart(
    { id: 'generations', title: 'Best validation score by generation', description: summary, height: HEIGHT },
    [
      grid,
      baselineLine,
      stretched(HEIGHT, html`<path class="best-line" d="${steps(generations, x, y)}"/>`),
      points,
      finalLabel,
      axis,
      bars,
    ],
  )}<figcaption>Best mean score on validation so far, in points, by generation. Point at a generation to see what it had cost by then, or open the table.</figcaption></figure>${renderTable(generations)}`;
}

/** The path of the steps; generations without a score leave a gap. */
function steps(generations: Generation[], x: (generation: number) => number, y: (score: number) => number): string {
  let path = '';
  let drawing = false;
  for (const { generation, bestValidation } of generations) {
    if (bestValidation === null) {
      drawing = false;
      continue;
    }
    const position = percent(x(generation));
    path += drawing ? `H${position}V${y(bestValidation)}` : `M${position} ${y(bestValidation)}`;
    drawing = true;
  }
  return path;
}

function tickGenerations(first: number, last: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100].find((size) => (last - first) / size <= 8) ?? 100;
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}

function renderTable(generations: Generation[]): Markup {
  const rows = generations.map(
    (entry) =>
      html`<tr><th scope="row">${entry.generation}</th><td>${formatPoints(entry.bestValidation)}</td><td>${entry.accepted}</td><td>${entry.rejected}</td><td>${formatCount(entry.rollouts)}</td></tr>`,
  );
  return html`<details><summary>Table of ${formatPlural(generations.length, 'generation')}</summary><table><thead><tr><th scope="col"><abbr title="Generation">Gen.</abbr></th><th scope="col">Best</th><th scope="col">Accepted</th><th scope="col">Rejected</th><th scope="col">Rollouts</th></tr></thead><tbody>${rows}</tbody></table></details>`;
}

function describe({ generation, bestValidation, accepted, rejected, rollouts }: Generation): string {
  const best = bestValidation === null ? 'no score yet' : `best ${formatPoints(bestValidation)}`;
  const children =
    generation === 0 ? 'baseline' : `${accepted} of ${formatPlural(accepted + rejected, 'proposal')} accepted`;
  return `Generation ${generation}: ${best}, ${children}, ${formatPlural(rollouts, 'rollout')} so far`;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
