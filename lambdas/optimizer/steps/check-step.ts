/**
 * Whether anything has changed, asked by a scheduled run before it searches: the baseline on a fresh draw of validation,
 * against its scores of the last look. Both strategies ask alike. Pure.
 */
import type { Archive, Check } from '../../contracts/artifacts.ts';
import type { Step } from '../../contracts/step.ts';
import { stream } from '../random.ts';
import { cutEvenly, layOut } from '../shards.ts';
import { bootstrapInterval, mean, ROUNDING_ERROR, signFlipPValue } from '../statistics.ts';
import { checkFits, checkWork } from './check-work.ts';
import { type LandedShard, sawRateLimit } from './landed.ts';
import { NO_LEASE, withLeases } from './leases.ts';
import { throwIfNothingChecked, throwIfOutage, throwIfRefused } from './outage.ts';
import type { Search } from './search.ts';
import { spendOf } from './spend.ts';

type ScoreStep = Extract<Step, { kind: 'score' }>;

const NOTHING_LANDED: Check = { scores: {}, failures: 0, mean: null, reference: null, delta: null, changed: null };

/**
 * The archive with the next step of the check, or with its end: `unchanged` and without a step, or as it was before the
 * check, for the search to begin. What asks nothing, or has no room to ask, comes back as it is.
 */
export function planCheck(folded: Archive, search: Search): Archive {
  const begins = folded.step === null && folded.check === null;
  if (search.check == null || !(begins || isCheckStep(folded.step))) return folded;
  if (begins && !checkFits(folded, search)) return folded;
  const archive = { ...folded, check: folded.check ?? NOTHING_LANDED };
  const { now } = checkWork(archive, search);
  if (now.length > 0 && !isTimeUp(archive, search))
    return checkStep({ ...archive, turn: archive.turn + 1 }, search, now);
  const check = concluded(archive.check, search);
  if (check.changed) return { ...archive, step: null, check };
  return { ...archive, turn: archive.turn + 1, step: null, check, stopReason: 'unchanged' };
}

/** Whether the check is under way, or ended the run: there is nothing to search. */
export function isChecking({ step, stopReason }: Archive): boolean {
  return stopReason === 'unchanged' || isCheckStep(step);
}

/**
 * Folds a step of the check: its scores go beside those of the search, which has none yet.
 * @throws ModelRefusedRequestError, ModelUnavailableError when nothing can be said; the archive is then not saved.
 */
export function foldCheck(archive: Archive, step: ScoreStep, landed: readonly LandedShard[], search: Search): Archive {
  throwIfRefused(landed);
  throwIfOutage(step, landed);
  const rollouts = landed.flatMap((shard) => shard.rollouts);
  const scored = rollouts.flatMap(({ request, result }): [string, number][] =>
    result.status === 'scored' ? [[request.exampleId, result.score]] : [],
  );
  const before = archive.check ?? NOTHING_LANDED;
  const folded = {
    ...archive,
    spend: spendOf(archive.spend, landed),
    rateLimited: archive.rateLimited || sawRateLimit(landed, rollouts),
    check: {
      ...before,
      scores: { ...before.scores, ...Object.fromEntries(scored) },
      failures: before.failures + rollouts.length - scored.length,
    },
  };
  if (checkWork(folded, search).now.length === 0) throwIfNothingChecked(folded.check, landed);
  return folded;
}

export function isCheckStep(step: Step | null): step is ScoreStep {
  return step?.kind === 'score' && step.purpose === 'check';
}

function checkStep(archive: Archive, search: Search, now: ReturnType<typeof checkWork>['now']): Archive {
  const { timeoutSeconds } = search.task.model;
  const layout = layOut(now.length, archive.concurrency, timeoutSeconds, 1, search.facts.judging?.seconds);
  const { maxConcurrency, concurrency } = layout;
  const items = cutEvenly(now, layout.sizes).map((rollouts) => ({ rollouts, concurrency, lease: NO_LEASE }));
  return withLeases({ ...archive, step: { kind: 'score', purpose: 'check', maxConcurrency, items } }, search);
}

/** What the scores say. Failures are in no mean: too few scores make a wide interval, and that shows no change. */
function concluded(check: Check, search: Search): Check {
  const reference = search.check?.reference ?? {};
  const pairs = Object.entries(check.scores).flatMap(([id, fresh]) => {
    const before = Object.hasOwn(reference, id) ? reference[id] : undefined;
    return before === undefined ? [] : [{ fresh, before }];
  });
  if (pairs.length === 0) return { ...check, mean: mean(Object.values(check.scores)), changed: false };
  const differences = pairs.map(({ fresh, before }) => fresh - before);
  const { seed } = search.task.optimizer;
  const ci95 = bootstrapInterval(differences, stream(seed, 'check', 'bootstrap'));
  return {
    ...check,
    mean: mean(pairs.map(({ fresh }) => fresh)),
    reference: mean(pairs.map(({ before }) => before)),
    delta: {
      mean: mean(differences) ?? 0,
      ci95,
      pValue: signFlipPValue(differences, stream(seed, 'check', 'sign-flip')),
      n: differences.length,
    },
    changed: ci95[0] > ROUNDING_ERROR || ci95[1] < -ROUNDING_ERROR,
  };
}

function isTimeUp({ elapsedMs }: Archive, { task: { budget } }: Search): boolean {
  return budget.minutes !== undefined && elapsedMs >= budget.minutes * 60_000;
}
