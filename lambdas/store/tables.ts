/** The tables of the project, once: CDK creates them on AWS, `local/` on one machine. */

export interface TableSchema {
  /** Variable that carries the table's name to the functions. */
  readonly env: string;
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** Indexes with all attributes, by name. An item that lacks one of the two keys is not in it. */
  readonly indexes?: Readonly<Record<string, { readonly partitionKey: string; readonly sortKey: string }>>;
}

export const tables = {
  /** Run records, reflections, outcomes, ledgers and events of a run, by run id and kind. */
  runs: {
    env: 'RUNS_TABLE',
    partitionKey: 'runId',
    sortKey: 'recordId',
    // Run records alone have these attributes: the lists of runs, newest last.
    indexes: {
      byTask: { partitionKey: 'taskName', sortKey: 'createdAt' },
      byKind: { partitionKey: 'kind', sortKey: 'createdAt' },
    },
  },
  /** Rollouts of train and validation, by content key. */
  rollouts: { env: 'ROLLOUTS_TABLE', partitionKey: 'rolloutKey' },
  /** Rollouts of sealed test sets, and the calls of a synthesis: what may become one. No step of a search may touch it. */
  sealedRollouts: { env: 'SEALED_ROLLOUTS_TABLE', partitionKey: 'rolloutKey' },
  /** Stored tasks, datasets, champions and places of the queue: what outlives runs (`contracts/catalog.ts`). */
  catalog: { env: 'CATALOG_TABLE', partitionKey: 'collection', sortKey: 'entry' },
} as const satisfies Record<string, TableSchema>;

export type TableName = keyof typeof tables;

/** Variables that carry the buckets' names. */
export const buckets = {
  /** `runs/<run id>/…` (contexts, archives, reports) and `uploads/…` (datasets that a user or a synthesis put there). */
  data: { env: 'DATA_BUCKET' },
  /** `runs/<run id>/test.json`, `uploads/…` and `incoming/…` of test sets, `synthesis/<run id>/…`. No step of a search may read it. */
  sealed: { env: 'SEALED_BUCKET' },
} as const;

export type BucketName = keyof typeof buckets;
