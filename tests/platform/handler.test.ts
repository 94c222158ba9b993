import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InvalidInputError, ModelUnavailableError } from '../../lambdas/contracts/errors.ts';
import { stateHandler } from '../../lambdas/platform/handler.ts';

const payload = z.strictObject({ runId: z.string(), turn: z.number().int() });
const event = { runId: 'r', turn: 1 };

/** What leaves a handler whose work throws. */
async function thrown(error: unknown): Promise<unknown> {
  try {
    await stateHandler(payload, z.unknown(), () => Promise.reject(error))(event);
  } catch (left) {
    return left;
  }
  throw new Error('Nothing was thrown.');
}

/** As zod makes it: an error whose message cannot be set. */
function zodError(): z.ZodError {
  const parsed = z.array(z.string()).safeParse(Array.from({ length: 500 }, () => 1));
  if (parsed.success) throw new Error('It was taken.');
  return parsed.error;
}

describe('stateHandler', () => {
  it('gives the payload to the work, and the answer to the machine', async () => {
    const handler = stateHandler(payload, payload, ({ runId, turn }) => Promise.resolve({ runId, turn: turn + 1 }));

    expect(await handler(event)).toEqual({ runId: 'r', turn: 2 });
  });

  it.each([
    {
      case: 'of another form',
      given: { runId: 'r', turn: 'one' },
      message: /Invalid input: expected number.*\n.*turn/,
    },
    { case: 'with a field that is not of the contract', given: { ...event, extra: 1 }, message: /extra/ },
    { case: 'that is none', given: undefined, message: /expected object/ },
  ])('refuses a payload $case as invalid input, and does not begin', async ({ given, message }) => {
    let begun = false;
    const handler = stateHandler(payload, z.unknown(), () => {
      begun = true;
      return Promise.resolve(null);
    });

    const answer = handler(given);

    await expect(answer).rejects.toThrow(InvalidInputError);
    await expect(answer).rejects.toMatchObject({ name: 'InvalidInputError', message: expect.stringMatching(message) });
    expect(begun).toBe(false);
  });

  it('refuses to hand out what is not of the contract', async () => {
    const handler = stateHandler(payload, payload, () => Promise.resolve({ runId: 'r', turn: 0.5 }));

    await expect(handler(event)).rejects.toThrow(z.ZodError);
  });

  it('passes an error on with its class, name and cause', async () => {
    const error = new ModelUnavailableError('It is down.', { cause: new Error('why') });

    const left = await thrown(error);

    expect(left).toBe(error);
    expect(left).toMatchObject({ name: 'ModelUnavailableError', message: 'It is down.', cause: { message: 'why' } });
  });

  it('leaves the stack behind: a line is all that AWS is told', async () => {
    expect(await thrown(new ModelUnavailableError('It is down.'))).toMatchObject({
      stack: 'ModelUnavailableError: It is down.',
    });
  });

  it.each([
    { case: 'an error', error: () => new Error('x'.repeat(100_000)), name: 'Error' },
    {
      case: 'an input error with many problems',
      error: () => new InvalidInputError(Array.from({ length: 10_000 }, () => ({ message: 'wrong' }))),
      name: 'InvalidInputError',
    },
    { case: 'an error of zod, whose message cannot be set', error: zodError, name: 'ZodError' },
    {
      case: 'an error of the platform, whose message cannot be set',
      error: () => new DOMException('x'.repeat(100_000), 'AbortError'),
      name: 'AbortError',
    },
  ])('bounds the message of $case and keeps its name', async ({ error, name }) => {
    const left = await thrown(error());

    expect(left).toMatchObject({ name, message: expect.stringMatching(/…$/) });
    const { message, stack } = left as Error;
    expect(message).toHaveLength(1501);
    expect(stack).toBe(`${name}: ${message}`);
  });

  it('keeps a message whole that is just short enough', async () => {
    expect(await thrown(new Error('x'.repeat(1500)))).toMatchObject({ message: 'x'.repeat(1500) });
  });

  it.each(['text', null, 5])('passes on %j, which is no error, as it is', async (value) => {
    expect(await thrown(value)).toBe(value);
  });
});
