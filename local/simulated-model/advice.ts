/** What one piece of advice is about, and its ways of being said. `{label}` stands for the value as the prompt writes it. */
export type Advice = Readonly<{
  /** Which field or label the advice is about: all of these must be found in its name. */
  about: RegExp;
  /** The value it is about; absent for flags and single labels. */
  value?: RegExp;
  /** For when the value was missed. */
  missed: readonly string[];
  /** For when the value was given without reason. */
  overused: readonly string[];
  /** Reads well, says little. */
  vague: readonly string[];
  /** Plausible, and wrong for most data. */
  wrong: readonly string[];
  /** How to speak of `{words}` that failing messages share; default: as a rule about `{label}`. */
  shared?: string;
}>;
