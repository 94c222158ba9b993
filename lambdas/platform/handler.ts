/** The wrapper of every state's handler: input checked, errors typed, small and logged. */
import { z } from 'zod';
import { InvalidInputError } from '../contracts/errors.ts';
import { logger } from './logger.ts';
import { flushMetrics } from './metrics.ts';

/** Longest error message that leaves a function: a Map of 128 failed items must stay far below 256 KiB. */
const MAX_MESSAGE = 1500;

/**
 * Makes a Lambda handler of a function from one payload to another.
 * @throws InvalidInputError when the payload is not of the contract; whatever `run` throws, without its stack.
 */
export function stateHandler<I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
  run: (payload: z.output<I>) => Promise<z.input<O>>,
): (event: unknown) => Promise<z.output<O>> {
  return async (event) => {
    try {
      const parsed = input.safeParse(event);
      if (!parsed.success) throw new InvalidInputError([{ message: z.prettifyError(parsed.error) }]);
      return output.parse(await run(parsed.data));
    } catch (error) {
      logger.error('state failed', error instanceof Error ? error : new Error(String(error)));
      throw withoutStack(error);
    } finally {
      flushMetrics();
    }
  };
}

/** Lambda reports message and stack as the error's cause; the stack stays in the log. */
function withoutStack(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message: whole } = error;
  const message = whole.length > MAX_MESSAGE ? `${whole.slice(0, MAX_MESSAGE)}…` : whole;
  // Defined, not set: some errors (zod's, DOMException) do not let their message be set.
  for (const [field, value] of Object.entries({ message, stack: `${name}: ${message}` })) {
    Object.defineProperty(error, field, { value, configurable: true, writable: true });
  }
  return error;
}
