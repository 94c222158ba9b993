/**
 * Executions of the state machines, kept on disk: what was started is executed to its end, through kills and restarts,
 * and every end is told. An execution that is executed again goes on where it was, because Prepare does.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { requestStop } from '../../lambdas/platform/shutdown.ts';
import type { EngineOptions, Execution, ExecutionResult } from '../engine.ts';
import { startExecution } from '../engine.ts';
import { AwsError, invalid, noSuchMachine } from './aws-error.ts';
import { deliverWithRetries } from './delivery.ts';
import {
  type ExecutionRecord,
  type ExecutionStatus,
  executionArn,
  executionRecordSchema,
  type StatusChangeEvent,
  stateMachineArn,
  statusChangeEvent,
} from './execution-record.ts';
import { openJsonFolder } from './json-folder.ts';

/** Step Functions takes inputs up to here. */
export const MAX_INPUT_BYTES = 256 * 1024;

/** Longest wait for what is in flight when an execution is stopped, milliseconds. */
const STOP_PATIENCE_MS = 3_000;

export interface ExecutionsOptions {
  /** Executions lie in `executions/` below it, ends that nobody took in `dead-letters.jsonl`. */
  readonly folder: string;
  /** Definitions and functions of the machines, by the machine's name. */
  readonly machines: Readonly<Record<string, EngineOptions>>;
  /** Is called with every end until it succeeds, as EventBridge calls a function. */
  readonly settle: (event: StatusChangeEvent) => Promise<unknown>;
  /** Waits between attempts to tell an end, milliseconds. */
  readonly settleWaitsMs?: readonly number[];
}

/** All that a list shows; input and output stay on disk. */
export type ExecutionSummary = Omit<ExecutionRecord, 'input' | 'output'>;

export interface Executions {
  readonly machineArns: readonly string[];
  /** Goes on with what was running when the process ended, and tells the ends that were not told. */
  resume(): void;
  /** @throws AwsError as StartExecution does */
  start(request: { stateMachineArn: string; name?: string | undefined; input?: string | undefined }): ExecutionRecord;
  /** @throws AwsError when there is none */
  describe(arn: string): ExecutionRecord;
  /** Of one machine, newest first. @throws AwsError when there is no such machine */
  list(machineArn: string, status?: ExecutionStatus): ExecutionSummary[];
  /** Ends it at once; what is in flight may land for a moment before the end is told. An ended one stays as it is. */
  stop(arn: string, error?: string, cause?: string): ExecutionRecord;
  /** @throws AwsError when it is running or has succeeded */
  redrive(arn: string, token?: string): ExecutionRecord;
  /** Stops to execute; everything stays as it is on disk. Waits at most so long for what is in flight. */
  close(patienceMs: number): Promise<void>;
}

