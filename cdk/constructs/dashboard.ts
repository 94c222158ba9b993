/**
 * One page of graphs. What the functions measure (`lambdas/platform/metrics.ts`) beside what AWS does by itself.
 * With no more than 50 metrics it is one of the three dashboards of an account that cost nothing.
 */
import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Dashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { callErrorKinds } from '../../lambdas/model/chat-model.ts';
import { type Machines, machineNames } from './machines.ts';

export interface RunsDashboardProps {
  readonly name: string;
  readonly metricsNamespace: string;
  readonly machines: Machines;
  /** Functions of which many run at once. */
  readonly itemFunctions: readonly IFunction[];
  readonly deadLetters: Queue;
  readonly api: HttpApi;
}

const period = Duration.minutes(5);

export class RunsDashboard extends Construct {
  readonly name: string;
  readonly #namespace: string;

  constructor(scope: Construct, id: string, props: RunsDashboardProps) {
    super(scope, id);
    this.name = props.name;
    this.#namespace = props.metricsNamespace;
    const { machines, itemFunctions, deadLetters, api } = props;
    new Dashboard(this, 'Dashboard', {
      dashboardName: props.name,
      defaultInterval: Duration.days(1),
      widgets: [
        [
          graph('Best score on validation, by task', { left: [this.#bestScores()], leftYAxis: { min: 0, max: 1 } }),
          graph('Spend on models, US dollars', { left: [this.#ours('SpendUsd', Stats.SUM, 'spend')] }),
          graph('Cost of a run, US dollars', {
            left: [this.#ours('RunCostUsd', Stats.AVERAGE, 'mean'), this.#ours('RunCostUsd', Stats.MAXIMUM, 'largest')],
            right: [this.#ours('RunRollouts', Stats.AVERAGE, 'rollouts')],
          }),
        ],
        [
          graph('Model calls, ms', {
            left: [this.#ours('ModelCallMs', Stats.p(50), 'p50'), this.#ours('ModelCallMs', Stats.p(95), 'p95')],
            right: [this.#ours('ModelCallMs', Stats.SAMPLE_COUNT, 'answers')],
          }),
          graph('Failed model calls, by kind', {
            left: callErrorKinds.map((kind) => this.#failures(kind)),
            stacked: true,
          }),
          graph('Throttled: by models (429), by Lambda', {
            left: [this.#failures('rate_limited')],
            right: itemFunctions.map((fn) => fn.metricThrottles({ period })),
          }),
        ],
        [
          graph('Executions that ended', {
            left: machineNames.flatMap((name) => ends(machines[name], name)),
            stacked: true,
          }),
          graph('Executions that began, dead letters', {
            left: machineNames.map((name) => machines[name].metricStarted({ period, label: name })),
            right: [
              deadLetters.metricApproximateNumberOfMessagesVisible({
                period,
                statistic: Stats.MAXIMUM,
                label: 'dead letters',
              }),
            ],
          }),
          graph('API', {
            left: [
              api.metricCount({ period, label: 'requests' }),
              api.metricClientError({ period, label: '4xx' }),
              api.metricServerError({ period, label: '5xx' }),
            ],
            right: [api.metricLatency({ period, statistic: Stats.p(95), label: 'p95, ms' })],
          }),
        ],
      ],
    });
  }

  #ours(metricName: string, statistic: string, label: string): Metric {
    return new Metric({ namespace: this.#namespace, metricName, statistic, period, label });
  }

  #failures(kind: string): Metric {
    return new Metric({
      namespace: this.#namespace,
      metricName: 'ModelFailures',
      dimensionsMap: { kind },
      statistic: Stats.SUM,
      period,
      label: kind,
    });
  }

  /** Tasks are not known before they are optimized, so they are searched for. */
  #bestScores(): IMetric {
    return new MathExpression({
      expression: `SEARCH('{"${this.#namespace}",task} MetricName="BestScore"', 'Maximum', ${period.toSeconds()})`,
      period,
      // An empty label leaves each line its own: the task.
      label: '',
    });
  }
}

function graph(title: string, props: GraphWidgetProps): GraphWidget {
  return new GraphWidget({ title, width: 8, height: 6, ...props });
}

function ends(machine: Machines[keyof Machines], name: string): IMetric[] {
  return [
    machine.metricSucceeded({ period, label: `${name} succeeded` }),
    machine.metricFailed({ period, label: `${name} failed` }),
    machine.metricTimedOut({ period, label: `${name} timed out` }),
    machine.metricAborted({ period, label: `${name} stopped` }),
  ];
}
