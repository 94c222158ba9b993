/** The three machines as those see them who start, watch and stop their executions. */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';

export const machineNames = ['optimize', 'evaluate', 'synthesize'] as const;
export type MachineName = (typeof machineNames)[number];
export type Machines = Readonly<Record<MachineName, StateMachine>>;

/** Variables that carry the machines' ARNs to the functions. */
export const machineVariables = {
  optimize: 'OPTIMIZE_STATE_MACHINE_ARN',
  evaluate: 'EVALUATE_STATE_MACHINE_ARN',
  synthesize: 'SYNTHESIZE_STATE_MACHINE_ARN',
} as const satisfies Record<MachineName, string>;

/** ARN of all executions of a machine, those of its Maps left out. */
export function executionsOf(machine: StateMachine): string {
  return Stack.of(machine).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${machine.stateMachineName}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
