/** What the run spent of its caps, why proposals were rejected, how to run it again. */
import type { Spend, StopReason } from '../../contracts/artifacts.ts';
import type { Report } from '../../contracts/report.ts';
import { formatCount, formatDuration, formatPlural, formatUsd } from '../format.ts';
import { clip } from '../text.ts';
import { html, type Markup } from './escape.ts';
import type { ReportPage } from './input.ts';
import type { Tile } from './shell.ts';
import { percent } from './svg.ts';

const MAX_REASONS = 15;
const MAX_REASON_CHARS = 300;

const STOPPED: Readonly<Record<StopReason, string>> = {
  generations: 'all its generations were run',
  rollouts: 'its rollouts were spent',
  tokens: 'its tokens were spent',
  costUsd: 'its money was spent',
  minutes: 'its time was up',
  perfect_validation: 'a candidate was right on every validation example',
  unchanged: 'nothing had changed since the last look',
  stopped: 'somebody stopped it',
};

/** Why the search ended, in words that follow "it ended because". */
export function describeStop(reason: StopReason): string {
  return STOPPED[reason];
}

/** What the run cost, for the figures that a page begins with. */
export function spendTiles(spend: Spend, wallSeconds: number): Tile[] {
  return [
    ['Rollouts', formatCount(spend.rollouts), formatPlural(spend.failures, 'failure')],
    ['Cost', spend.costUsd === null ? 'unknown' : formatUsd(spend.costUsd), formatDuration(wallSeconds)],
  ];
}

/** Bars of what was spent of each cap, then the counts without one. */
export function renderSpend({ report, budget }: ReportPage): Markup {
  const { spend, wallSeconds, generations } = report;
  const tokens = spend.inputTokens + spend.outputTokens;
  const ran = Math.max(0, ...generations.map((entry) => entry.generation));
  const meters = [
    meter('Rollouts', spend.rollouts, budget.rollouts, formatCount),
    meter('Tokens', tokens, budget.tokens, formatCount),
    meter('Cost', spend.costUsd, budget.costUsd, formatUsd),
    meter('Time', wallSeconds, budget.minutes === undefined ? undefined : budget.minutes * 60, formatDuration),
    meter('Generations', ran, budget.generations, formatCount),
  ];
  return html`<ul class="meters">${meters}</ul>${renderCounts(spend)}`;
}

/** Calls, rollouts and tokens, without the caps. */
export function renderCounts(spend: Spend): Markup {
  const counts: [string, number][] = [
    ['Model calls, all', spend.modelCalls],
    ['Reflection calls', spend.reflectionCalls],
    ['Judge calls', spend.judgeCalls],
    ['Input tokens', spend.inputTokens],
    ['Output tokens', spend.outputTokens],
    ['Answered from the store', spend.cacheHits],
    ['Failed rollouts (in no mean)', spend.failures],
  ];
  return html`<dl class="counts">${counts.map(([name, count]) => html`<div><dt>${name}</dt><dd>${formatCount(count)}</dd></div>`)}</dl>`;
}

/** Reasons with how often each was given, the most frequent first. */
export function renderRejections(report: Pick<Report, 'generations' | 'candidates'>): Markup {
  const reasons = [...countReasons(report)].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  if (reasons.length === 0) return html`<p>No proposal was rejected.</p>`;
  const most = reasons[0]?.[1] ?? 1;
  const rest = reasons.slice(MAX_REASONS);
  const others = rest.reduce((sum, [, count]) => sum + count, 0);
  const items = reasons.slice(0, MAX_REASONS).map(([reason, count]) => {
    const { text, omitted } = clip(reason, MAX_REASON_CHARS);
    return html`<li><span class="name" dir="auto">${text}${omitted > 0 && ' …'}</span><span class="value">${formatCount(count)}</span>${bar(count / most)}</li>`;
  });
  return html`<ul class="meters reasons">${items}</ul>${others > 0 && html`<p class="note">And ${formatPlural(others, 'more rejection')} for ${formatPlural(rest.length, 'other reason')}.</p>`}`;
}

export function renderReproduction({ report, models }: ReportPage): Markup {
  const facts: [string, string][] = [
    ['Task', report.task],
    ['Run', report.runId],
    ['Seed', String(report.seed)],
    ['Task model', models.task],
    ['Reflection model', models.reflection],
    ...(models.judge === undefined ? [] : [['Judge model', models.judge] satisfies [string, string]]),
    ['Best candidate', report.best.candidateId],
    ['Recommended', report.recommended.candidateId],
  ];
  return html`<dl class="counts facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl><p>Run the same task file with the same seed:</p><pre class="text"><code>npm run -s optimize -- TASK.yaml --set optimizer.seed=${report.seed}</code></pre><p class="note">Every random choice follows from the seed. A model that answers the same question the same way gives the same report; hosted models vary a little, so scores will differ within their intervals. The whole record is in report.json next to this page.</p>`;
}

/**
 * A generation counts why its slots made no child, a rejected candidate carries its own reason. The same rejection may
 * stand in both, so that per reason the larger count is the number.
 */
function countReasons({ generations, candidates }: Pick<Report, 'generations' | 'candidates'>): Map<string, number> {
  const ofCandidates = new Map<string, number>();
  for (const { status, reason } of candidates) {
    if (status === 'rejected') increase(ofCandidates, reason ?? 'no reason recorded', 1);
  }
  const counts = new Map<string, number>();
  for (const { reasons } of generations) {
    for (const [reason, count] of Object.entries(reasons)) increase(counts, reason, count);
  }
  for (const [reason, count] of ofCandidates) counts.set(reason, Math.max(count, counts.get(reason) ?? 0));
  return counts;
}

function increase(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function meter(
  name: string,
  spent: number | null,
  cap: number | undefined,
  format: (amount: number) => string,
): Markup {
  const amount = spent === null ? 'unknown, the model has no known price' : format(spent);
  const limit = cap === undefined ? 'no cap' : `of ${format(cap)}`;
  const share = spent === null || cap === undefined ? null : spent / cap;
  return html`<li><span class="name">${name}</span><span class="value"><strong>${amount}</strong> <span class="muted">${limit}${share !== null && `, ${Math.round(share * 100)} %`}</span></span>${share !== null && bar(share)}</li>`;
}

/** Decoration: the number next to it says the same. */
function bar(share: number): Markup {
  return html`<span class="bar" aria-hidden="true"><span style="width:${percent(Math.min(1, Math.max(0, share)))}%"></span></span>`;
}