export function openExecutions(options: ExecutionsOptions): Executions {
  const { folder, settle, settleWaitsMs } = options;
  const machines = new Map(Object.entries(options.machines).map(([name, engine]) => [stateMachineArn(name), engine]));
  const store = openJsonFolder(join(folder, 'executions'), executionRecordSchema);
  const summaries = new Map(store.all().map((record) => [record.executionArn, summaryOf(record)]));
  const running = new Map<string, Execution>();
  const telling = new Set<Promise<void>>();
  const closing = new AbortController();

  function save(record: ExecutionRecord): ExecutionRecord {
    store.save(record.executionArn, record);
    summaries.set(record.executionArn, summaryOf(record));
    return record;
  }

  function execute({ executionArn: arn, stateMachineArn: machine, name, input }: ExecutionRecord): void {
    // A start that comes while the process ends is kept on disk, for the next one.
    if (closing.signal.aborted) return;
    const execution = startExecution(name, JSON.parse(input), machines.get(machine));
    running.set(arn, execution);
    void execution.result.then((result) => {
      // Another one has taken its place, or this process is ending: then its file says what is to be done.
      if (running.get(arn) !== execution) return;
      running.delete(arn);
      tell(save({ ...store.read(arn), ...endOf(result), stoppedAt: Date.now(), told: false }));
    });
  }

  function tell(record: ExecutionRecord, after: Promise<unknown> = Promise.resolve()): void {
    const event = statusChangeEvent(record);
    const letter = { path: join(folder, 'dead-letters.jsonl'), letter: event };
    const told = after
      .then(() =>
        deliverWithRetries(() => settle(event), `Settle ${record.name}`, closing.signal, letter, settleWaitsMs),
      )
      .then((done) => {
        const now = store.read(record.executionArn);
        if (done && now.stoppedAt === record.stoppedAt) save({ ...now, told: true });
      })
      .finally(() => telling.delete(told));
    telling.add(told);
  }

  function describe(arn: string): ExecutionRecord {
    if (!summaries.has(arn)) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return store.read(arn);
  }

  return {
    machineArns: [...machines.keys()],
    resume() {
      for (const { executionArn: arn, status, told } of [...summaries.values()].toSorted(byStart)) {
        if (status === 'RUNNING') execute(store.read(arn));
        else if (!told) tell(store.read(arn));
      }
    },
    start({ stateMachineArn: machine, name = randomUUID(), input = '{}' }) {
      checkMachine(machines, machine);
      checkName(name);
      checkInput(input);
      const arn = executionArn(machine, name);
      const known = summaries.get(arn);
      if (known !== undefined) {
        const record = store.read(arn);
        if (record.status === 'RUNNING' && record.input === input) return record;
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
      }
      const record = save(newRecord(machine, name, input));
      execute(record);
      return record;
    },
    describe,
    list(machine, status) {
      checkMachine(machines, machine);
      return [...summaries.values()]
        .filter((one) => one.stateMachineArn === machine && (status === undefined || one.status === status))
        .toSorted((a, b) => byStart(b, a));
    },
    stop(arn, error, cause) {
      const record = describe(arn);
      if (record.status !== 'RUNNING') return record;
      const execution = running.get(arn);
      running.delete(arn);
      const end = { status: 'ABORTED' as const, error: error ?? null, cause: cause ?? null };
      const stopped = save({ ...record, ...end, stoppedAt: Date.now(), told: false });
      execution?.abort();
      tell(stopped, Promise.race([execution?.idle(), patience(STOP_PATIENCE_MS)]));
      return stopped;
    },
    redrive(arn, token) {
      const record = describe(arn);
      if (record.status === 'RUNNING' && token !== undefined && record.redriveToken === token) return record;
      if (record.status === 'RUNNING' || record.status === 'SUCCEEDED') {
        throw new AwsError('ExecutionNotRedrivable', `Execution is ${record.status} and cannot be redriven: '${arn}'`);
      }
      const redriven = save({
        ...record,
        status: 'RUNNING',
        error: null,
        cause: null,
        stoppedAt: null,
        redriveCount: record.redriveCount + 1,
        redrivenAt: Date.now(),
        redriveToken: token ?? null,
      });
      execute(redriven);
      return redriven;
    },
    async close(patienceMs) {
      closing.abort();
      requestStop();
      const inFlight = [...running.values()];
      running.clear();
      for (const execution of inFlight) execution.abort();
      await Promise.race([
        Promise.all([...inFlight.map((execution) => execution.idle()), ...telling]),
        patience(patienceMs),
      ]);
    },
  };
}

function newRecord(machineArn: string, name: string, input: string): ExecutionRecord {
  return {
    executionArn: executionArn(machineArn, name),
    stateMachineArn: machineArn,
    name,
    status: 'RUNNING',
    input,
    output: null,
    error: null,
    cause: null,
    startedAt: Date.now(),
    stoppedAt: null,
    redriveCount: 0,
    redrivenAt: null,
    redriveToken: null,
    told: false,
  };
}

function endOf(result: ExecutionResult): Pick<ExecutionRecord, 'status' | 'output' | 'error' | 'cause'> {
  const none = { output: null, error: null, cause: null };
  switch (result.status) {
    case 'SUCCEEDED':
      return { ...none, status: 'SUCCEEDED', output: JSON.stringify(result.output) };
    case 'FAILED':
      return { ...none, status: 'FAILED', error: result.error, cause: result.cause };
    case 'ABORTED':
      return { ...none, status: 'ABORTED' };
  }
}

function summaryOf({ input: _input, output: _output, ...summary }: ExecutionRecord): ExecutionSummary {
  return summary;
}

function byStart(a: ExecutionSummary, b: ExecutionSummary): number {
  return a.startedAt - b.startedAt || (a.executionArn < b.executionArn ? -1 : 1);
}

function checkMachine(machines: ReadonlyMap<string, unknown>, arn: string): void {
  if (!machines.has(arn)) throw noSuchMachine(arn);
}

/** 1 to 80 characters, none of those that AWS forbids. */
function checkName(name: string): void {
  if (/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}]{1,80}$/u.test(name)) return;
  throw new AwsError('InvalidName', `Invalid Name: '${name.slice(0, 200)}'`);
}

function checkInput(input: string): void {
  const bytes = Buffer.byteLength(input);
  if (bytes > MAX_INPUT_BYTES) throw invalid(`The input has ${bytes} bytes; Step Functions takes ${MAX_INPUT_BYTES}.`);
  try {
    JSON.parse(input);
  } catch (error) {
    throw new AwsError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function patience(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
