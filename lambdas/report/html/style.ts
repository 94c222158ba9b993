/** The page's style: system fonts, light and dark, one column that fits a phone, and paper. */
import { Markup } from './escape.ts';
import { UNITS_CSS } from './units-style.ts';

const LIGHT = `
  --ground: #f6f7f9; --card: #ffffff; --ink: #1a212b; --muted: #566172; --line: #dfe4ea; --faint: #eef1f5;
  --best: #1257b0; --base: #6b7685; --good: #14713f; --bad: #b02a1e; --even: #6b7685;
  --good-ground: #e0f4e7; --bad-ground: #fde8e5; --notice-ground: #fff4d6; --notice-line: #b97a00; --notice-ink: #5c3d00;`;
const DARK = `
  --ground: #10141a; --card: #181e26; --ink: #e7ebf1; --muted: #a2adbb; --line: #2d3641; --faint: #212934;
  --best: #7ab7ff; --base: #97a3b2; --good: #62d096; --bad: #ff9487; --even: #97a3b2;
  --good-ground: #173826; --bad-ground: #44201d; --notice-ground: #3a2f12; --notice-line: #e0a93b; --notice-ink: #ffe2a3;`;

const CSS = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
.page { max-width: 62rem; margin-inline: auto; padding-inline: 1rem; }
h1, h2, h3, h4, p, ul, ol, dl, figure, pre { margin: 0; }
h1 { font-size: clamp(1.5rem, 1.15rem + 1.7vw, 2.15rem); line-height: 1.25; font-weight: 680; letter-spacing: -0.015em; text-wrap: balance; }
h1 .evidence { font-weight: 420; color: var(--muted); }
h2 { font-size: 1.2rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.005em; margin-bottom: 0.9rem; }
h3 { font-size: 1rem; font-weight: 650; margin: 1.5rem 0 0.6rem; }
h2 + h3 { margin-top: 0; }
h3 .muted, h4 .muted { font-weight: 400; font-size: 0.875rem; margin-left: 0.25em; }
h4 { font-size: 0.8125rem; font-weight: 650; color: var(--muted); margin: 0.9rem 0 0.3rem; }
p + p { margin-top: 0.6rem; }
.muted, .note, figcaption { color: var(--muted); }
.note, figcaption { font-size: 0.875rem; margin-top: 0.7rem; }
a { color: var(--best); }
:focus-visible { outline: 2px solid var(--best); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--card); padding: 0.4rem 0.8rem; }

