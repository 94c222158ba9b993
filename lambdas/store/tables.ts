/** The tables of the project, once: CDK creates them on AWS, `local/` on one machine. */

export interface TableSchema {
  /** Variable that carries the table's name to the functions. */
  readonly env: string;
  readonly partitionKey: string;
  readonly sortKey?: string;
}

export const tables = {
  /** Run records, reflections, outcomes and ledgers of a run, by run id and kind. */
  runs: { env: 'RUNS_TABLE', partitionKey: 'runId', sortKey: 'recordId' },
  /** Rollouts of train and validation, by content key. */
  rollouts: { env: 'ROLLOUTS_TABLE', partitionKey: 'rolloutKey' },
  /** Rollouts of sealed test sets, and the calls of a synthesis: what may become one. No step of a search may touch it. */
  sealedRollouts: { env: 'SEALED_ROLLOUTS_TABLE', partitionKey: 'rolloutKey' },
} as const satisfies Record<string, TableSchema>;

export type TableName = keyof typeof tables;

/** Variables that carry the buckets' names. */
export const buckets = {
  /** `runs/<run id>/…` (contexts, archives, reports) and `uploads/…` (datasets that a user or a synthesis put there). */
  data: { env: 'DATA_BUCKET' },
  /** `runs/<run id>/test.json`, `uploads/…` of test sets, `synthesis/<run id>/…`. No step of a search may read it. */
  sealed: { env: 'SEALED_BUCKET' },
} as const;

export type BucketName = keyof typeof buckets;
