/** `report.html`: the run told to a person, in one file that needs nothing else. */
import type { ReportPage } from './html/input.ts';
import { renderPage } from './html/page.ts';

export type { Answer, ComparedExample, Interval, Reply, ReportPage } from './html/input.ts';

/**
 * The whole page as HTML. It is a pure function of its input (the same report, the same bytes), opens offline, loads
 * nothing, runs no script, and shows every text of a model or dataset as text, never as markup. Recommended texts are
 * whole; long example texts are cut and the page says by how much.
 */
export function renderReportHtml(page: ReportPage): string {
  return renderPage(page).text;
}