header { padding-top: 2.2rem; padding-bottom: 1.4rem; }
.eyebrow { display: flex; flex-wrap: wrap; gap: 0.5rem 0.8rem; align-items: center; margin-bottom: 1rem; font-size: 0.9rem; color: var(--muted); }
.badge { display: inline-flex; gap: 0.4em; align-items: center; padding: 0.14rem 0.7rem; border-radius: 99px; font-weight: 650; border: 1px solid currentColor; }
.badge.improved { color: var(--good); background: var(--good-ground); }
.badge.regressed { color: var(--bad); background: var(--bad-ground); }
.badge.no_significant_gain, .badge.stopped, .badge.skipped_unchanged { color: var(--muted); background: var(--faint); }
.advice { font-size: 1.15rem; margin-top: 0.6rem; }
.notice { display: flex; gap: 0.7rem; margin-top: 1.3rem; padding: 0.75rem 1rem; border: 1px solid var(--notice-line); border-left-width: 5px; border-radius: 8px; background: var(--notice-ground); color: var(--notice-ink); }
.notice strong { white-space: nowrap; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1px; margin-top: 1.5rem; border: 1px solid var(--line); border-radius: 12px; overflow: hidden; background: var(--line); }
.tiles div { background: var(--card); padding: 0.8rem 1rem; }
.tiles dt { font-size: 0.8125rem; color: var(--muted); }
.tiles dd { margin: 0; font-size: 1.45rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
.tiles dd small { display: block; font-size: 0.8125rem; font-weight: 400; color: var(--muted); letter-spacing: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.15rem 1.1rem; padding: 0; list-style: none; font-size: 0.9rem; }
nav a { display: inline-block; padding: 0.25rem 0; text-decoration: none; }
nav a:hover { text-decoration: underline; }
main { display: grid; gap: 1.1rem; grid-template-columns: minmax(0, 1fr); padding-block: 1rem 2rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.4rem 1.5rem 1.5rem; min-width: 0; scroll-margin-top: 0.5rem; }
footer { padding-bottom: 2.5rem; font-size: 0.875rem; color: var(--muted); }

svg { display: block; overflow: visible; }
svg .at, svg.at { overflow: visible; }
.chart text { font-size: 13px; fill: var(--ink); font-variant-numeric: tabular-nums; }
.chart .tick { font-size: 12px; fill: var(--muted); }
.chart .strong { font-weight: 650; }
.chart .muted { fill: var(--muted); font-weight: 400; }
.chart text.best { fill: var(--best); }
.chart text.baseline { fill: var(--muted); }
.grid { stroke: var(--line); stroke-width: 1; }
.track { stroke: var(--line); stroke-width: 1; stroke-dasharray: 1 4; }
.zero { stroke: var(--muted); stroke-width: 1; }
.dot { stroke: var(--card); stroke-width: 2; }
.dot.best { fill: var(--best); } .dot.baseline { fill: var(--base); }
.dot.small { stroke-width: 1.5; }
.whisker { stroke-width: 2.5; stroke-linecap: round; }
.whisker.best { stroke: var(--best); } .whisker.baseline { stroke: var(--base); }
.dot.good { fill: var(--good); } .dot.bad { fill: var(--bad); } .dot.even { fill: var(--even); }
.whisker.good { stroke: var(--good); } .whisker.bad { stroke: var(--bad); } .whisker.even { stroke: var(--even); }
.best-line, .link { fill: none; vector-effect: non-scaling-stroke; }
.best-line { stroke: var(--best); stroke-width: 2.25; stroke-linejoin: round; }
.baseline-line { stroke: var(--base); stroke-width: 1.5; stroke-dasharray: 6 4; }
.hover { fill: transparent; }
.hover:hover { fill: var(--ink); fill-opacity: 0.07; }
.link { stroke: var(--base); stroke-opacity: 0.6; stroke-width: 1.25; }
.link.lineage { stroke: var(--best); stroke-opacity: 1; stroke-width: 3; }
.link.skips { stroke-dasharray: 5 4; }
.link.merged { stroke-dasharray: 2 3; }
.node { fill: var(--base); stroke: var(--card); stroke-width: 1.5; }
.node.retired { fill: var(--card); stroke: var(--base); stroke-width: 2; }
.node.lineage { fill: var(--best); }
.node.lineage.retired { fill: var(--card); stroke: var(--best); stroke-width: 2.5; }
.chart .score { font-size: 12px; fill: var(--muted); }
.chart .score.lineage { fill: var(--best); font-weight: 650; }
.cross { fill: none; stroke: var(--bad); stroke-width: 1.6; stroke-linecap: round; }
.chart .rejected text { font-size: 11.5px; fill: var(--muted); }
.crowded .score:not(.lineage) { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.2rem; padding: 0; list-style: none; font-size: 0.875rem; margin-top: 0.6rem; }
.legend li { display: flex; align-items: center; gap: 0.35rem; }

.evals { list-style: none; padding: 0; }
.evals li { display: grid; grid-template-columns: minmax(6rem, 13rem) minmax(0, 1fr) 18rem; gap: 0.2rem 1.1rem; align-items: center; padding: 0.45rem 0; border-top: 1px solid var(--faint); }
.evals li:first-child { border-top: 0; }
.evals li:first-child .name { font-weight: 650; }
.evals .value { font-size: 0.9rem; font-variant-numeric: tabular-nums; }

.text { white-space: pre-wrap; font: 0.875rem/1.6 ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", "Liberation Mono", monospace; overflow: hidden; tab-size: 4; unicode-bidi: isolate; }
pre.text { background: var(--faint); border-radius: 8px; padding: 0.75rem 0.9rem; }
pre.whole { -webkit-user-select: all; user-select: all; }
.diff { border: 1px solid var(--line); border-radius: 8px; padding: 0.6rem 0; }
.diff .text { padding: 0 0.9rem; border-left: 3px solid transparent; }
.diff .text.change { border-left-color: var(--best); }
ins { color: inherit; background: var(--good-ground); text-decoration: underline solid var(--good) 1px; text-underline-offset: 3px; border-radius: 2px; }
del { color: var(--muted); background: var(--bad-ground); text-decoration: line-through solid var(--bad) 1px; border-radius: 2px; }
@media (forced-colors: active) { ins { border-bottom: 2px solid; } }
summary { cursor: pointer; border-radius: 4px; }
.fold summary { font-size: 0.8125rem; color: var(--muted); padding: 0.2rem 0.9rem; }
p + figure { margin-top: 0.9rem; }
section > p + pre.text { margin-top: 0.5rem; }
figure + details, figure + h3, .lineage-steps + details, ul + details { margin-top: 1rem; }
section > details > summary { font-size: 0.9rem; color: var(--muted); }
.lineage-steps { padding: 0; list-style-position: inside; font-size: 0.925rem; }
.lineage-steps { max-width: 38rem; }
.lineage-steps li { position: relative; padding: 0.3rem 7rem 0.3rem 0; border-top: 1px solid var(--faint); }
.lineage-steps li:first-child { border-top: 0; }
.step-score { position: absolute; top: 0.3rem; right: 0; font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
.step-score .muted { font-weight: 400; }

.example { border: 1px solid var(--line); border-radius: 8px; padding: 0.65rem 0.9rem; margin-top: 0.55rem; }
.example[open] { padding-bottom: 1rem; }
.example > summary .name { font-weight: 650; margin-right: 0.5rem; }
.example > summary .value { color: var(--muted); font-variant-numeric: tabular-nums; }
.answers { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 1rem; }
.feedback { padding-left: 1.1rem; margin-top: 0.5rem; font-size: 0.9rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; margin-top: 0.7rem; }
th, td { text-align: right; padding: 0.32rem 0.4rem; border-top: 1px solid var(--faint); vertical-align: top; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
thead th { color: var(--muted); font-weight: 500; font-size: 0.8125rem; border-top: 0; overflow-wrap: normal; }
tbody th { font-weight: 500; }
abbr { text-decoration: none; }

.meters { list-style: none; padding: 0; display: grid; gap: 0.75rem; }
.meters li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.1rem 1rem; }
.meters .value { text-align: right; font-variant-numeric: tabular-nums; }
.bar { grid-column: 1 / -1; height: 6px; border-radius: 3px; background: var(--faint); overflow: hidden; }
.bar span { display: block; height: 100%; background: var(--best); border-radius: 3px; min-width: 2px; }
.reasons .bar span { background: var(--base); }
.counts { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 0.7rem 1.2rem; margin-top: 1.4rem; }
.counts:first-child, h2 + .counts { margin-top: 0; }
.counts dt { font-size: 0.8125rem; color: var(--muted); }
.counts dd { margin: 0; font-variant-numeric: tabular-nums; font-weight: 550; }
.facts + p { margin: 1.2rem 0 0.5rem; }

${UNITS_CSS}

@media (max-width: 46rem) {
  header { padding-top: 1.4rem; }
  section { padding: 1.1rem 1rem 1.2rem; }
  .answers { grid-template-columns: minmax(0, 1fr); }
  .evals li { grid-template-columns: minmax(0, 1fr); padding: 0.7rem 0; }
  .tight .score:not(.lineage), .tight .odd:not(.end), .crowded .odd, .crowded .score:not(.end), .crowded .chart .rejected, .crowded .legend .rejected { display: none; }
  .text { font-size: 0.8rem; }
  pre.text { padding: 0.6rem 0.7rem; }
  .tiles { grid-template-columns: 1fr 1fr; }
  .tiles div { padding: 0.7rem 0.8rem; }
  .tiles dd { font-size: 1.2rem; }
}
@media print {
  :root { ${LIGHT} --ground: #fff; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  nav, .skip { display: none; }
  body { font-size: 11pt; }
  main { display: block; }
  section { border: 0; border-radius: 0; border-top: 1px solid var(--line); padding: 1rem 0; }
  h2, h3, h4, summary { break-after: avoid; }
  figure, .tiles, .evals li, .meters li, tr { break-inside: avoid; }
  details:not(.unit-details)::details-content { content-visibility: visible; display: block; height: auto; }
}`;

/** The style element. The text is this file's own: nothing foreign is ever put into it. */
export const STYLE = new Markup(`<style>${CSS.replaceAll(/\n\s*/g, '\n')}\n</style>`);
