/** The reducer's first half: what has landed goes into the archive. Pure; throws what must end the run. */
import type {
  Archive,
  Candidate,
  Generation,
  Ledger,
  MutateItem,
  ScoreRow,
  Spend,
  Step,
  Usage,
} from '../../contracts/artifacts.ts';
import { ModelRefusedRequestError, ModelUnavailableError } from '../../contracts/errors.ts';
import type { Task } from '../../contracts/task.ts';
import { BASELINE_ID, candidateOf, componentsOf, sameParts, store, validationScores } from '../archive.ts';
import { meanScores } from '../frontier.ts';
import type { LandedMutation, LandedRollout, LandedShard } from './landed.ts';

/** Share of the baseline's rollouts that must be scored: below it there is no baseline to speak of. */
const LEAST_BASELINE_SHARE = 0.5;
/** Generations in a row without one answer of the reflection model, after which the run ends. */
const MOST_SILENT_GENERATIONS = 2;
/** Failures that say the model cannot be reached, not that one request was bad. */
const outages = new Set(['RateLimitedError', 'ModelUnavailableError']);

type ScoreStep = Extract<Step, { kind: 'score' }>;

/**
 * Folds a `score` step.
 * @throws ModelRefusedRequestError, ModelUnavailableError when going on makes no sense; the archive is then not saved,
 *   and starting the run again tries the step again.
 */
export function foldShards(archive: Archive, step: ScoreStep, landed: readonly LandedShard[], task: Task): Archive {
  throwIfRefused(landed);
  const rollouts = landed.flatMap((shard) => shard.rollouts);
  throwIfOutage(step, rollouts, landed);
  const folded = {
    ...archive,
    scores: [...archive.scores, ...rollouts.map(toRow)],
    spend: landed.map(({ ledger }) => ledger).reduce(addLedger, rollouts.reduce(addRollout, archive.spend)),
    concurrency: adapt(
      archive.concurrency,
      task,
      landed.map(({ ledger }) => ledger),
      rollouts,
    ),
  };
  if (step.purpose === 'baseline' || (step.purpose === 'probe' && folded.scores.length > 1))
    throwIfNoBaseline(folded, landed);
  return step.purpose === 'probe' || step.purpose === 'finalists' ? folded : withSummary(folded, task);
}

/**
 * Folds a `mutate` step: every child becomes a candidate, the rejected ones with the reason and their scores.
 * @throws ModelRefusedRequestError, ModelUnavailableError as `foldShards` does.
 */
export function foldMutations(
  archive: Archive,
  items: readonly MutateItem[],
  landed: readonly LandedMutation[],
  task: Task,
  /** Whether the sealed test of a child would still fit the budget. */
  testFits: (child: Candidate, archive: Archive) => boolean,
): Archive {
  throwIfRefused(landed);
  const rollouts = landed.flatMap(({ before, after }) => [...before, ...after]);
  const silent = isSilent(landed) ? archive.silentGenerations + 1 : 0;
  if (silent >= MOST_SILENT_GENERATIONS) throw outage('The reflection model did not answer', landed, rollouts);

  let next: Archive = {
    ...archive,
    spend: landed.reduce(
      (spend, { reflections, ledger }) => {
        return addLedger(reflections.reduce(addReflection, spend), ledger);
      },
      rollouts.reduce(addRollout, archive.spend),
    ),
    scores: [...archive.scores],
    candidates: [...archive.candidates],
    concurrency: adapt(
      archive.concurrency,
      task,
      landed.map(({ ledger }) => ledger),
      rollouts,
    ),
    silentGenerations: silent,
  };
  const summary: Generation = emptySummary(next.generation);
  for (const [i, item] of items.entries()) {
    const one = landed[i];
    if (one === undefined) continue;
    const parent = candidateOf(archive, item.parentId);
    const text = one.outcome?.text ?? null;
    let reason = one.outcome?.status === 'accepted' ? null : reasonOf(one);
    next.scores.push(...one.before.map(toRow));
    if (text !== null) {
      const stored = store({ ...componentsOf(archive, parent), [item.component]: text }, next.texts);
      const child: Candidate = {
        id: childId(item),
        parents: [parent.id],
        generation: item.generation,
        slot: item.slot,
        origin: 'mutation',
        parts: stored.parts,
        status: 'accepted',
        reason: null,
        component: item.component,
        minibatch: {
          exampleIds: item.minibatch.map(({ exampleId }) => exampleId),
          before: one.before.map(scoreOf),
          after: one.after.map(scoreOf),
        },
      };
      const twin = next.candidates.find((other) => sameParts(other.parts, stored.parts));
      next = { ...next, texts: stored.texts };
      if (reason === null && twin !== undefined) reason = `the same prompt as ${twin.id}`;
      if (reason === null && !testFits(child, next)) reason = 'so long that the sealed test would not fit the budget';
      next.candidates.push(reason === null ? child : { ...child, status: 'rejected', reason });
      next.scores.push(...one.after.map(toRow));
      summary.proposed += 1;
    }
    if (reason === null) summary.accepted += 1;
    else {
      summary.rejected += 1;
      summary.reasons[reason] = (summary.reasons[reason] ?? 0) + 1;
    }
  }
  return withSummary({ ...next, generations: [...next.generations, summary] }, task);
}

export function childId({ generation, slot }: { generation: number; slot: number }): string {
  return `g${generation}-s${slot}`;
}

