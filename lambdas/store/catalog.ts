/**
 * The catalog's items (`contracts/catalog.ts`): single items, and logs of versions that are only ever added to. Adding
 * is one conditional write under the next number, so of two at once one wins and nothing is half done (DESIGN §9: no
 * transactions).
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { z } from 'zod';
import { requireEnv } from '../platform/env.ts';
import { documentClient } from './clients.ts';
import { tables } from './tables.ts';

const tableName = () => requireEnv(tables.catalog.env);

/** The item; null when there is none. */
export async function getEntry<T>(collection: string, entry: string, schema: z.ZodType<T>): Promise<T | null> {
  const { Item } = await documentClient().send(
    new GetCommand({ TableName: tableName(), Key: { collection, entry }, ConsistentRead: true }),
  );
  return Item === undefined ? null : schema.parse(Item.value);
}

/** Writes the item, whatever was there. */
export async function putEntry(collection: string, entry: string, value: object): Promise<void> {
  await documentClient().send(new PutCommand({ TableName: tableName(), Item: { collection, entry, value } }));
}

/** Writes the item unless there is one. Gives whether it was written. */
export function addEntry(collection: string, entry: string, value: object): Promise<boolean> {
  return putIf(
    collection,
    entry,
    value,
    { ConditionExpression: 'attribute_not_exists(#entry)' },
    { '#entry': 'entry' },
  );
}

/** Writes the item if a field of the one that is there has this value. Gives whether it was written. */
export function replaceEntry(
  collection: string,
  entry: string,
  value: object,
  field: string,
  expected: string | number | null,
): Promise<boolean> {
  return putIf(
    collection,
    entry,
    value,
    { ConditionExpression: '#value.#field = :expected', ExpressionAttributeValues: { ':expected': expected } },
    { '#value': 'value', '#field': field },
  );
}

/** Takes the item out if a field of it has this value; no matter if it is gone already. */
export async function removeEntry(collection: string, entry: string, field: string, expected: string): Promise<void> {
  try {
    await documentClient().send(
      new DeleteCommand({
        TableName: tableName(),
        Key: { collection, entry },
        ConditionExpression: '#value.#field = :expected',
        ExpressionAttributeNames: { '#value': 'value', '#field': field },
        ExpressionAttributeValues: { ':expected': expected },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

async function putIf(
  collection: string,
  entry: string,
  value: object,
  condition: { ConditionExpression: string; ExpressionAttributeValues?: Record<string, unknown> },
  names: Record<string, string>,
): Promise<boolean> {
  try {
    await documentClient().send(
      new PutCommand({
        TableName: tableName(),
        Item: { collection, entry, value },
        ...condition,
        ExpressionAttributeNames: names,
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

export interface EntryPage<T> {
  readonly items: T[];
  /** The entry after which the next page begins; null at the end. */
  readonly next: string | null;
}

/**
 * A page of a collection's items whose entry begins with `prefix`, in the order of entries.
 * @param after the entry after which it begins
 */
export async function listEntries<T>(
  collection: string,
  schema: z.ZodType<T>,
  {
    prefix = '',
    after = null,
    limit = 100,
    newestFirst = false,
  }: { prefix?: string; after?: string | null; limit?: number; newestFirst?: boolean } = {},
): Promise<EntryPage<T>> {
  const { Items = [], LastEvaluatedKey } = await documentClient().send(
    new QueryCommand({
      TableName: tableName(),
      KeyConditionExpression: prefix === '' ? '#c = :c' : '#c = :c AND begins_with(#e, :prefix)',
      ExpressionAttributeNames: { '#c': 'collection', ...(prefix === '' ? {} : { '#e': 'entry' }) },
      ExpressionAttributeValues: { ':c': collection, ...(prefix === '' ? {} : { ':prefix': prefix }) },
      ConsistentRead: true,
      ScanIndexForward: !newestFirst,
      Limit: limit,
      ...(after === null ? {} : { ExclusiveStartKey: { collection, entry: after } }),
    }),
  );
  const last = LastEvaluatedKey?.entry;
  return { items: Items.map(({ value }) => schema.parse(value)), next: typeof last === 'string' ? last : null };
}

const VERSION = 'version#';
/** Digits of a version's number, so that entries sort as numbers do. */
const DIGITS = 8;

export function versionEntry(version: number): string {
  return `${VERSION}${String(version).padStart(DIGITS, '0')}`;
}

/** A page to be read: the entry after which it begins, and its size. */
export interface PageRequest {
  readonly after?: string | null;
  readonly limit?: number;
}

/** A log of versions, by the name of what they are versions of. */
export interface VersionLog<T> {
  /** A version, the newest when none is named; null when there is none. */
  load(name: string, version?: number): Promise<T | null>;
  /** Adds a version under its number. Gives false when somebody else has added that number first. */
  add(name: string, value: T): Promise<boolean>;
  /** A page of versions, newest first. */
  list(name: string, page: PageRequest): Promise<EntryPage<T>>;
}

/** @param collection where the versions of a name are */
export function versionLog<T extends { readonly version: number }>(
  collection: (name: string) => string,
  schema: z.ZodType<T>,
): VersionLog<T> {
  return {
    async load(name, version) {
      if (version !== undefined) return getEntry(collection(name), versionEntry(version), schema);
      const newest = { prefix: VERSION, limit: 1, newestFirst: true };
      return (await listEntries(collection(name), schema, newest)).items[0] ?? null;
    },
    add: (name, value) => addEntry(collection(name), versionEntry(value.version), value),
    list: (name, page) => listEntries(collection(name), schema, { ...page, prefix: VERSION, newestFirst: true }),
  };
}
