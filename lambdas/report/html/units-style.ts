/** Style of "What each line does": text, bar and number in one row, stacked on a phone. */

/** Plain rules for `style.ts`, which makes the style element. */
export const UNITS_CSS = `
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.annotated { margin-top: 1.4rem; }
.annotated h3 + .note { margin: -0.3rem 0 0.6rem; }
.units { list-style: none; padding: 0; }
.row { display: grid; grid-template-columns: 0.9rem minmax(0, 1fr) 14rem 10.75rem 0.7rem; gap: 0 0.55rem; position: relative; }
.row > span { padding: 7px 0; }
.row .effect { position: relative; padding: 0; margin-inline: 0.45rem; }
.unit .effect svg { position: absolute; inset: 0; }
.unit { border-top: 1px solid var(--faint); }
.unit.same-line { border-top: 0; }
.unit.blank-line { margin-top: 0.8rem; }
.units-head { font-size: 0.8125rem; color: var(--muted); }
.row.units-head > span { padding: 0 0 3px; align-self: end; }
.unit .text, .origin-note { display: block; }
.unit .text { font-size: 0.8125rem; line-height: 1.7; }
.origin-note { font-size: 0.78rem; line-height: 1.4; color: var(--muted); }
.unit .value { font-size: 0.875rem; line-height: 1.6; font-variant-numeric: tabular-nums; }
.unit .value strong { display: inline-block; min-width: 2.9em; text-align: right; }
.unit .value strong.good { color: var(--good); } .unit .value strong.bad { color: var(--bad); }
.unit .value strong.even { font-weight: 500; }
.unit .value .muted { font-size: 0.8125rem; }
.sign { font: 0.875rem/1.6 ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; text-align: center; }
.unit.added .sign { color: var(--good); font-weight: 700; } .unit.removed .sign { color: var(--bad); font-weight: 700; }
.unit.added > details > .row, .unit.added > .row { background: linear-gradient(90deg, var(--good-ground), transparent 55%); }
.unit.removed > details > .row, .unit.removed > .row { background: linear-gradient(90deg, var(--bad-ground), transparent 55%); }
.unit.removed del { background: none; }
.unit summary { border-radius: 0; list-style: none; }
.unit summary::-webkit-details-marker { display: none; }
.unit summary::after { content: ""; width: 6px; height: 6px; margin-top: 14px; border: solid var(--muted); border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg); opacity: 0.55; }
.unit details[open] > summary::after { transform: rotate(45deg); }
.unit summary:hover::after, .unit summary:focus-visible::after { opacity: 1; }
.unit summary:hover .text { text-decoration: underline dotted var(--muted) 1px; text-underline-offset: 4px; }
.reach { fill-opacity: 0.28; }
.reach.good { fill: var(--good); } .reach.bad { fill: var(--bad); } .reach.even { fill: none; }
.effect .whisker, .key .whisker { stroke-width: 1.75; }
.point { stroke: var(--card); stroke-width: 1.5; }
.point.good { fill: var(--good); } .point.bad { fill: var(--bad); }
.point.even { fill: var(--card); stroke: var(--even); stroke-width: 2; }
.arrow { fill: none; stroke-width: 1.75; stroke-linecap: round; }
.arrow.good { stroke: var(--good); } .arrow.bad { stroke: var(--bad); } .arrow.even { stroke: var(--even); }
.origin { margin: 0.2rem 0 0.9rem 1.45rem; padding: 0.8rem 1rem 0.9rem; background: var(--faint); border-radius: 8px; font-size: 0.9rem; }
.origin .counts { margin-top: 0.7rem; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); }
.origin .quote { margin-top: 0.35rem; padding-left: 0.8rem; border-left: 3px solid var(--line); white-space: pre-wrap; unicode-bidi: isolate; }
.sources { list-style: none; padding: 0; }
.sources li + li { margin-top: 0.35rem; }
.sources .name { font-weight: 600; margin-right: 0.35rem; }
.more > summary { font-size: 0.875rem; color: var(--muted); padding: 0.5rem 0; border-top: 1px solid var(--faint); }
.caution { margin-top: 0.8rem; padding: 0.55rem 0.85rem; border-left: 4px solid var(--notice-line); border-radius: 4px; background: var(--notice-ground); color: var(--notice-ink); font-size: 0.875rem; }
@media (max-width: 46rem) {
  .row { grid-template-columns: 0.9rem minmax(0, 1fr) 6.6rem 0.7rem; gap: 0 0.4rem; }
  .row .words { grid-column: 2 / -2; padding-bottom: 0; }
  .row .effect { grid-column: 2; grid-row: 2; min-height: 38px; margin: 0; }
  .row .value { grid-column: 3; grid-row: 2; padding: 2px 0 6px; line-height: 1.35; text-align: right; }
  .row .value .muted { display: block; }
  .unit.added > details > .row, .unit.added > .row { background: linear-gradient(90deg, var(--good-ground), transparent 5rem); }
  .unit.removed > details > .row, .unit.removed > .row { background: linear-gradient(90deg, var(--bad-ground), transparent 5rem); }
  .unit summary::after { grid-column: 4; grid-row: 1; }
  .quiet .effect, .units-head .words, .units-head .value { display: none; }
  .quiet .value { grid-column: 2; text-align: left; font-size: 0.8125rem; }
  .row.units-head .effect { min-height: 0; }
  .origin { margin-left: 0; padding: 0.7rem 0.8rem; }
}
@media print {
  .unit { break-inside: avoid; }
  .unit summary::after { display: none; }
}`;
