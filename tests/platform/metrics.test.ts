import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { stateHandler } from '../../lambdas/platform/handler.ts';
import { flushMetrics, putMetric } from '../../lambdas/platform/metrics.ts';

let lines: string[];

beforeEach(() => {
  lines = [];
  vi.stubEnv('METRICS_NAMESPACE', 'PromptOptimizer/test');
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
});

afterEach(() => {
  flushMetrics();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const written = (): unknown[] => lines.splice(0).map((line) => JSON.parse(line));

describe('metrics', () => {
  it('are one line of the log for all values of an invocation', async () => {
    const handler = stateHandler(z.unknown(), z.unknown(), async () => {
      putMetric('ModelCallMs', 12, 'Milliseconds');
      putMetric('ModelCallMs', 30, 'Milliseconds');
    });

    await handler({});

    expect(written()).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'PromptOptimizer/test',
              Dimensions: [[]],
              Metrics: [{ Name: 'ModelCallMs', Unit: 'Milliseconds' }],
            },
          ],
        },
        ModelCallMs: [12, 30],
      },
    ]);
  });

  it('of a handler that fails are written too', async () => {
    const handler = stateHandler(z.unknown(), z.unknown(), async () => {
      putMetric('ModelFailures', 1, 'Count', { kind: 'timeout' });
      throw new Error('no');
    });

    await expect(handler({})).rejects.toThrow('no');

    expect(written()).toHaveLength(1);
  });

  it('with other values of a dimension are lines of their own, which name the dimension', () => {
    putMetric('ModelFailures', 1, 'Count', { kind: 'timeout' });
    putMetric('ModelFailures', 1, 'Count', { kind: 'refused' });

    flushMetrics();

    expect(written()).toMatchObject([
      { _aws: { CloudWatchMetrics: [{ Dimensions: [['kind']] }] }, kind: 'timeout', ModelFailures: [1] },
      { kind: 'refused', ModelFailures: [1] },
    ]);
  });

  it('never make a line of more values than CloudWatch takes', () => {
    for (let i = 0; i < 250; i += 1) putMetric('ModelCallMs', i, 'Milliseconds');
    flushMetrics();

    const counts = z.array(z.object({ ModelCallMs: z.array(z.number()) })).parse(written());

    expect(counts.map(({ ModelCallMs }) => ModelCallMs.length)).toEqual([100, 100, 50]);
  });

  it('are written once', () => {
    putMetric('SpendUsd', 0.5, 'None');

    flushMetrics();
    flushMetrics();

    expect(written()).toHaveLength(1);
  });

  it('are nothing where no namespace is set, and for what is no number', () => {
    putMetric('SpendUsd', Number.NaN, 'None');
    vi.stubEnv('METRICS_NAMESPACE', '');
    putMetric('SpendUsd', 1, 'None');

    flushMetrics();

    expect(written()).toEqual([]);
  });
});
