/** How units stand in their text: a report's edits hold words only, so that the white space is found again here. */
import type { Edit } from '../../contracts/report.ts';

/** What is before a unit: it goes on in the same line, begins the next one, or a blank line sets it off. */
export type Lead = 'same-line' | 'new-line' | 'blank-line';

/**
 * The lead of each edit in `edits`, which are one component's in the prompt's order; `text` is that component in the
 * best prompt. An edit that the text does not hold, one taken out for instance, begins a line.
 */
export function findLeads(edits: readonly Edit[], text: string): Lead[] {
  let end = 0;
  return edits.map((edit) => {
    if (edit.status !== 'kept' || edit.text === '') return 'new-line';
    const start = text.indexOf(edit.text, end);
    if (start === -1) return 'new-line';
    const between = text.slice(end, start);
    const first = end === 0;
    end = start + edit.text.length;
    if (first) return 'new-line';
    // A gap that holds words is text that the edits do not tell of.
    if (/\n[^\S\n]*\r?\n/.test(between)) return 'blank-line';
    return /^[^\S\n]*$/.test(between) ? 'same-line' : 'new-line';
  });
}
