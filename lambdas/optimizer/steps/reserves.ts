/** What is kept aside before anything is handed out: the sealed test first, then the finalists' round (DESIGN §5). */
import type { Archive, Candidate } from '../../contracts/artifacts.ts';
import type { Components } from '../../contracts/task.ts';
import { BASELINE_ID, candidateOf, componentsOf, NO_SPEND } from '../archive.ts';
import {
  type Amount,
  fits,
  minus,
  NOTHING,
  plus,
  remaining,
  requiredAmount,
  sealedTest,
  taskCall,
  taskCallsOf,
  times,
} from '../budget.ts';
import { composeAll } from '../units/compose.ts';
import { baselineOf, type Search } from './search.ts';

/** Times the finalists' round must fit into what baseline and test leave, or it is not planned. */
const FINALISTS_SHARE = 3;
/** Retries a rollout, at most, for which there is room in the sealed test; an outage before it says nothing of it. */
const MOST_RETRIES = 0.25;

/** What the search may use: all that the caps leave but for the reserves. `longest`: the longest prompt that may win. */
export function freeForSearch(archive: Archive, search: Search, longest = longestOf(archive, search)): Amount {
  return minus(
    remaining(search.task.budget, archive.spend),
    plus(withRetries(testReserve(archive, search, longest), archive), finalistsReserve(archive, search, longest)),
  );
}

/** What the baseline and the finalists' round may use: all that the caps leave but for the sealed test. */
export function freeBeforeTest(archive: Archive, search: Search): Amount {
  return minus(remaining(search.task.budget, archive.spend), testReserve(archive, search, longestOf(archive, search)));
}

/** Whether the sealed test would still fit if `child` were the winner. */
export function testFitsWith(child: Candidate, archive: Archive, { task, facts }: Search): boolean {
  const baseline = componentsOf(archive, candidateOf(archive, BASELINE_ID));
  return fits(sealedTest(task, facts, baseline, componentsOf(archive, child)), remaining(task.budget, archive.spend));
}

/** The accepted prompt whose calls cost the most; candidates in `except` are passed over. */
export function longestOf(archive: Archive, search: Search, except: ReadonlySet<string> = new Set()): Components {
  const { attribution } = archive;
  const candidates = archive.candidates
    .filter(({ status, id }) => status === 'accepted' && !except.has(id))
    .map((candidate) => componentsOf(archive, candidate));
  // Units that are on trial may all be in the winner.
  const composed = attribution === null ? [] : [{ ...baselineOf(archive), ...composeAll(attribution.pool) }];
  return [...candidates, ...composed].reduce((most, one) => longerOf(most, one, search));
}

export function longerOf(a: Components, b: Components, { task, facts }: Search): Components {
  return taskCall(task, facts, 'test', b).tokens > taskCall(task, facts, 'test', a).tokens ? b : a;
}

/** The sealed test at its worst: the longest prompt of all wins. */
function testReserve(archive: Archive, { task, facts }: Search, longest: Components): Amount {
  return sealedTest(task, facts, baselineOf(archive), longest);
}

/**
 * The sealed test will be retried about as often as the calls so far, give or take two standard deviations (Poisson):
 * without room for that it would lack scores.
 */
function withRetries(amount: Amount, { spend }: Archive): Amount {
  const retries = Math.min(MOST_RETRIES, Math.max(0, taskCallsOf(spend) / Math.max(1, spend.rollouts) - 1));
  const expected = amount.calls * retries;
  const room = expected + 2 * Math.sqrt(expected);
  return { ...times(amount, 1 + room / Math.max(1, amount.calls)), calls: amount.calls + Math.ceil(room) };
}

/** Room for the finalists' round, where the budget is large enough to afford one. */
function finalistsReserve({ attribution }: Archive, { task, facts }: Search, longest: Components): Amount {
  if (attribution !== null) return times(taskCall(task, facts, 'validation', longest), attribution.plan.finalists);
  if (task.optimizer.finalists < 2) return NOTHING;
  const round = times(taskCall(task, facts, 'validation', longest), task.optimizer.finalists * facts.validationSize);
  const room = minus(remaining(task.budget, NO_SPEND), requiredAmount(task, facts));
  return fits(times(round, FINALISTS_SHARE), room) ? round : NOTHING;
}
