/** What a line or a unit is, told from its own text. */

const LIST_ITEM = /^\s*(?:(?:[-*+•‣◦▪–]|\(?\d{1,3}[.)]|\(?[a-zA-Z]\))(?:\s|$)|\d{1,3}、)/;
const HEADING = /^\s*#{1,6}\s/;
const LONE_TAG = /^\s*<\/?[A-Za-z][\w:.-]*(?:\s[^<>\n]*)?>\s*$/;
const TAG_PAIR = /^\s*<([A-Za-z][\w:.-]*)(?:\s[^<>]*)?>.*<\/\1>\s*$/s;
/** After one of these, the next sentence follows without a space, if it begins with a letter or an opening bracket. */
const WIDE_END = /[。！？｡]$/;
const WIDE_START = /^[\p{L}\p{N}「『“（《【{]/u;

export function isListItem(line: string): boolean {
  return LIST_ITEM.test(line);
}

/** An opening or a closing tag with nothing else in its line. */
export function isLoneTag(line: string): boolean {
  return LONE_TAG.test(line);
}

export function listMarkerOf(text: string): string {
  return LIST_ITEM.exec(text)?.[0] ?? '';
}

/** Whether a unit has its lines to itself: list items, headings, tables, tags, fences and whatever spans lines. */
export function isBlock(text: string): boolean {
  return (
    text.includes('\n') ||
    LIST_ITEM.test(text) ||
    HEADING.test(text) ||
    LONE_TAG.test(text) ||
    TAG_PAIR.test(text) ||
    /^\s*(?:\||```|~~~)/.test(text)
  );
}

/** Whether the second text must begin on a new line: it or the first is a block, or it is indented. */
export function mustBreak(first: string, second: string): boolean {
  return isBlock(first) || isBlock(second) || /^\s/.test(second);
}

/** Whether the second text may follow the first with nothing between them, as Chinese and Japanese sentences do. */
export function mayTouch(first: string, second: string): boolean {
  return WIDE_END.test(first) && WIDE_START.test(second) && !mustBreak(first, second);
}
