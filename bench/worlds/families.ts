/** The families: each a few settings of the same simulated world. What each is for stands beside it. */

export interface FamilySettings {
  /** Kinds of examples whose rule the prompt lacks. */
  readonly kinds: number;
  /** Share of examples that are answered rightly without their rule. */
  readonly luck: number;
  /** Whether examples of a kind have words in common; otherwise nothing visible tells the kinds apart. */
  readonly sharedWords: boolean;
  /** Shares of the reflection model's ideas; the rest is useful. */
  readonly ideas: { readonly useless: number; readonly harmful: number; readonly memorising: number };
  /** What a reply does to the old lines: nothing, says some of them in other words, or says all of them in other words. */
  readonly style: 'adds' | 'rewords' | 'rewrites';
  /** The seed has a line that makes a quarter of the answers wrong. */
  readonly defect: boolean;
  /** No idea is useful: the best prompt is the seed. */
  readonly hopeless: boolean;
  /** Pairs of kinds with rules that help only together, and pairs that help alone and hurt together. */
  readonly interacting: boolean;
  /** A form that half of the answers miss unless the prompt asks for it, and one that the seed asks for and must keep. */
  readonly form: boolean;
  /** Scores are shares of fields, not right or wrong. */
  readonly graded: boolean;
  /** Share of scores that are turned around by chance, draw by draw. */
  readonly judgeNoise: number;
  readonly components: 1 | 2;
  /** Share of examples that repeat another one, and share whose expected answer is wrong. */
  readonly duplicates: number;
  readonly contradictory: number;
}

const additive: FamilySettings = {
  kinds: 12,
  luck: 0.35,
  sharedWords: true,
  ideas: { useless: 0.22, harmful: 0.13, memorising: 0.1 },
  style: 'adds',
  defect: false,
  hopeless: false,
  interacting: false,
  form: false,
  graded: false,
  judgeNoise: 0,
  components: 1,
  duplicates: 0,
  contradictory: 0,
};

export const families = {
  /** Each kind of example needs one rule; examples of a kind share rare words. */
  additive,
  /** The same, but no word tells which examples a rule is for. */
  hidden: { ...additive, sharedWords: false },
  /** Replies say some of the old lines in other words, for better or worse. */
  rewording: { ...additive, style: 'rewords' },
  /** Replies say everything in other words: lines cannot be told apart. */
  rewriting: { ...additive, style: 'rewrites' },
  /** A line of the user's own prompt does harm. */
  defect: { ...additive, defect: true },
  /** Nothing can help. */
  null: { ...additive, hopeless: true },
  interacting: { ...additive, interacting: true },
  form: { ...additive, kinds: 9, form: true },
  graded: { ...additive, graded: true },
  noisy: { ...additive, judgeNoise: 0.2 },
  components: { ...additive, components: 2 },
  duplicates: { ...additive, duplicates: 0.15, contradictory: 0.08 },
} satisfies Record<string, FamilySettings>;

export type Family = keyof typeof families;
export const familyNames = Object.keys(families) as Family[];

/** Families in which each rule helps by itself and rules add up: what the acceptance calls additive. */
export const additiveFamilies: readonly Family[] = ['additive', 'hidden', 'rewording', 'graded', 'components'];
