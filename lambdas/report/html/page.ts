/** The page around its sections: head, verdict, contents, footer. */
import type { Report } from '../../contracts/report.ts';
import {
  formatCount,
  formatDuration,
  formatInterval,
  formatPlural,
  formatPoints,
  formatSignedPoints,
  formatUsd,
} from '../format.ts';
import { cautions, verdictWords } from '../sentence.ts';
import { renderComparison, renderEvalDifferences } from './comparison.ts';
import { html, type Markup } from './escape.ts';
import { renderExamples, renderRegressions } from './examples.ts';
import { renderGenerations } from './generations.ts';
import type { ReportPage } from './input.ts';
import { renderPower } from './power.ts';
import { renderDiff, renderRecommended } from './prompt.ts';
import { describeStop, renderRejections, renderReproduction, renderSpend } from './spend.ts';
import { STYLE } from './style.ts';
import { renderTree } from './tree.ts';
import { renderUnits } from './units.ts';

/** Nothing is loaded and nothing runs; the icon is there so that no browser asks for one. */
const CSP = html`default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;

const BADGES = {
  improved: ['✓', 'Improved'],
  no_significant_gain: ['=', 'No significant gain'],
  regressed: ['✗', 'Regressed'],
} as const;

interface Section {
  id: string;
  /** Its name in the contents. */
  name: string;
  title: string;
  body: Markup;
}

export function renderPage(page: ReportPage): Markup {
  const { report } = page;
  const sections = buildSections(page);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${CSP}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${`${BADGES[report.verdict][1]}: ${report.task}, Prompt Optimizer`}</title>
${STYLE}
</head>
<body>
<a class="skip" href="#main">Skip to the result</a>
<header class="page">${renderHeader(page)}</header>
<nav class="page" aria-label="Contents"><ul>${sections.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main class="page" id="main">
${sections.map(({ id, title, body }) => html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>\n`)}</main>
<footer class="page">Prompt Optimizer · run ${report.runId} · seed ${report.seed}. Scores are points of 100. This page is complete in itself and loads nothing.</footer>
</body>
</html>
`;
}

function buildSections(page: ReportPage): Section[] {
  const { report } = page;
  const improved = report.recommended.candidateId === report.best.candidateId;
  return [
    {
      id: 'result',
      name: 'Result',
      title: 'Baseline against best',
      body: html`${renderComparison(page)}${renderPower(report)}`,
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
  const told = [...cautions(report), ...(report.notice === undefined ? [] : [report.notice])];
  const notes = told.map((text) => html`<p class="notice" role="note"><strong>Note</strong><span>${text}</span></p>`);
  return html`<p class="eyebrow"><span class="badge ${report.verdict}"><span aria-hidden="true">${sign}</span>${badge}</span><span>Prompt Optimizer · ${report.task}</span></p><h1>${finding}${evidence === null ? '.' : proof}</h1>${advice !== null && html`<p class="advice">${advice}</p>`}${notes}${renderTiles(report)}`;
}

function renderTiles({ baseline, best, testDelta, spend, wallSeconds }: Report): Markup {
  const tiles: [string, string, string][] = [
    ['Gain on the sealed test', formatSignedPoints(testDelta.mean), `95 % interval ${formatInterval(testDelta.ci95)}`],
    [
      'Score on the sealed test',
      `${formatPoints(baseline.test.mean)} → ${formatPoints(best.test.mean)}`,
      formatPlural(testDelta.n, 'example'),
    ],
    ['Rollouts', formatCount(spend.rollouts), `${formatPlural(spend.failures, 'failure')}`],
    ['Cost', spend.costUsd === null ? 'unknown' : formatUsd(spend.costUsd), formatDuration(wallSeconds)],
  ];
  return html`<dl class="tiles">${tiles.map(([name, value, detail]) => html`<div><dt>${name}</dt><dd>${value}<small>${detail}</small></dd></div>`)}</dl>`;
}

function describeSearch({ generations, stopReason }: Report): string {
  const accepted = generations.reduce((total, entry) => total + entry.accepted, 0);
  const rejected = generations.reduce((total, entry) => total + entry.rejected, 0);
  const ran = generations.filter((entry) => entry.generation > 0).length;
  return `${formatPlural(accepted + rejected, 'proposal')} in ${formatPlural(ran, 'generation')}: ${formatCount(accepted)} accepted, ${formatCount(rejected)} rejected. The search ended because ${describeStop(stopReason)}.`;
}
