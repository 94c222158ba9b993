/**
 * The purse of a rollout: its calls and what they cost. A call that is kept is paid for once, whatever rollout, run or retry
 * asks for it again.
 */
import type { LimitFunction } from 'p-limit';
import type { Failure, PaidCall, Rollout, Usage } from '../contracts/artifacts.ts';
import type { ModelRefusedRequestError, ModelUnavailableError, RateLimitedError } from '../contracts/errors.ts';
import { EvalFailure, ScoringEndedError } from '../evals/services.ts';
import { addUsage, noUsage } from '../optimizer/usage.ts';
import { type StoppedError, stopRequested } from '../platform/shutdown.ts';
import { loadPaidCall, type RolloutTable, savePaidCall } from '../store/rollouts.ts';
import type { CallOutcome } from './call-model.ts';

/** The errors that hand an item back to the machine. */
export type Interruption = RateLimitedError | ModelUnavailableError | ModelRefusedRequestError | StoppedError;

/** A call was not answered, and the item goes back to the machine. */
export class InterruptedError extends ScoringEndedError {
  override readonly name = 'InterruptedError';
  readonly interruption: Interruption;
  constructor(interruption: Interruption) {
    super(interruption.message, { cause: interruption });
    this.interruption = interruption;
  }
}

/** A call is not stored, and nobody may make it now. */
export class NotStoredError extends ScoringEndedError {
  override readonly name = 'NotStoredError';
}

/** Something of ours broke, the store for example: no rollout is to blame, and the item ends with the cause. */
export class BrokenError extends ScoringEndedError {
  override readonly name = 'BrokenError';
}

/** Whose calls: those of judges are counted apart; a user's own function is not ours to count. */
type Role = 'task' | 'judge' | 'none';

/**
 * Calls of this process that are under way, by table and key. Candidates that answer alike ask their judges the same at the
 * same time: one pays, the others then find it stored.
 */
const underWay = new Map<string, Promise<unknown>>();

/** Waits for whoever makes the same call; their failure is everybody's, unless only their lease was used up. */
async function inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
  for (let other = underWay.get(id); other !== undefined; other = underWay.get(id)) {
    await other.catch((error: unknown) => {
      if (!(error instanceof EvalFailure) || error.name !== 'BudgetExhaustedError') throw error;
    });
  }
  const working = work();
  underWay.set(id, working);
  try {
    return await working;
  } finally {
    underWay.delete(id);
  }
}

/** Who pays: this run in this epoch, for the rollout with this key. */
export interface Payer {
  readonly table: RolloutTable;
  readonly runId: string;
  readonly epoch: number;
  readonly rolloutKey: string;
  /** What the rollout has cost when it failed in an earlier epoch. */
  readonly earlier: Pick<Rollout, 'epoch' | 'usage'> | undefined;
}

/** The calls of one rollout, and what they cost. */
export interface Purse {
  /** Makes a call that is kept with the rollout alone. */
  spend<T>(send: () => Promise<CallOutcome<T>>, role: Role): Promise<T>;
  /** Gives what is stored under the key, or makes the call and keeps what it is answered. */
  once<T>(key: string, send: () => Promise<CallOutcome<T>>, role: Role, options?: OnceOptions<T>): Promise<T>;
  /** Of all calls that it stands on, whoever paid for them. */
  all(): Usage;
  /** All that the rollout has cost this run. */
  total(): Usage;
  /** The part of it that is stored, and the part that is not. */
  stored(): Usage;
  unstored(): Usage;
}

interface OnceOptions<T> {
  /** What is known to be stored. */
  readonly stored?: PaidCall | undefined;
  /** Whether an answer is worth keeping; default: any is. */
  readonly isUsable?: (answer: T) => boolean;
}

/** @param limit null: no call may be made, only what is stored is looked up */
export function openPurse({ table, runId, epoch, rolloutKey, earlier }: Payer, limit: LimitFunction | null): Purse {
  let stored = earlier?.usage ?? noUsage();
  let unstored = noUsage();
  let all = earlier?.usage ?? noUsage();
  // Two evals may ask the same: one call answers both.
  const asked = new Map<string, Promise<unknown>>();

  const spend = async <T>(send: () => Promise<CallOutcome<T>>, role: Role): Promise<{ answer: T; usage: Usage }> => {
    if (limit === null) throw new NotStoredError();
    const outcome = await limit(async () => {
      const stopped = stopRequested(runId);
      if (stopped !== null) throw new InterruptedError(stopped);
      return role === 'none' ? send() : unlessBroken(send());
    });
    const usage = usageAs(role, outcome.usage);
    all = addUsage(all, usage);
    if (outcome.status === 'answered') return { answer: outcome.answer, usage };
    unstored = addUsage(unstored, usage);
    throw outcome.status === 'interrupted'
      ? new InterruptedError(outcome.error)
      : new EvalFailure(outcome.failure.name, messageOf(outcome.failure, role), outcome.failure.transient);
  };

  const storedOrMade = async <T>(
    key: string,
    send: () => Promise<CallOutcome<T>>,
    role: Role,
    { stored: known, isUsable = () => true }: OnceOptions<T>,
  ) => {
    const call = known ?? (await unlessBroken(loadPaidCall(table, key)));
    if (call !== null) {
      const isOwn = call.runId === runId && call.paidFor === rolloutKey;
      // What an earlier epoch has paid for this rollout is in `earlier` already.
      const isCounted = isOwn && call.epoch <= (earlier?.epoch ?? -1);
      if (isOwn && !isCounted) stored = addUsage(stored, call.usage);
      if (!isCounted) all = addUsage(all, call.usage);
      return JSON.parse(call.value) as T;
    }
    const { answer, usage } = await spend(send, role);
    const value = JSON.stringify(answer);
    const paid = { rolloutKey: key, runId, epoch, paidFor: rolloutKey, value, usage };
    if (isUsable(answer) && (await unlessBroken(savePaidCall(table, paid)))) stored = addUsage(stored, usage);
    else unstored = addUsage(unstored, usage);
    return answer;
  };

  return {
    async spend(send, role) {
      const { answer, usage } = await spend(send, role);
      unstored = addUsage(unstored, usage);
      return answer;
    },
    once<T>(key: string, send: () => Promise<CallOutcome<T>>, role: Role, options: OnceOptions<T> = {}): Promise<T> {
      const made = (): Promise<T> => storedOrMade(key, send, role, options);
      const asking =
        (asked.get(key) as Promise<T> | undefined) ?? (limit === null ? made() : inTurn(`${table} ${key}`, made));
      asked.set(key, asking);
      return asking;
    },
    all: () => all,
    total: () => addUsage(stored, unstored),
    stored: () => stored,
    unstored: () => unstored,
  };
}

async function unlessBroken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ScoringEndedError) throw error;
    throw new BrokenError('Something broke.', { cause: error });
  }
}

function usageAs(role: Role, usage: Usage): Usage {
  return role === 'judge' ? { ...usage, calls: 0, judgeCalls: usage.calls } : usage;
}

function messageOf({ message }: Failure, role: Role): string {
  return role === 'task' ? message : `An eval could not ask its model: ${message}`;
}
