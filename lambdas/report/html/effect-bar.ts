/** An effect as people take it in: a bar from zero with its interval, all on one scale, and the same in words. */
import type { Edit } from '../../contracts/report.ts';
import { formatInterval, formatSignedPoints } from '../format.ts';
import { html, type Markup } from './escape.ts';
import { at, percent, type Scale } from './svg.ts';

/** Fewer scored rollouts than this, with the unit or without it, and its estimate says nothing yet. */
export const MIN_ROLLOUTS = 8;

/** What is known: its interval is above 0, below 0 or holds it; too little was run; or it was never on trial. */
export type Tone = 'good' | 'bad' | 'even' | 'unknown' | 'protected';

/** Shares of the bar's width: the rest is room for a dot at either end. */
const LEFT = 0.03;
const WIDTH = 0.94;
/** Middle of the bar below the row's upper edge, px: that of the text's first line. */
const MIDDLE = 18;
const HALF = 4;
/** The scale holds all means, with room around them, and this share of the intervals' ends; those beyond are cut, with an arrow. */
const ENDS_SHOWN = 0.9;
const ROOM = 1.35;
const MIN_SPAN = 0.1;
/** Distances of the axis' numbers, and how many of them fit. */
const STEPS = [0.02, 0.05, 0.1, 0.2, 0.5];
const MAX_STEPS = 6;

const WORDS = { good: 'helps', bad: 'does harm', even: 'no clear effect' } as const;

export function toneOf(edit: Edit): Tone {
  const { effect, rollouts } = edit;
  if (edit.protected) return 'protected';
  if (effect === null || Math.min(rollouts.with, rollouts.without) < MIN_ROLLOUTS) return 'unknown';
  if (effect.ci95[0] > 0) return 'good';
  return effect.ci95[1] < 0 ? 'bad' : 'even';
}

/** The mean where it is worth showing, null where nothing is known. */
export function knownMean(edit: Edit): number | null {
  const tone = toneOf(edit);
  return tone === 'unknown' || tone === 'protected' || edit.effect === null ? null : edit.effect.mean;
}

/** One scale for every bar of the page, zero included. */
export function effectScale(edits: readonly Edit[]): Scale {
  const effects = edits.flatMap((edit) => (knownMean(edit) === null || edit.effect === null ? [] : [edit.effect]));
  const sizes = effects.flatMap(({ ci95 }) => ci95.map(Math.abs)).sort((a, b) => a - b);
  const usual = sizes[Math.ceil(sizes.length * ENDS_SHOWN) - 1] ?? 0;
  const limit = Math.max(usual, ...effects.map(({ mean }) => ROOM * Math.abs(mean)));
  const shown = effects.flatMap(({ mean, ci95 }) => [ROOM * mean, ...ci95.filter((end) => Math.abs(end) <= limit)]);
  const [low, high] = widen(Math.min(0, ...shown), Math.max(0, ...shown));
  const step = STEPS.find((size) => (high - low) / size <= MAX_STEPS) ?? 1;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return {
    of: (value) => (value - low) / (high - low),
    ticks: Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step),
  };
}

/** At least `MIN_SPAN` of a scale, lest a hundredth of a point look like a lot. */
function widen(low: number, high: number): [number, number] {
  const missing = Math.max(0, MIN_SPAN - (high - low)) / 2;
  return [low - missing, high + missing];
}

/** The bar. It is decoration to a screen reader: `renderEffectValue` beside it says the same. */
export function renderEffectBar(edit: Edit, scale: Scale): Markup {
  const tone = toneOf(edit);
  const ground = scale.ticks.map((tick) => {
    const isZero = Math.abs(tick) < 1e-9;
    return html`<line class="${isZero ? 'zero' : 'grid'}" x1="${x(scale, tick)}%" x2="${x(scale, tick)}%" y1="0" y2="100%"/>`;
  });
  const body = edit.effect !== null && knownMean(edit) !== null && renderReach(edit.effect, tone, scale);
  return html`<svg aria-hidden="true" width="100%" height="100%">${ground}${body}</svg>`;
}

