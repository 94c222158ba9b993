import { afterEach, describe, expect, it, vi } from 'vitest';
import { CallError, type ChatAnswer, type ChatRequest } from '../../lambdas/model/chat-model.ts';
import { observed } from '../../lambdas/model/observed.ts';
import { logger } from '../../lambdas/platform/logger.ts';
import * as metrics from '../../lambdas/platform/metrics.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  metrics.flushMetrics();
});

const request: ChatRequest = {
  model: { name: 'm', timeoutSeconds: 30, maxOutputTokens: 8 },
  messages: [{ role: 'user', content: 'a secret recipe' }],
};

const answer: ChatAnswer = {
  text: 'with salt',
  refusal: null,
  truncated: false,
  toolCalls: [],
  tokens: null,
  latencyMs: 1,
  inputTokens: 1,
  outputTokens: 1,
};

function modelThat(complete: () => Promise<ChatAnswer>) {
  return observed({ complete, embed: async () => ({ vector: [1], inputTokens: 1 }) });
}

function writtenTo(stream: NodeJS.WriteStream): string[] {
  const lines: string[] = [];
  vi.spyOn(stream, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  return lines;
}

describe('an observed model', () => {
  it('measures each answer and counts each failure by its kind', async () => {
    vi.stubEnv('METRICS_NAMESPACE', 'test');
    const lines = writtenTo(process.stdout);
    const failing = modelThat(async () => {
      throw new CallError('rate_limited', 'slow down', 1);
    });

    await modelThat(async () => answer).complete(request);
    await modelThat(async () => answer).embed({ model: 'e', text: 'x', timeoutSeconds: 1 });
    await expect(failing.complete(request)).rejects.toThrow('slow down');
    metrics.flushMetrics();

    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { ModelCallMs: [expect.any(Number), expect.any(Number)] },
      { kind: 'rate_limited', ModelFailures: [1] },
    ]);
  });

  it('logs no prompt, data or answer', async () => {
    const log = vi.spyOn(logger, 'info');

    await modelThat(async () => answer).complete(request);

    expect(log).not.toHaveBeenCalled();
  });

  it('logs what was said where LOG_CONTENT asks for it', async () => {
    vi.stubEnv('LOG_CONTENT', 'true');
    const log = vi.spyOn(logger, 'info');

    await modelThat(async () => answer).complete(request);

    expect(log).toHaveBeenCalledWith('model call', {
      model: 'm',
      messages: request.messages,
      answer: 'with salt',
      refusal: null,
    });
  });
});
