/** Text as it is compared: one Unicode form, and one case where case does not count. */
export function fold(text: string, settings: { ignoreCase?: boolean }): string {
  const normal = text.normalize('NFC');
  return settings.ignoreCase === true ? normal.toLowerCase() : normal;
}