/** `+3.2 (−0.4 to +6.8)`, or what stands in for a number. */
export function renderEffectValue(edit: Edit): Markup {
  const tone = toneOf(edit);
  if (tone === 'protected') return html`<span class="muted">protected</span>`;
  if (tone === 'unknown' || edit.effect === null) return html`<span class="muted">don’t know</span>`;
  return html`<span class="sr">${WORDS[tone]}: </span><strong class="${tone}">${formatSignedPoints(edit.effect.mean)}</strong> <span class="muted">(${formatInterval(edit.effect.ci95)})</span>`;
}

/** The scale's numbers, in points, for the head of the column. */
export function renderEffectAxis(scale: Scale): Markup {
  const numbers = scale.ticks.map(
    (tick) =>
      html`<text class="tick" x="${x(scale, tick)}%" y="12" text-anchor="middle">${formatSignedPoints(tick).replace(/\.0$/, '')}</text>`,
  );
  return html`<svg class="chart" aria-hidden="true" width="100%" height="18">${numbers}</svg>`;
}

export function renderEffectLegend(): Markup {
  const entry = (tone: keyof typeof WORDS, words: string) =>
    html`<li><svg class="at key" aria-hidden="true" width="40" height="16" viewBox="-20 -8 40 16"><line class="whisker ${tone}" x1="-17" x2="17" y1="0" y2="0"/>${renderPoint(tone)}</svg>${words}</li>`;
  return html`<ul class="legend">${entry('good', 'helps')}${entry('bad', 'does harm')}${entry('even', 'unclear: the interval holds 0')}</ul>`;
}

function renderReach({ mean, ci95 }: NonNullable<Edit['effect']>, tone: Tone, scale: Scale): Markup {
  const [from, to] = [clamp(scale.of(Math.min(0, mean))), clamp(scale.of(Math.max(0, mean)))];
  const reach = html`<rect class="reach ${tone}" x="${percent(LEFT + WIDTH * from)}%" y="${MIDDLE - HALF}" width="${percent(WIDTH * (to - from))}%" height="${2 * HALF}"/>`;
  const line = html`<line class="whisker ${tone}" x1="${x(scale, ci95[0])}%" x2="${x(scale, ci95[1])}%" y1="${MIDDLE}" y2="${MIDDLE}"/>`;
  return html`${reach}${line}${renderEnd(ci95[0], tone, scale)}${renderEnd(ci95[1], tone, scale)}${at(LEFT + WIDTH * clamp(scale.of(mean)), MIDDLE, renderPoint(tone))}`;
}

/** A cap where the interval ends, an arrow where it goes on beyond the scale. */
function renderEnd(value: number, tone: Tone, scale: Scale): Markup | null {
  const share = scale.of(value);
  if (share < -1e-9) return at(LEFT, MIDDLE, html`<path class="arrow ${tone}" d="M3-4-2 0 3 4"/>`);
  if (share > 1 + 1e-9) return at(LEFT + WIDTH, MIDDLE, html`<path class="arrow ${tone}" d="M-3-4 2 0-3 4"/>`);
  return html`<line class="whisker ${tone}" x1="${x(scale, value)}%" x2="${x(scale, value)}%" y1="${MIDDLE - HALF}" y2="${MIDDLE + HALF}"/>`;
}

/** Shapes that differ without colour: a full circle, a full diamond, a ring. */
function renderPoint(tone: Tone): Markup {
  if (tone === 'bad') return html`<path class="point bad" d="M0-6.5 6.5 0 0 6.5-6.5 0Z"/>`;
  return html`<circle class="point ${tone}" r="${tone === 'even' ? 4.5 : 5.5}"/>`;
}

function x(scale: Scale, value: number): string {
  return percent(LEFT + WIDTH * clamp(scale.of(value)));
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
