/** The protocol of Step Functions and EventBridge: the operation in `X-Amz-Target`, JSON both ways. */
import { z } from 'zod';
import { AwsError, invalid } from './aws-error.ts';

/** Answers one operation. @throws AwsError */
export type AwsJsonOperation = (body: unknown) => unknown;

/** Operations by service (the first part of `X-Amz-Target`) and name. */
export type AwsJsonServices = Readonly<Record<string, Readonly<Record<string, AwsJsonOperation>>>>;

/** An operation whose request is checked first. */
export function operation<S extends z.ZodType>(schema: S, answer: (request: z.output<S>) => unknown): AwsJsonOperation {
  return (body) => {
    const request = schema.safeParse(body);
    if (!request.success) throw invalid(z.prettifyError(request.error));
    return answer(request.data);
  };
}

/** @throws AwsError */
export function callAwsJson(services: AwsJsonServices, target: string, text: string): unknown {
  const [service = '', name = ''] = target.split('.');
  const operations = Object.hasOwn(services, service) ? services[service] : undefined;
  const operation = operations !== undefined && Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined) throw new AwsError('UnknownOperationException', `${target} is not done on one machine.`);
  return operation(parsed(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch (error) {
    throw new AwsError('SerializationException', error instanceof Error ? error.message : String(error));
  }
}
