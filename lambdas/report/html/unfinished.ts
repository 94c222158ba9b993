/** The page of a run that ended before a verdict. */
import type { UnfinishedReport } from '../../contracts/report.ts';
import { html, type Markup } from './escape.ts';

export function renderUnfinishedPage(report: UnfinishedReport): Markup {
  return html`<!doctype html><title>${report.task}</title>`;
}
