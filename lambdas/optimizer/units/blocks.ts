/** Runs of lines that belong together. Lines come without their `\n`; ends are exclusive. */
import { isListItem, isLoneTag } from './kinds.ts';

/** Tags whose content is data: an example, an input, an answer. All other tags hold instructions. */
const DATA_TAG =
  /^\s*<((?:[\w.:-]*[_.:-])?(?:examples?|samples?|demos?|demonstrations?|shots?|inputs?|outputs?|documents?|data|conversation|transcript|dialog(?:ue)?|e?mail|message|ticket|query|question|answer|response|completion|user|assistant)(?:[_.:-]?\d+)?)(?:\s[^<>]*)?>/i;
const TABLE_RULE = /^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/**
 * Tells where the block that begins at a line ends; a line that begins none is a block of one. What was found for a line
 * is remembered: each section that is never closed makes the search go over all lines after it.
 */
export function blockFinder(lines: readonly string[]): (start: number) => number {
  const depths = lines.map(sectionDepth);
  const ends: number[] = [];
  const endOf = (start: number): number => {
    ends[start] ??= plainEnd(lines, start);
    return ends[start];
  };
  const depthOf = (start: number, end: number): number =>
    depths.slice(start, end).reduce((sum, depth) => sum + depth, 0);
  return (start) => {
    const end = endOf(start);
    let depth = depthOf(start, end);
    let longer = end;
    while (depth > 0 && longer < lines.length) {
      const next = endOf(longer);
      depth += depthOf(longer, next);
      longer = next;
    }
    return depth > 0 ? end : longer;
  };
}

/** Mustache sections that a line opens without closing them. */
function sectionDepth(line: string): number {
  let depth = 0;
  for (const [, kind] of line.matchAll(/\{\{([#^/])[^{}]*\}\}/g)) depth += kind === '/' ? -1 : 1;
  return depth;
}

function plainEnd(lines: readonly string[], start: number): number {
  const end = structureEnd(lines, start);
  return isListItem(lineAt(lines, start)) ? itemEnd(lines, start, end) : end;
}

function structureEnd(lines: readonly string[], start: number): number {
  return (
    fenceEnd(lines, start) ??
    tableEnd(lines, start) ??
    dataTagEnd(lines, start) ??
    braceEnd(lines, start) ??
    (/^\s*={3,}\s*$/.test(lineAt(lines, start + 1)) && lineAt(lines, start).trim() !== '' ? start + 2 : start + 1)
  );
}

/** A list item goes on in lines that are indented under it; items among them are units of their own. */
function itemEnd(lines: readonly string[], start: number, afterFirst: number): number {
  const indent = indentOf(lineAt(lines, start));
  let end = afterFirst;
  for (;;) {
    let next = end;
    while (next < lines.length && lineAt(lines, next).trim() === '') next++;
    const line = lineAt(lines, next);
    if (next >= lines.length || indentOf(line) <= indent || isListItem(line) || isLoneTag(line)) return end;
    end = structureEnd(lines, next);
  }
}

function fenceEnd(lines: readonly string[], start: number): number | undefined {
  const fence = /^\s*(`{3,}(?=[^`]*$)|~{3,})/.exec(lineAt(lines, start))?.[1];
  if (fence === undefined) return undefined;
  for (let index = start + 1; index < lines.length; index++) {
    const line = lineAt(lines, index).trim();
    if (line.startsWith(fence) && line === line.charAt(0).repeat(line.length)) return index + 1;
  }
  return undefined;
}

function tableEnd(lines: readonly string[], start: number): number | undefined {
  const isRow = (index: number): boolean => lineAt(lines, index).trimStart().startsWith('|');
  const hasRule = lineAt(lines, start).includes('|') && TABLE_RULE.test(lineAt(lines, start + 1));
  if (!hasRule && !(isRow(start) && isRow(start + 1))) return undefined;
  let end = start + 2;
  while (hasRule ? lineAt(lines, end).includes('|') : isRow(end)) end++;
  return end;
}

function dataTagEnd(lines: readonly string[], start: number): number | undefined {
  const name = DATA_TAG.exec(lineAt(lines, start))?.[1];
  if (name === undefined) return undefined;
  const tag = new RegExp(`<(/?)${name.replaceAll('.', '\\.')}(?:\\s[^<>]*)?>`, 'gi');
  let depth = 0;
  for (let index = start; index < lines.length; index++) {
    for (const [, slash] of lineAt(lines, index).matchAll(tag)) depth += slash === '/' ? -1 : 1;
    if (depth <= 0) return index + 1;
  }
  return undefined;
}

/** From a line that ends in an opening bracket, or begins with one that stays open, to where all are closed. */
function braceEnd(lines: readonly string[], start: number): number | undefined {
  const first = lineAt(lines, start);
  const opens = bracketDepth(first);
  const endsOpen = /[{[]\s*$/.test(first);
  if (!endsOpen && !(opens > 0 && /^\s*(?:\{(?!\{)|\[)/.test(first))) return undefined;
  let depth = Math.max(opens, 1);
  for (let index = start + 1; index < lines.length; index++) {
    depth += bracketDepth(lineAt(lines, index));
    if (depth <= 0) return index + 1;
  }
  return undefined;
}

function bracketDepth(line: string): number {
  const bare = line.replace(/\{\{[^{}]*\}\}|"(?:[^"\\]|\\.)*"/g, '');
  return (bare.match(/[{[]/g)?.length ?? 0) - (bare.match(/[}\]]/g)?.length ?? 0);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function lineAt(lines: readonly string[], index: number): string {
  return lines[index] ?? '';
}
