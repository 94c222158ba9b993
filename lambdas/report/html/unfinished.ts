/** The page of a run that ended before a verdict: what was spent, how far it came, how to go on. */
import type { UnfinishedReport } from '../../contracts/report.ts';
import { formatPoints } from '../format.ts';
import { type UnfinishedWords, unfinishedWords } from '../unfinished-words.ts';
import { html, type Markup } from './escape.ts';
import { renderGenerations } from './generations.ts';
import { renderDiff } from './prompt.ts';
import { renderNotes, renderShell, renderTiles, type Section, type Tile } from './shell.ts';
import { renderCounts, renderRejections, spendTiles } from './spend.ts';

const BADGES = { stopped: ['■', 'Stopped'], skipped_unchanged: ['=', 'Unchanged'] } as const;

export function renderUnfinishedPage(report: UnfinishedReport): Markup {
  const words = unfinishedWords(report);
  return renderShell({
    title: `${words.finding}: ${report.task}, Prompt Optimizer`,
    header: renderHeader(report, words),
    sections: sectionsOf(report, words),
    runId: report.runId,
    seed: report.seed,
  });
}

function renderHeader(report: UnfinishedReport, { finding, advice }: UnfinishedWords): Markup {
  const [sign, badge] = BADGES[report.verdict];
  const notes = renderNotes(report.notice === undefined ? [] : [report.notice]);
  return html`<p class="eyebrow"><span class="badge ${report.verdict}"><span aria-hidden="true">${sign}</span>${badge}</span><span>Prompt Optimizer · ${report.task}</span></p><h1>${finding}.</h1><p class="advice">${advice}</p>${notes}${renderTiles(tilesOf(report))}`;
}

function tilesOf({ verdict, baseline, best, check, spend, wallSeconds }: UnfinishedReport): Tile[] {
  const score: Tile =
    verdict === 'stopped'
      ? [
          'Expected, not proven',
          `${formatPoints(baseline.expected)} → ${formatPoints(best.expected)}`,
          'your prompt → best so far',
        ]
      : ['Score on validation', formatPoints(check?.mean ?? null), `${formatPoints(check?.reference ?? null)} before`];
  return [score, ...spendTiles(spend, wallSeconds)];
}

function sectionsOf(report: UnfinishedReport, { detail }: UnfinishedWords): Section[] {
  const state = { id: 'result', name: 'Result', title: 'What is known', body: html`<p>${detail}</p>` };
  const spend = { id: 'spend', name: 'Spend', title: 'Spend', body: renderCounts(report.spend) };
  const goOn = { id: 'go-on', name: 'Go on', title: 'How to go on', body: renderGoOn(report) };
  if (report.verdict === 'skipped_unchanged') return [state, spend, goOn];
  const seedComponents = report.recommended.components;
  return [
    state,
    {
      id: 'changes',
      name: 'Changes',
      title: 'What the best candidate so far changed',
      body: renderDiff({ report, seedComponents }),
    },
    { id: 'search', name: 'Generations', title: 'Score by generation', body: renderGenerations(report) },
    { id: 'rejections', name: 'Rejections', title: 'Why proposals were rejected', body: renderRejections(report) },
    spend,
    goOn,
  ];
}

function renderGoOn({ verdict, runId }: UnfinishedReport): Markup {
  const again = html`npm run -s optimize -- TASK.yaml`;
  if (verdict === 'skipped_unchanged') {
    return html`<p>Nothing needs to be done: the next scheduled run asks again. To search all the same, start a run by POST /runs, or on one machine:</p><pre class="text"><code>${again}</code></pre>`;
  }
  return html`<p>What was paid for is kept. The run goes on where it stopped, by POST /runs/${runId}/resume, or on one machine:</p><pre class="text"><code>${again} --run-id ${runId}</code></pre>`;
}
