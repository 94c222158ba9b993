/**
 * Parts that the charts share. Horizontal positions are per cent of the chart's width, vertical ones pixels, so that a
 * chart fits any screen while its text keeps its size.
 */
import { html, type Markup, type Value } from './escape.ts';

/** Per cent with few digits: `33.33`. */
export function percent(share: number): string {
  return String(Math.round(share * 10_000) / 100);
}

/** A chart that a screen reader takes as one picture with a name and a description. `id` is unique on the page. */
export function chart(
  { id, title, description, height }: { id: string; title: string; description: string; height: number },
  body: Value,
): Markup {
  return html`<svg id="${id}" class="chart" role="img" aria-labelledby="${id}-title ${id}-desc" width="100%" height="${height}"><title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>${body}</svg>`;
}

/** Curves and broken lines: x in per cent of the width, y in pixels of `height`; strokes keep their width. */
export function stretched(height: number, body: Value): Markup {
  return html`<svg width="100%" height="${height}" viewBox="0 0 100 ${height}" preserveAspectRatio="none">${body}</svg>`;
}

/** Shapes in pixels around a point given in per cent of the width. */
export function at(x: number, y: number, body: Value): Markup {
  return html`<svg x="${percent(x)}%" y="${y}" class="at">${body}</svg>`;
}

export interface Scale {
  /** Share of the chart's width or height, 0 to 1. */
  of: (value: number) => number;
  ticks: number[];
}

const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25];
const MAX_TICKS = 6;

/** A scale with round ends that holds all values and spans at least `minSpan`, inside `bounds`. */
export function niceScale(values: number[], minSpan: number, bounds: readonly [number, number] = [0, 1]): Scale {
  const finite = values.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), finite[0] ?? bounds[0]);
  const high = finite.reduce((a, b) => Math.max(a, b), finite[0] ?? bounds[1]);
  const pad = Math.max((high - low) * 0.08, (minSpan - (high - low)) / 2, 0);
  const step = STEPS.find((size) => (high - low + 2 * pad) / size <= MAX_TICKS - 1) ?? 0.5;
  let first = Math.max(Math.floor((low - pad) / step + 1e-9), Math.round(bounds[0] / step));
  let last = Math.min(Math.ceil((high + pad) / step - 1e-9), Math.round(bounds[1] / step));
  // Values at a bound push the whole window inward, so that the span stays.
  if ((last - first) * step < minSpan) {
    const missing = Math.ceil(minSpan / step - 1e-9) - (last - first);
    if (first * step <= bounds[0]) last += missing;
    else first -= missing;
  }
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  return { of: (value) => (value / step - first) / (last - first), ticks };
}
