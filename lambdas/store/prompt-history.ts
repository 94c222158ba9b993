/** What happened to a task's prompt: champions and challengers in one list, newest first, page by page. */
import type { Challenger, Champion } from '../contracts/catalog.ts';
import { versionEntry } from './catalog.ts';
import { challengerEntry, listChallengers, listChampions } from './champions.ts';

export type PromptEvent =
  | { readonly kind: 'champion'; readonly champion: Champion }
  | { readonly kind: 'challenger'; readonly challenger: Challenger };

/** The last entry of each list that was given out; null: none yet. */
export interface HistoryPosition {
  readonly champion: string | null;
  readonly challenger: string | null;
}

export interface HistoryPage {
  readonly items: PromptEvent[];
  /** null at the end. */
  readonly next: HistoryPosition | null;
}

export async function listPromptHistory(
  task: string,
  after: HistoryPosition | null,
  limit: number,
): Promise<HistoryPage> {
  const [champions, challengers] = await Promise.all([
    listChampions(task, { after: after?.champion ?? null, limit }),
    listChallengers(task, { after: after?.challenger ?? null, limit }),
  ]);
  const all = [
    ...champions.items.map((champion) => ({
      item: { kind: 'champion' as const, champion },
      at: champion.createdAt,
      position: { champion: versionEntry(champion.version) },
    })),
    ...challengers.items.map((challenger) => ({
      item: { kind: 'challenger' as const, challenger },
      // Its id begins with the time, and is what its list is sorted by.
      at: challenger.id,
      position: { challenger: challengerEntry(challenger.id) },
    })),
  ].toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  const page = all.slice(0, limit);
  const next = { champion: null, challenger: null, ...after };
  for (const { position } of page) Object.assign(next, position);
  const isEnd = all.length <= limit && champions.next === null && challengers.next === null;
  return { items: page.map(({ item }) => item), next: isEnd ? null : next };
}
