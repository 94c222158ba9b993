/** What is kept of an execution, and what AWS tells when it has ended. */
import { createHash } from 'node:crypto';
import { z } from 'zod';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

export const executionStatuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

/** One execution: a file each. Times in milliseconds since 1970. */
export const executionRecordSchema = z.strictObject({
  executionArn: z.string(),
  stateMachineArn: z.string(),
  name: z.string(),
  status: z.enum(executionStatuses),
  /** JSON, as it was given. */
  input: z.string(),
  output: z.string().nullable(),
  error: z.string().nullable(),
  cause: z.string().nullable(),
  startedAt: z.number(),
  stoppedAt: z.number().nullable(),
  redriveCount: z.number().int(),
  redrivenAt: z.number().nullable(),
  /** Token of the last redrive: the same request again is no second one. */
  redriveToken: z.string().nullable(),
  /** Whether its end was told; an end that was not is told when the process starts again. */
  told: z.boolean(),
});
export type ExecutionRecord = z.infer<typeof executionRecordSchema>;

export function stateMachineArn(machine: string): string {
  return `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${machine}`;
}

export function executionArn(machineArn: string, name: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

/** EventBridge takes 256 KiB; from here on Step Functions leaves input and output out. */
const MOST_DATA_BYTES = 248 * 1024;

/** "Step Functions Execution Status Change", as EventBridge has it. The same end told again has the same id. */
export function statusChangeEvent(record: ExecutionRecord) {
  const { executionArn: arn, stateMachineArn: machineArn, name, status, startedAt, stoppedAt } = record;
  const outputFits = Buffer.byteLength(record.output ?? '') <= MOST_DATA_BYTES;
  const bytes = Buffer.byteLength(record.input) + (outputFits ? Buffer.byteLength(record.output ?? '') : 0);
  const inputFits = bytes <= MOST_DATA_BYTES;
  const end = `${arn}#${record.redriveCount}#${stoppedAt}`;
  return {
    version: '0',
    id: createHash('sha256').update(end).digest('hex').slice(0, 32),
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account: ACCOUNT,
    time: new Date(stoppedAt ?? startedAt).toISOString(),
    region: REGION,
    resources: [arn],
    detail: {
      executionArn: arn,
      stateMachineArn: machineArn,
      name,
      status,
      startDate: startedAt,
      stopDate: stoppedAt,
      input: inputFits ? record.input : null,
      output: outputFits ? record.output : null,
      inputDetails: { included: inputFits },
      outputDetails: record.output === null ? null : { included: outputFits },
      error: record.error,
      cause: record.cause,
      redriveCount: record.redriveCount,
      redriveDate: record.redrivenAt,
    },
  };
}
export type StatusChangeEvent = ReturnType<typeof statusChangeEvent>;
