/** What the sealed test can show at all: said beside its result, so that nobody reads "no gain" into a small test. */
import type { Report } from '../../contracts/report.ts';
import { COARSE_GAIN } from '../../optimizer/power.ts';
import { formatPlural, formatPoints } from '../format.ts';
import { html, type Markup } from './escape.ts';

/** One sentence, and a warning where only large gains can be seen. */
export function renderPower({ power }: Report): Markup | null {
  const { n, draws, sd, detectableGain } = power;
  if (n === 0) return null;
  const drawn = draws > 1 ? `, each run ${draws} times,` : '';
  const size = detectableGain >= COARSE_GAIN ? Math.round(detectableGain * 100) : formatPoints(detectableGain);
  const fact = html`The test set of ${formatPlural(n, 'example')}${drawn} can show a gain of ${size} ${size === '1.0' ? 'point' : 'points'} (80 % power`;
  const basis = html`reckoned before the run, for paired differences that spread by ${Math.round(sd * 100)} points)`;
  if (detectableGain <= COARSE_GAIN) return html`<p class="note">${fact}, ${basis}.</p>`;
  return html`<p class="caution"><strong>A coarse test.</strong> ${fact}, ${basis}. A smaller gain, though real, often goes unproven: a larger test set would show it.</p>`;
}
