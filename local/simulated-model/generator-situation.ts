/** What a situation of a customer is made of. */

export type ThingKind = 'furniture' | 'appliance' | 'glass' | 'light' | 'garden' | 'cloth';

export type Situation = Readonly<{
  topic: string;
  /** Things that it is about; default: any. */
  about?: ThingKind;
  /** Sentences that tell it. */
  told: readonly string[];
  /** The same in a few words. */
  brief: readonly string[];
}>;

/** By the id of the matter (`customer-matters.ts`). */
export type Situations = Readonly<Record<string, readonly Situation[]>>;
