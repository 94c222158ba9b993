/** A task's data as it was given, before anything was checked. */
import type { Example } from '../contracts/dataset.ts';

/** One split as it was given. `file` and `lineOf` are for messages only. */
export interface GivenSplit {
  readonly file?: string | undefined;
  readonly examples: readonly Example[];
  readonly lineOf?: ((id: string) => number | undefined) | undefined;
}

export type GivenSplits = { readonly train: GivenSplit; readonly test: GivenSplit } & {
  readonly [name in 'validation' | 'golden']?: GivenSplit | undefined;
};