/** The last generation's summary as it stands now; the baseline's own is made here. */
function withSummary(archive: Archive, task: Task): Archive {
  const generations = archive.generations.length === 0 ? [emptySummary(0)] : archive.generations;
  const means = meanScores(
    validationScores(
      archive,
      task.evals.map(({ name }) => name),
    ),
  );
  const best = Math.max(...means.values());
  const last = generations.at(-1) ?? emptySummary(0);
  const updated = {
    ...last,
    bestValidation: Number.isFinite(best) ? best : null,
    rollouts: archive.spend.rollouts,
  };
  return { ...archive, generations: [...generations.slice(0, -1), updated] };
}

function emptySummary(generation: number): Generation {
  return { generation, proposed: 0, accepted: 0, rejected: 0, bestValidation: null, rollouts: 0, reasons: {} };
}

function reasonOf({ outcome, error }: LandedMutation): string {
  if (outcome?.reason != null) return outcome.reason;
  return `the item failed (${error ?? 'it left no result'})`;
}

function throwIfRefused(landed: readonly { error: string | null; ledger: Ledger | null }[]): void {
  const refused = landed.find(({ error }) => error === 'ModelRefusedRequestError');
  if (refused !== undefined) {
    throw new ModelRefusedRequestError(refused.ledger?.lastError?.message ?? 'The model refuses our requests.');
  }
}

/** A step in which nothing was scored and the model was out of reach: better to stop and try again later. */
function throwIfOutage(step: ScoreStep, rollouts: readonly LandedRollout[], landed: readonly LandedShard[]): void {
  if (rollouts.some(({ result }) => result.status === 'scored')) return;
  const unreachable = rollouts.some(({ result }) => result.status === 'failed' && outages.has(result.failure.name));
  const interrupted = landed.some(({ ledger }) => ledger?.lastError != null);
  if (!unreachable && !interrupted) return;
  const what =
    step.purpose === 'probe' ? 'The first call of the model failed' : `No call of ${rollouts.length} was answered`;
  throw outage(what, landed, rollouts);
}

function throwIfNoBaseline(archive: Archive, landed: readonly LandedShard[]): void {
  const rows = archive.scores.filter(([candidateId, split]) => candidateId === BASELINE_ID && split === 'validation');
  const scored = rows.filter(([, , , , score]) => score !== null).length;
  if (scored >= rows.length * LEAST_BASELINE_SHARE && scored > 0) return;
  const rollouts = landed.flatMap((shard) => shard.rollouts);
  throw outage(
    `The baseline could not be measured: ${rows.length - scored} of ${rows.length} calls failed`,
    landed,
    rollouts,
  );
}

function outage(
  what: string,
  landed: readonly { ledger: Ledger | null }[],
  rollouts: readonly LandedRollout[],
): ModelUnavailableError {
  const ofItem = landed.map(({ ledger }) => ledger?.lastError?.message).find((message) => message !== undefined);
  const ofRollout = rollouts
    .map(({ result }) => (result.status === 'failed' ? result.failure.message : undefined))
    .find((message) => message !== undefined);
  return new ModelUnavailableError(`${what}: ${ofItem ?? ofRollout ?? 'no reason was given.'}`);
}

function isSilent(landed: readonly LandedMutation[]): boolean {
  const asked = landed.filter(({ outcome }) => outcome === null || outcome.reflected !== 'not_asked');
  return asked.length > 0 && asked.every(({ outcome }) => outcome?.reflected !== 'answered');
}

function toRow({ request, result }: LandedRollout): ScoreRow {
  const { candidateId, split, exampleId, draw } = request;
  return result.status === 'scored'
    ? [candidateId, split, exampleId, draw, result.score, ...result.evals]
    : [candidateId, split, exampleId, draw, null];
}

function scoreOf({ result }: LandedRollout): number | null {
  return result.status === 'scored' ? result.score : null;
}

function addRollout(spend: Spend, { usage, cached, result }: LandedRollout): Spend {
  if (cached) return { ...spend, cacheHits: spend.cacheHits + 1 };
  const paid = addUsageTo(spend, usage);
  return {
    ...paid,
    rollouts: paid.rollouts + (usage.calls > 0 ? 1 : 0),
    failures: paid.failures + (result.status === 'failed' ? 1 : 0),
  };
}

function addReflection(spend: Spend, { usage }: { usage: Usage }): Spend {
  const paid = addUsageTo(spend, usage);
  return { ...paid, reflectionCalls: paid.reflectionCalls + usage.calls };
}

function addLedger(spend: Spend, ledger: Ledger | null): Spend {
  return ledger === null ? spend : addReflection(addUsageTo(spend, ledger.task), { usage: ledger.reflection });
}

/** Tokens, money and calls of `usage` on top of `spend`; an unknown price makes the whole sum unknown. */
export function addUsageTo(spend: Spend, usage: Usage): Spend {
  return {
    ...spend,
    modelCalls: spend.modelCalls + usage.calls,
    inputTokens: spend.inputTokens + usage.inputTokens,
    outputTokens: spend.outputTokens + usage.outputTokens,
    costUsd: spend.costUsd === null || usage.costUsd === null ? null : spend.costUsd + usage.costUsd,
  };
}

/** Halved after a step that saw 429s, an eighth of the task's setting back after one that did not (DESIGN §6). */
function adapt(
  current: number,
  task: Task,
  ledgers: readonly (Ledger | null)[],
  rollouts: readonly LandedRollout[],
): number {
  const wanted = task.optimizer.concurrency;
  const limited =
    rollouts.some(({ usage }) => usage.rateLimited > 0) ||
    ledgers.some((ledger) => (ledger?.task.rateLimited ?? 0) + (ledger?.reflection.rateLimited ?? 0) > 0);
  return limited
    ? Math.max(1, Math.floor(current / 2))
    : Math.min(wanted, current + Math.max(1, Math.ceil(wanted / 8)));
}
