/** The variables that the service has on AWS from CDK, for one machine. */
import { stateMachineArn } from './execution-record.ts';

export interface ServiceEnvironment {
  /** Where Step Functions, Scheduler and EventBridge answer. */
  readonly facadesUrl: string;
  readonly parallel: number;
  readonly modelNotice: string | undefined;
}

/** Names of the machines, as CDK names them. */
export const machineNames = {
  optimize: 'prompt-optimizer-optimize',
  evaluate: 'prompt-optimizer-evaluate',
  synthesize: 'prompt-optimizer-synthesize',
} as const;

const GROUP = 'prompt-optimizer';

export function serviceEnvironment({ facadesUrl, parallel, modelNotice }: ServiceEnvironment) {
  return {
    OPTIMIZE_STATE_MACHINE_ARN: stateMachineArn(machineNames.optimize),
    EVALUATE_STATE_MACHINE_ARN: stateMachineArn(machineNames.evaluate),
    SYNTHESIZE_STATE_MACHINE_ARN: stateMachineArn(machineNames.synthesize),
    MAX_PARALLEL_RUNS: String(parallel),
    EVENT_BUS_NAME: GROUP,
    SCHEDULE_GROUP: GROUP,
    SCHEDULE_ROLE_ARN: `arn:aws:iam::000000000000:role/${GROUP}-schedules`,
    SCHEDULE_DEAD_LETTER_ARN: `arn:aws:sqs:us-east-1:000000000000:${GROUP}-schedules-dead-letters`,
    STREAM_EVENTS: 'true',
    MODEL_NOTICE: modelNotice,
    AWS_ENDPOINT_URL_SFN: facadesUrl,
    AWS_ENDPOINT_URL_SCHEDULER: facadesUrl,
    AWS_ENDPOINT_URL_EVENTBRIDGE: facadesUrl,
  };
}
