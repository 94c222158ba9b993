/** Texts as evals compare them. */
import type { Example, Json } from '../contracts/dataset.ts';
import { wantedOf, wantedPlace } from './scorer.ts';

/**
 * One Unicode form, and one case where case does not count: the upper case of the lower case, so that ß is SS and a Greek
 * word ends alike everywhere.
 */
export function fold(text: string, settings: { ignoreCase?: boolean }): string {
  return (settings.ignoreCase === true ? text.toLowerCase().toUpperCase() : text).normalize('NFC');
}

interface TextsSettings {
  readonly value?: Json | undefined;
  readonly path?: string | undefined;
}

/** The texts that an eval looks for; none where the example has no list of texts. */
export function textsOf(settings: TextsSettings, example: Example): string[] {
  const wanted = wantedOf(settings, example);
  if (!Array.isArray(wanted)) return [];
  return wanted.flatMap((one) => (typeof one === 'string' && one !== '' ? [one] : []));
}

/** What an example lacks for an eval that looks for a list of texts. */
export function missingTexts(settings: TextsSettings, example: Example): string | null {
  const wanted = wantedOf(settings, example);
  return Array.isArray(wanted) && wanted.length > 0 && textsOf(settings, example).length === wanted.length
    ? null
    : `needs \`value\` in the eval or a list of texts as ${wantedPlace(settings)}`;
}

/** Words: runs of letters and digits of any script, in lower case. */
export function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .normalize('NFC')
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  );
}
