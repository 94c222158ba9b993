/**
 * Champion and challenger. Becoming the champion is one conditional write of the next version, so of two at once one
 * wins; the other one is in the history as a challenger, with the reason.
 */

import type { Champion } from '../contracts/catalog.ts';
import type { RunContext } from '../contracts/context.ts';
import type { PromotionOutcome } from '../contracts/payloads.ts';
import type { Report } from '../contracts/report.ts';
import { addChampion, listChampions } from '../store/champions.ts';
import { samePrompt } from './champion-look.ts';
import { type Contender, championFrom, ensureChampion, keepChallenger, lostWords, whyNotBetter } from './contender.ts';

export { type PromotionResult, promote, rollback } from './promote.ts';

/**
 * Decides about a run's winner by the task's rule: makes it the champion, proposes it, or neither. Asked again for the
 * same run, it finds what it has decided and changes nothing.
 */
export async function considerPromotion(context: RunContext, report: Report): Promise<PromotionOutcome> {
  const { runId, task, taskVersion } = context;
  if (taskVersion === null) return none(null, 'The task is not stored, so it has no champion.');
  const champion = await ensureChampion(task.name, taskVersion);
  const ours = await championOfRun(task.name, runId, context.champion?.version ?? 1);
  if (ours !== null) return { decision: 'promoted', version: ours.version, reason: promotedWords(ours) };
  if (report.verdict !== 'improved') return none(champion.version, 'The run found no better prompt.');
  if (task.promotion === 'never') return none(champion.version, "The task's rule is never to promote a winner.");

  const { candidateId, components } = report.recommended;
  const contender = { task: task.name, runId, candidateId, components };
  if (samePrompt(champion.components, components)) return none(champion.version, 'The winner is the champion already.');
  const refusal = whyNotBetter(champion, context, report);
  if (refusal !== null) return refuse(contender, champion, refusal);
  if (task.promotion !== 'automatic') {
    const reason = `It is better than version ${champion.version} and waits for approval.`;
    await keepChallenger(contender, champion, 'proposed', reason, 'run');
    return { decision: 'proposed', version: champion.version, reason };
  }
  const next = championFrom(contender, champion, { by: 'run', note: null });
  if (await addChampion(next)) return { decision: 'promoted', version: next.version, reason: promotedWords(next) };
  const winner = await ensureChampion(task.name, taskVersion);
  return refuse(contender, winner, lostWords(winner));
}

async function refuse(contender: Contender, champion: Champion, reason: string): Promise<PromotionOutcome> {
  await keepChallenger(contender, champion, 'refused', reason, 'run');
  return { decision: 'refused', version: champion.version, reason };
}

/** The version that a run has made, of those after `since`. */
async function championOfRun(task: string, runId: string, since: number): Promise<Champion | null> {
  let after: string | null = null;
  do {
    const page = await listChampions(task, { after, limit: 20 });
    const ours = page.items.find((one) => one.runId === runId && one.by === 'run' && one.origin === 'run');
    if (ours !== undefined) return ours;
    after = page.items.some(({ version }) => version <= since) ? null : page.next;
  } while (after !== null);
  return null;
}

function promotedWords({ version }: Champion): string {
  return `It is the champion now, as version ${version}.`;
}

function none(version: number | null, reason: string): PromotionOutcome {
  return { decision: 'none', version, reason };
}
