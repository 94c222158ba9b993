/** Alarms, and the topic that they go to. Each alarm is charged for by the metrics that it looks at. */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type Machines, machineNames } from './machines.ts';

export interface AlarmsProps {
  readonly machines: Machines;
  readonly deadLetters: Queue;
  readonly api: HttpApi;
  readonly metricsNamespace: string;
  /** Spend on models within a day, US dollars. */
  readonly spendAlarmUsd: number;
  readonly email: string | undefined;
}

export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.topic = this.#topic();
    if (props.email !== undefined) this.topic.addSubscription(new EmailSubscription(props.email));

    const period = Duration.minutes(5);
    this.#alarm(
      'ExecutionsFailed',
      overMachines(props.machines, (machine) => machine.metricFailed({ period })),
      1,
      'An execution failed: its cause says what to change. A wrong input counts too.',
    );
    this.#alarm(
      'ExecutionsTimedOut',
      overMachines(props.machines, (machine) => machine.metricTimedOut({ period })),
      1,
      'An execution took longer than it may.',
    );
    this.#alarm(
      'DeadLetters',
      props.deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }),
      1,
      'A schedule could not start its run, or the end of an execution was not settled.',
    );
    this.#alarm(
      'Spend',
      new Metric({
        namespace: props.metricsNamespace,
        metricName: 'SpendUsd',
        statistic: Stats.SUM,
        period: Duration.days(1),
      }),
      props.spendAlarmUsd,
      `Models cost more than $${props.spendAlarmUsd} within a day.`,
      ComparisonOperator.GREATER_THAN_THRESHOLD,
    );
    this.#alarm(
      'ApiErrors',
      props.api.metricServerError({ period, statistic: Stats.SUM }),
      1,
      'The API answered with a 5xx.',
    );
  }

  /** Alarms cannot use the key that SNS manages, so the topic has one of ours, whose policy lets CloudWatch in. */
  #topic(): Topic {
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');
    const key = new Key(this, 'Key', {
      description: 'Alarms of Prompt Optimizer.',
      enableKeyRotation: true,
      // It encrypts messages under way and nothing that is kept.
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: ofThisAccount,
      }),
    );
    const topic = new Topic(this, 'Topic', { masterKey: key, enforceSSL: true, displayName: 'Prompt Optimizer' });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: ofThisAccount,
      }),
    );
    return topic;
  }

  #alarm(
    id: string,
    metric: IMetric,
    threshold: number,
    alarmDescription: string,
    comparisonOperator = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  ): void {
    const alarm = new Alarm(this, id, {
      metric,
      threshold,
      comparisonOperator,
      alarmDescription,
      evaluationPeriods: 1,
      // Nothing happens while nothing runs.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
  }
}

function overMachines(machines: Machines, metricOf: (machine: Machines[keyof Machines]) => IMetric): MathExpression {
  return new MathExpression({
    expression: machineNames.map((name) => `FILL(${name}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(machineNames.map((name) => [name, metricOf(machines[name])])),
    period: Duration.minutes(5),
  });
}
