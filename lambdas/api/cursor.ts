/** Lists in pages: a cursor is opaque to clients, and knows which list with which filter it belongs to. */
import { z } from 'zod';
import { ProblemError } from './problem.ts';

/** Query parameters of every list. */
export const pageQuery = {
  limit: z.number().int().min(1).max(100).default(20).describe('Items of a page.'),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,2000}$/, 'must be a cursor as a list gave it')
    .optional()
    .describe('`next` of the page before. It goes with the same list and the same filter only.'),
};

/** A page of a list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({
    items: z.array(item),
    next: z.string().nullable().describe('The cursor of the next page; null at the end.'),
  });
}

export type Filter = Readonly<Record<string, string | undefined>>;

export interface Cursors<T> {
  /** Where the page begins; null: at the beginning. @throws ProblemError 422 when it is a cursor of something else */
  read(cursor: string | undefined, filter?: Filter): T | null;
  /** null at the end of the list. */
  write(position: T | null, filter?: Filter): string | null;
}

/**
 * @param list name of the list
 * @param position what says where a page begins; as strict as can be, for anybody can write a cursor
 */
export function cursorsOf<T>(list: string, position: z.ZodType<T>): Cursors<T> {
  return {
    read(cursor, filter = {}) {
      if (cursor === undefined) return null;
      const content = contentSchema.safeParse(decode(cursor));
      if (!content.success || content.data.list !== list) throw wrong('is no cursor of this list.');
      if (content.data.filter !== filterText(filter)) throw wrong('belongs to the list with another filter.');
      const parsed = position.safeParse(content.data.position);
      if (!parsed.success) throw wrong('is no cursor of this list.');
      return parsed.data;
    },
    write(at, filter = {}) {
      if (at === null) return null;
      const content: z.infer<typeof contentSchema> = { list, filter: filterText(filter), position: at };
      return Buffer.from(JSON.stringify(content), 'utf-8').toString('base64url');
    },
  };
}

const contentSchema = z.strictObject({ list: z.string(), filter: z.string(), position: z.unknown() });

function filterText(filter: Filter): string {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return JSON.stringify(given.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf-8'));
  } catch {
    return null;
  }
}

function wrong(message: string): ProblemError {
  const remedy = 'Give `next` of the page before as it is, with the same filter; leave it out for the first page.';
  return new ProblemError(422, 'invalid_input', { problems: [{ field: 'cursor', message, remedy }] });
}
