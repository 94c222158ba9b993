/** The plan of rounds: computed from what the caps leave, so that a larger budget means larger stages, not more of them. */
import type { RoundPlan } from '../../contracts/attribution.ts';
import type { Task } from '../../contracts/task.ts';

/** More rounds would be more waiting: reflection calls of a round go out together, rounds follow each other. */
const MOST_ROUNDS = 6;
/** Rollouts that a round needs to say anything; a smaller budget gets fewer rounds. */
const ROLLOUTS_A_ROUND = 110;
/** Share of the search that looks for failures of the incumbent, and share kept for the finalists. */
const SURVEY_SHARE = 0.14;
const FINALISTS_SHARE = 0.08;
/** Mixtures that one proposal needs to be measured. */
const MIXTURES_A_PROPOSAL = 12;

/**
 * @param rollouts what the rounds that are left may spend: all that the caps leave beside the sealed test and what is
 *   held for the finalists
 * @param started rounds that are over already
 */
export function planRounds(
  rollouts: number,
  trainSize: number,
  { optimizer, budget }: Pick<Task, 'optimizer' | 'budget'>,
  started = 0,
): Omit<RoundPlan, 'finalists'> {
  const search = Math.max(0, rollouts);
  const most = Math.min(MOST_ROUNDS, optimizer.generations, budget.generations ?? MOST_ROUNDS) - started;
  const rounds = Math.min(most, Math.max(search > 0 ? 1 : 0, Math.round(search / ROLLOUTS_A_ROUND)));
  if (rounds <= 0) return { rounds: 0, proposals: 0, survey: 0, mixtures: 0 };
  const survey = Math.max(1, Math.min(trainSize, Math.floor((search * SURVEY_SHARE) / rounds)));
  const mixtures = Math.max(0, Math.floor(search / rounds) - survey);
  const proposals = Math.max(1, Math.min(optimizer.proposals, Math.floor(mixtures / MIXTURES_A_PROPOSAL)));
  return { rounds, proposals, survey, mixtures };
}

/** Rollouts to hold for the finalists, of all that the search may spend. */
export function finalistsShare(
  rollouts: number,
  validationSize: number,
  { optimizer }: Pick<Task, 'optimizer'>,
): number {
  return optimizer.finalists < 1
    ? 0
    : Math.min(2 * validationSize, Math.floor(Math.max(0, rollouts) * FINALISTS_SHARE));
}
