/** A request's parts by their schemas. What is wrong is told all at once, part by part. */
import type { HonoRequest } from 'hono';
import { z } from 'zod';
import type { InputProblem } from '../contracts/errors.ts';
import { describeIssues, nearest } from '../contracts/issues.ts';
import { parseJsonBody } from './json-body.ts';
import { ProblemError } from './problem.ts';

/** @throws ProblemError 400 naming the parameter */
export function readParams<S extends z.ZodObject>(schema: S, request: HonoRequest): z.output<S> {
  return check(schema, request.param());
}

/** Numbers and truth values are read from their text. @throws ProblemError 400 for unknown and repeated ones too */
export function readQuery<S extends z.ZodObject>(schema: S, request: HonoRequest): z.output<S> {
  const known = Object.keys(schema.shape);
  const given: Record<string, unknown> = {};
  const problems: InputProblem[] = [];
  for (const [name, text] of new URL(request.url).searchParams) {
    if (!known.includes(name)) {
      const names = known.length === 0 ? 'This operation has none.' : `Known here: ${known.join(', ')}.`;
      problems.push({
        field: name,
        message: 'is not a known query parameter.',
        remedy: nearest(name.slice(0, 100), known) ?? names,
      });
    } else if (Object.hasOwn(given, name)) {
      problems.push({ field: name, message: 'is given more than once.', remedy: 'Give it once.' });
    } else {
      given[name] = readText(schema.shape[name], text);
    }
  }
  if (problems.length > 0) throw new ProblemError(400, 'invalid_input', { problems });
  return check(schema, given);
}

/** Only the headers that the schema names. @throws ProblemError 400 naming the header */
export function readHeaders<S extends z.ZodObject>(schema: S, request: HonoRequest): z.output<S> {
  const given = Object.keys(schema.shape).flatMap((name) => {
    const value = request.header(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return check(schema, Object.fromEntries(given));
}

/**
 * The body by its content type; of an operation that takes none, nothing is read.
 * @throws ProblemError 400 when it is not what its content type says or its schema asks for, 415 for another type
 */
export async function readBody(
  bodies: Readonly<Record<string, z.ZodType | 'text'>>,
  request: HonoRequest,
): Promise<{ contentType?: string; body?: unknown }> {
  const types = Object.keys(bodies);
  const [first] = types;
  if (first === undefined) return {};
  const bytes = new Uint8Array(await request.arrayBuffer());
  const { type, charset } = mediaType(request.header('content-type'));
  const optional = types.find((name) => bodies[name] !== 'text' && bodies[name]?.safeParse(undefined).success);
  if (bytes.length === 0 && optional !== undefined)
    return { contentType: optional, body: checkBody(bodies[optional], undefined) };
  const schema = Object.hasOwn(bodies, type) ? bodies[type] : undefined;
  if (schema === undefined || (charset !== null && charset !== 'utf-8')) {
    throw new ProblemError(415, 'unsupported_media_type', {
      field: 'Content-Type',
      detail:
        type === '' ? 'The body has no content type.' : 'The body is of another content type than those read here.',
      remedy: `Send ${types.join(' or ')}, in UTF-8.`,
    });
  }
  const text = decode(bytes);
  return { contentType: type, body: schema === 'text' ? text : checkBody(schema, parseJsonBody(text)) };
}

function checkBody(schema: z.ZodType | 'text' | undefined, value: unknown): unknown {
  return schema instanceof z.ZodType ? check(schema, value) : value;
}

/** @throws ProblemError 400, or 422 when all that is wrong is what no schema can say */
function check<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  let parsed: z.ZodSafeParseResult<z.output<S>>;
  try {
    parsed = schema.safeParse(value);
  } catch (error) {
    // zod goes down a value by calling itself.
    if (!(error instanceof RangeError)) throw error;
    const problem = { field: 'body', message: 'is nested too deeply.', remedy: 'Send flatter JSON.' };
    throw new ProblemError(400, 'invalid_input', { problems: [problem] });
  }
  if (parsed.success) return parsed.data;
  const problems = describeIssues(parsed.error, value, schema).map(({ path, problem }) => ({
    ...problem,
    field: path.length === 0 ? 'body' : problem.field,
  }));
  const isOfContent = parsed.error.issues.every(({ code }) => code === 'custom');
  throw new ProblemError(isOfContent ? 422 : 400, 'invalid_input', { problems });
}

/** Query parameters are texts; those whose schema is of numbers or truth values are read as such where they can be. */
function readText(schema: unknown, text: string): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return readText(schema.unwrap(), text);
  }
  if (schema instanceof z.ZodNumber && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  if (schema instanceof z.ZodBoolean && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function mediaType(header = ''): { type: string; charset: string | null } {
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((one) => one.startsWith('charset='))?.slice('charset='.length);
  return { type, charset: charset === undefined ? null : charset.replaceAll('"', '').replace(/^utf8$/, 'utf-8') };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const problem = { field: 'body', message: 'is not UTF-8.', remedy: 'Save the file as UTF-8.' };
    throw new ProblemError(400, 'invalid_input', { problems: [problem] });
  }
}
