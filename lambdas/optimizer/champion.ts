/** The champion on the sealed test: a prompt from outside the search that runs beside baseline and winner. */
import type { Archive } from '../contracts/artifacts.ts';
import type { Components } from '../contracts/task.ts';
import { BASELINE_ID, candidateOf, componentsOf, sameParts } from './archive.ts';

/** Its id in `verify` steps and sealed rows; the archive has no such candidate. */
export const CHAMPION_ID = 'champion';

/** Whose sealed scores are the champion's: those of the winner or the baseline where that is the same prompt. */
export function championIdIn(archive: Archive, champion: Components): string {
  const known = [archive.winnerId ?? BASELINE_ID, BASELINE_ID];
  return known.find((id) => sameParts(componentsOf(archive, candidateOf(archive, id)), champion)) ?? CHAMPION_ID;
}
