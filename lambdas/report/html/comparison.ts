/** Baseline against best: means with their intervals, then the difference of each eval. */
import type { Mean, Report } from '../../contracts/report.ts';
import { formatInterval, formatPlural, formatPoints, formatSignedPoints } from '../format.ts';
import { html, type Markup } from './escape.ts';
import type { Interval, ReportPage } from './input.ts';
import { at, chart, niceScale, percent, type Scale } from './svg.ts';

interface Track {
  who: 'baseline' | 'best';
  mean: Mean;
  interval: Interval | null;
}

const LEFT = 0.02;
const WIDTH = 0.96;
const GROUP_HEIGHT = 26;
const TRACK_HEIGHT = 42;
const AXIS_HEIGHT = 24;
const NAMES = { baseline: 'Baseline', best: 'Best' } as const;

/** Dots with whiskers: sealed test and validation, baseline and best each. */
export function renderComparison({ report, intervals }: ReportPage): Markup {
  const same = report.best.candidateId === report.baseline.candidateId;
  const tracks = (split: 'test' | 'validation'): Track[] =>
    (same ? (['baseline'] as const) : (['baseline', 'best'] as const)).map((who) => ({
      who,
      mean: report[who][split],
      interval: split === 'test' ? intervals[who] : null,
    }));
  const groups = [
    { name: 'Sealed test', tracks: tracks('test') },
    { name: 'Validation', tracks: tracks('validation') },
  ];
  const values = groups.flatMap((group) =>
    group.tracks.flatMap(({ mean, interval }) => [...(mean.mean === null ? [] : [mean.mean]), ...(interval ?? [])]),
  );
  const scale = niceScale(values, 0.2);
  const height = groups.reduce((sum, group) => sum + GROUP_HEIGHT + group.tracks.length * TRACK_HEIGHT, 0);

  let y = 0;
  const rows = groups.map(({ name, tracks }) => {
    const top = y;
    y += GROUP_HEIGHT + tracks.length * TRACK_HEIGHT;
    return html`<text class="strong" x="0" y="${top + 17}">${name}<tspan class="muted"> · ${countExamples(tracks)}</tspan></text>${tracks.map((track, index) => renderTrack(track, scale, top + GROUP_HEIGHT + index * TRACK_HEIGHT))}`;
  });
  const description = groups
    .map(({ name, tracks }) => `${name}: ${tracks.map((track) => describe(track)).join('; ')}.`)
    .join(' ');
  return html`<figure>${chart(
    {
      id: 'comparison',
      title: 'Mean scores of the baseline and the best prompt',
      description,
      height: height + AXIS_HEIGHT,
    },
    [renderAxis(scale, height), rows],
  )}<figcaption>Mean scores, in points of 100. The lines through the dots are 95 % intervals on the sealed test set, which the search never saw. Validation scores steered the search and so flatter its winner; the verdict does not use them.${same ? ' The baseline was itself the best candidate.' : ''}</figcaption></figure>`;
}

/** How much each eval, and the score as a whole, changed on the sealed test set. */
export function renderEvalDifferences({ testDelta }: Report): Markup {
  const evals = Object.entries(testDelta.perEval).sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = [
    { name: 'Whole score', difference: { mean: testDelta.mean, ci95: testDelta.ci95 } },
    ...evals.map(([name, difference]) => ({ name, difference })),
  ];
  const scale = niceScale(
    [0, ...rows.flatMap(({ difference }) => [difference.mean, ...difference.ci95])],
    0.1,
    [-1, 1],
  );
  const items = rows.map(({ name, difference: { mean, ci95 } }, index) => {
    const tone = ci95[0] > 0 ? 'good' : ci95[1] < 0 ? 'bad' : 'even';
    const words = tone === 'good' ? 'better' : tone === 'bad' ? 'worse' : 'no clear change';
    const picture = chart(
      {
        id: `eval-${index}`,
        title: `Difference of ${name}`,
        description: `${formatSignedPoints(mean)} points, 95 % interval ${formatInterval(ci95)}`,
        height: 26,
      },
      html`<line class="zero" x1="${x(scale, 0)}%" x2="${x(scale, 0)}%" y1="0" y2="26"/>${whisker(scale, ci95, 13, tone)}${at(LEFT + WIDTH * scale.of(mean), 13, html`<circle class="dot ${tone}" r="6"/>`)}`,
    );
    return html`<li><span class="name">${name}</span>${picture}<span class="value"><strong>${formatSignedPoints(mean)}</strong> <span class="muted">${formatInterval(ci95)} · ${words}</span></span></li>`;
  });
  return html`<ul class="evals">${items}</ul><p class="note">Best minus baseline in points, paired by example, with 95 % intervals. The upright line is no change.</p>`;
}

function renderTrack({ who, mean, interval }: Track, scale: Scale, top: number): Markup {
  const y = top + 30;
  const line = html`<line class="track" x1="${percent(LEFT)}%" x2="${percent(LEFT + WIDTH)}%" y1="${y}" y2="${y}"/>`;
  if (mean.mean === null)
    return html`${line}<text class="muted" x="0" y="${top + 18}">${NAMES[who]}: no example was scored</text>`;
  const share = scale.of(mean.mean);
  const side = share < 0.25 ? 'start' : share > 0.75 ? 'end' : 'middle';
  const label = html`<text class="label ${who}" x="${side === 'start' ? -6 : side === 'end' ? 6 : 0}" y="-12" text-anchor="${side}">${NAMES[who]} <tspan class="strong">${formatPoints(mean.mean)}</tspan></text>`;
  const dot =
    who === 'best'
      ? html`<circle class="dot best" r="7"/>`
      : html`<rect class="dot baseline" x="-6" y="-6" width="12" height="12" rx="1.5"/>`;
  return html`${line}${interval !== null && whisker(scale, interval, y, who)}${at(LEFT + WIDTH * share, y, [dot, label])}`;
}

function whisker(scale: Scale, [low, high]: Interval, y: number, tone: string): Markup {
  const cap = (value: number) =>
    html`<line class="whisker ${tone}" x1="${x(scale, value)}%" x2="${x(scale, value)}%" y1="${y - 5}" y2="${y + 5}"/>`;
  return html`<line class="whisker ${tone}" x1="${x(scale, low)}%" x2="${x(scale, high)}%" y1="${y}" y2="${y}"/>${cap(low)}${cap(high)}`;
}

function renderAxis(scale: Scale, height: number): Markup[] {
  return scale.ticks.map((tick) => {
    const position = x(scale, tick);
    return html`<line class="grid" x1="${position}%" x2="${position}%" y1="${GROUP_HEIGHT}" y2="${height}"/><text class="tick" x="${position}%" y="${height + 17}" text-anchor="middle">${Math.round(tick * 100)}</text>`;
  });
}

function x(scale: Scale, value: number): string {
  return percent(LEFT + WIDTH * scale.of(value));
}

function countExamples(tracks: Track[]): string {
  const counts = [...new Set(tracks.map((track) => track.mean.n))];
  const [only] = counts;
  if (counts.length === 1 && only !== undefined) return formatPlural(only, 'example');
  return tracks.map(({ who, mean }) => `${NAMES[who].toLowerCase()} ${formatPlural(mean.n, 'example')}`).join(', ');
}

function describe({ who, mean, interval }: Track): string {
  if (mean.mean === null) return `${NAMES[who]} has no score`;
  const range = interval === null ? '' : `, 95 % interval ${formatPoints(interval[0])} to ${formatPoints(interval[1])}`;
  return `${NAMES[who]} ${formatPoints(mean.mean)}${range}`;
}
