/** What models wrote, made safe to look at. */

/**
 * Characters that do not show or that change how others show: controls other than tab and newline, bidirectional marks
 * and overrides, zero-width and tag characters, lone surrogates. The zero-width joiner stays, emoji and Persian need it.
 */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what this looks for
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\uFFFE\uFFFF\p{Cs}\u{E0000}-\u{E0FFF}]/gu;

/**
 * Writes each hidden character as its code point, `[U+202E]`, so that a reader sees it and it does nothing: it can
 * neither turn text around (https://trojansource.codes) nor send a sequence to the terminal. A line end `\r\n` is a `\n`.
 */
export function showHidden(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(HIDDEN, (char) => `[U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`);
}

/** Whether `showHidden` writes any character of the text differently. */
export function hasHidden(text: string): boolean {
  return showHidden(text) !== text;
}

/** The first `limit` UTF-16 units, never half a character, and how many units were left out. */
export function clip(text: string, limit: number): { text: string; omitted: number } {
  if (text.length <= limit) return { text, omitted: 0 };
  const last = text.charCodeAt(limit - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit;
  return { text: text.slice(0, end), omitted: text.length - end };
}
