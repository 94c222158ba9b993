/** What is told of every attempt to call a model: how long it took or why it failed, and its content where that is wanted. */
import { optionalEnv } from '../platform/env.ts';
import { logger } from '../platform/logger.ts';
import { putMetric } from '../platform/metrics.ts';
import { CallError, type ChatModel, type ChatRequest, type EmbeddingModel } from './chat-model.ts';

/** The same model, whose attempts are measured. Under LOG_CONTENT its chats are logged: prompts, data and answers. */
export function observed(model: ChatModel & EmbeddingModel): ChatModel & EmbeddingModel {
  return {
    async complete(request) {
      try {
        const answer = await measured(() => model.complete(request));
        logContent(request, { answer: answer.text, refusal: answer.refusal });
        return answer;
      } catch (error) {
        logContent(request, { failure: error instanceof Error ? error.message : String(error) });
        throw error;
      }
    },
    embed: (request) => measured(() => model.embed(request)),
  };
}

/** The number of answers is the number of values of `ModelCallMs`; 429s are the failures of kind `rate_limited`. */
async function measured<T>(attempt: () => Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    const answer = await attempt();
    putMetric('ModelCallMs', Math.round(performance.now() - started), 'Milliseconds');
    return answer;
  } catch (error) {
    if (error instanceof CallError) putMetric('ModelFailures', 1, 'Count', { kind: error.kind });
    throw error;
  }
}

function logContent({ model, messages }: ChatRequest, outcome: Record<string, string | null>): void {
  if (optionalEnv('LOG_CONTENT') !== 'true') return;
  logger.info('model call', { model: model.name, messages: [...messages], ...outcome });
}
