/** The state machine, made of the very file that local runs execute, and the rights that its role needs for it. */
import { fileURLToPath } from 'node:url';
import { ArnFormat, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';
import type { StateName } from './functions.ts';

export interface WorkflowProps {
  /** Id of the machine's construct, which names it in the console. */
  readonly machineId: string;
  /** File in `statemachine/`. */
  readonly definition: string;
  readonly comment: string;
  /** Functions of its states. */
  readonly functions: Readonly<Partial<Record<StateName, IFunction>>>;
  readonly logRetention: RetentionDays;
  /** Ends the name of its log group. */
  readonly logName?: string;
}

export class Workflow extends Construct {
  readonly stateMachine: StateMachine;
  /** Known before deployment, so that a link to it can be written. */
  readonly logGroupName: string;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const stack = Stack.of(this);
    // Each group outside /aws/vendedlogs/ takes room in a resource policy that the whole account shares.
    this.logGroupName = `/aws/vendedlogs/states/${stack.stackName}${props.logName ?? ''}`;
    this.stateMachine = new StateMachine(this, props.machineId, {
      comment: props.comment,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromFile(
        fileURLToPath(new URL(`../../statemachine/${props.definition}`, import.meta.url)),
      ),
      definitionSubstitutions: Object.fromEntries(
        Object.entries(props.functions).map(([state, fn]) => [`${state}FunctionArn`, fn.functionArn]),
      ),
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, 'Log', {
          logGroupName: this.logGroupName,
          retention: props.logRetention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ERROR,
        // An execution's input holds the task, and may hold the sealed examples.
        includeExecutionData: false,
      },
    });
    Validations.of(this.stateMachine).acknowledge({
      id: 'AwsSolutions-SF1',
      reason:
        'Errors are logged. All events stand in the history of each execution for 90 days; logging them as well would cost more than running the workflow.',
    });
    acknowledgeWildcards(
      this.stateMachine,
      ['*'],
      'Tracing and the delivery of logs: xray:Put…, logs:…LogDelivery and logs:…ResourcePolicy have no resource that could be named.',
    );

    // CDK grants nothing for a definition that comes from a file.
    this.stateMachine.addToRolePolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: Object.values(props.functions).map((fn) => fn.functionArn),
      }),
    );
    this.#allowDistributedMaps();
  }

  /**
   * A distributed Map starts its children as executions of its own machine. These rights name the machine, which waits
   * for its role's own policy: in there they would be a circle, so they are a policy of their own.
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
   */
  #allowDistributedMaps(): void {
    const { stateMachineArn, stateMachineName, role } = this.stateMachine;
    const executions = (resourceName: string) =>
      Stack.of(this).formatArn({
        service: 'states',
        resource: 'execution',
        resourceName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    const runs = executions(`${stateMachineName}:*`);
    const children = executions(`${stateMachineName}/*`);
    const policy = new Policy(this, 'DistributedMaps', {
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachineArn] }),
        new PolicyStatement({
          actions: ['states:DescribeExecution', 'states:StopExecution'],
          resources: [runs, children],
        }),
        new PolicyStatement({ actions: ['states:RedriveExecution'], resources: [children] }),
      ],
    });
    acknowledgeWildcards(
      policy,
      [runs, children],
      'Executions of this machine alone; their names are chosen when they start.',
    );
  }
}
