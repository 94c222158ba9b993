/** The page of a run that ended with a verdict: the verdict, then its sections. */
import type { Report } from '../../contracts/report.ts';
import { championSentence } from '../champion-sentence.ts';
import { formatCount, formatInterval, formatPlural, formatPoints, formatSignedPoints } from '../format.ts';
import { cautions, verdictWords } from '../sentence.ts';
import { renderComparison, renderEvalDifferences } from './comparison.ts';
import { html, type Markup } from './escape.ts';
import { renderExamples, renderRegressions } from './examples.ts';
import { renderGenerations } from './generations.ts';
import type { ReportPage } from './input.ts';
import { renderPower } from './power.ts';
import { renderDiff, renderRecommended } from './prompt.ts';
import { renderNotes, renderShell, renderTiles, type Section, type Tile } from './shell.ts';
import { describeStop, renderRejections, renderReproduction, renderSpend, spendTiles } from './spend.ts';
import { renderTree } from './tree.ts';
import { renderUnits } from './units.ts';

const BADGES = {
  improved: ['✓', 'Improved'],
  no_significant_gain: ['=', 'No significant gain'],
  regressed: ['✗', 'Regressed'],
} as const;

export function renderPage(page: ReportPage): Markup {
  const { report } = page;
  return renderShell({
    title: `${BADGES[report.verdict][1]}: ${report.task}, Prompt Optimizer`,
    header: renderHeader(page),
    sections: buildSections(page),
    runId: report.runId,
    seed: report.seed,
  });
}

function buildSections(page: ReportPage): Section[] {
  const { report } = page;
  const improved = report.recommended.candidateId === report.best.candidateId;
  return [
    {
      id: 'result',
      name: 'Result',
      title: 'Baseline against best',
      body: html`${renderComparison(page)}${renderChampion(report)}${renderPower(report)}`,
    },
    ...(report.edits.length === 0
      ? []
      : [{ id: 'lines', name: 'Lines', title: 'What each line does', body: renderUnits(page) }]),
    { id: 'evals', name: 'Evals', title: 'Difference by eval', body: renderEvalDifferences(report) },
    {
      id: 'changes',
      name: 'Changes',
      title: improved ? 'What changed in the prompt' : 'What the best candidate tried',
      body: renderDiff(page),
    },
    { id: 'prompt', name: 'Prompt', title: 'Recommended prompt', body: renderRecommended(page) },
    { id: 'examples', name: 'Examples', title: 'Examples', body: renderExamples(page) },
    {
      id: 'regressions',
      name: 'Regressions',
      title: 'Regressions on the sealed test',
      body: renderRegressions(report),
    },
    {
      id: 'search',
      name: 'Generations',
      title: 'Score by generation',
      body: html`<p class="lead">${describeSearch(report)}</p>${renderGenerations(report)}`,
    },
    { id: 'tree', name: 'Family tree', title: 'Family tree', body: renderTree(report) },
    { id: 'rejections', name: 'Rejections', title: 'Why proposals were rejected', body: renderRejections(report) },
    { id: 'spend', name: 'Spend', title: 'Spend', body: renderSpend(page) },
    { id: 'reproduce', name: 'Reproduce', title: 'How to reproduce', body: renderReproduction(page) },
  ];
}

function renderHeader({ report }: ReportPage): Markup {
  const { finding, evidence, advice } = verdictWords(report);
  const [sign, badge] = BADGES[report.verdict];
  const proof = evidence !== null && html`: <span class="evidence">${evidence}.</span>`;
  const notes = renderNotes([...cautions(report), ...(report.notice === undefined ? [] : [report.notice])]);
  return html`<p class="eyebrow"><span class="badge ${report.verdict}"><span aria-hidden="true">${sign}</span>${badge}</span><span>Prompt Optimizer · ${report.task}</span></p><h1>${finding}${evidence === null ? '.' : proof}</h1>${advice !== null && html`<p class="advice">${advice}</p>`}${notes}${renderTiles(tilesOf(report))}`;
}

function renderChampion(report: Report): Markup | null {
  const sentence = championSentence(report);
  if (sentence === null) return null;
  const score = report.champion?.test.mean ?? null;
  return html`<p>${sentence}${score !== null && ` On the sealed test that one scores ${formatPoints(score)}.`}</p>`;
}

function tilesOf({ baseline, best, testDelta, spend, wallSeconds }: Report): Tile[] {
  return [
    ['Gain on the sealed test', formatSignedPoints(testDelta.mean), `95 % interval ${formatInterval(testDelta.ci95)}`],
    [
      'Score on the sealed test',
      `${formatPoints(baseline.test.mean)} → ${formatPoints(best.test.mean)}`,
      formatPlural(testDelta.n, 'example'),
    ],
    ...spendTiles(spend, wallSeconds),
  ];
}

function describeSearch({ generations, stopReason }: Report): string {
  const accepted = generations.reduce((total, entry) => total + entry.accepted, 0);
  const rejected = generations.reduce((total, entry) => total + entry.rejected, 0);
  const ran = generations.filter((entry) => entry.generation > 0).length;
  return `${formatPlural(accepted + rejected, 'proposal')} in ${formatPlural(ran, 'generation')}: ${formatCount(accepted)} accepted, ${formatCount(rejected)} rejected. The search ended because ${describeStop(stopReason)}.`;
}
