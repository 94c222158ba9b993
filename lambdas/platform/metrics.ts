/**
 * Metrics for CloudWatch, as lines of a function's log (embedded metric format): no call, no right, no waiting. Nothing
 * is written where METRICS_NAMESPACE is not set. Each name with each value of a dimension is a metric that AWS charges
 * for in every hour that has one, so there are few; tasks, runs and models of an account would be many dimensions.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { optionalEnv } from './env.ts';

export type MetricUnit = 'Count' | 'Milliseconds' | 'None';
export type Dimensions = Readonly<Record<string, string>>;

/** Values of one metric that a line may hold. */
const MOST_VALUES = 100;

interface Series {
  readonly unit: MetricUnit;
  readonly values: number[];
}

/** Metrics that have the same dimensions: one line. */
interface Group {
  readonly dimensions: Dimensions;
  readonly series: Map<string, Series>;
}

const groups = new Map<string, Group>();

/** Keeps a value for the next `flushMetrics`, which the handler's wrapper calls; a full line is written at once. */
export function putMetric(name: string, value: number, unit: MetricUnit, dimensions: Dimensions = {}): void {
  if (optionalEnv('METRICS_NAMESPACE') === undefined || !Number.isFinite(value)) return;
  const key = JSON.stringify(Object.entries(dimensions).toSorted());
  const group = groups.get(key) ?? { dimensions, series: new Map<string, Series>() };
  groups.set(key, group);
  const series = group.series.get(name) ?? { unit, values: [] };
  group.series.set(name, series);
  series.values.push(value);
  if (series.values.length >= MOST_VALUES) flushMetrics();
}

/** Writes what was put since the last time. */
export function flushMetrics(): void {
  const namespace = optionalEnv('METRICS_NAMESPACE');
  for (const group of groups.values()) {
    // Past `console`, which Lambda wraps into a line of its own form: CloudWatch would find no metrics in that.
    if (namespace !== undefined) process.stdout.write(`${JSON.stringify(lineOf(group, namespace, Date.now()))}\n`);
  }
  groups.clear();
}

function lineOf({ dimensions, series }: Group, namespace: string, timestamp: number): Record<string, unknown> {
  return {
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [Object.keys(dimensions)],
          Metrics: [...series].map(([Name, { unit }]) => ({ Name, Unit: unit })),
        },
      ],
    },
    ...dimensions,
    ...Object.fromEntries([...series].map(([name, { values }]) => [name, values])),
  };
}
