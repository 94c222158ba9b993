/** Structured logs (Powertools). Level by POWERTOOLS_LOG_LEVEL; nothing here may log prompts or data. */
import { Logger } from '@aws-lambda-powertools/logger';

export const logger = new Logger({ serviceName: 'prompt-optimizer' });
