/**
 * Texts that must not leave a prompt: what stands for the input, what says the answer's form, what the task keeps, and
 * tags whose other side would be left alone. The wordings are English with some Chinese and Japanese; what they miss is
 * still tried in fair measurement, so a miss costs rollouts and no correctness.
 */
import { isLoneTag } from './kinds.ts';

const STYLE =
  '(?:\\s+(?:\\S+\\s+){0,3}(?:tone|manner|empathy|care|kindness|patience|way|style|voice|respect|words of comfort)\\b)';

const ANSWER_FORM: readonly RegExp[] = [
  // Said of the answer and a data format in one breath.
  /\b(?:answer|respond|reply|return|output|produce|write|give|provide|emit|generate|print|format|schema|object|array|valid|keys?|fields?|following|only)\b[^.]*\b(?:json|xml|yaml|csv)\b/i,
  /\b(?:json|xml|yaml|csv)\b[^.]*\b(?:answer|response|reply|output|format|schema|object|array|keys?|fields?|only)\b/i,
  // "Respond with one word", "Reply in German", but not "Respond with empathy".
  new RegExp(`\\b(?:answer|respond|reply)\\s+(?:only|just|exactly|strictly|with|in|using|as)\\b(?!${STYLE})`, 'i'),
  /\boutput\s+(?:only|just|exactly|strictly|with|in|using|as|a|an|the|one|your|nothing|either)\b/i,
  /(?:^|[.:;,!]\s+|\b(?:and|then|must|should|always|please)\s+)return\s+(?:only|just|exactly|a|an|the|one|your|valid|nothing|either|all|`|"|'|“|\{|\[)/i,
  /(?:^\W*|\b(?:must|please|always)\s+)(?:answer|respond|reply)(?:\s+(?:with|either))?:?\s+["'“`]?(?:yes|no|true|false)\b/i,
  // What it consists of.
  /\b(?:output|response|answer|reply|return)\s+(?:format|schema|structure|template|keys?|fields?|label)\b/i,
  /\bformat(?:ted)?\s+(?:of\s+)?(?:(?:the|your|each|every|all)\s+)?(?:final\s+)?(?:answer|output|response|reply|result)s?\b/i,
  /\b(?:answer|output|response|reply|result)s?\s+(?:must|should|has to|have to|is|are)\s+(?:be\s+)?(?:only|exactly|one|a single|formatted|in|valid|just|either|of the form|an?\s+(?:json|number|word|label|list|integer|letter))\b/i,
  /\b(?:this|these|following|exact|given|same)\s+(?:\w+\s+)?(?:format|schema|template|json|keys|fields)\b/i,
  /\b(?:only|just|exactly|nothing but)\s+(?:(?:the|one|a|an|this|its|your)\s+)?(?:(?:single|final|chosen|matching)\s+)?(?:labels?|words?|numbers?|letters?|categor(?:y|ies)|code|digits?|yes or no|integer|name of the \w+)\b/i,
  /\b(?:label|word|number|letter|category|name|code|answer|json|object)\s+(?:alone|only|and nothing else)\b/i,
  /\bnothing else\b|\bno (?:preamble|commentary|explanations?|(?:other|extra|additional|surrounding) (?:text|words|keys|fields))\b/i,
  /\bwithout (?:any )?(?:preamble|commentary|explanations?|(?:other|extra|additional|surrounding) (?:text|words))\b/i,
  /\bone of(?: the)?(?: following| these)?(?: \w+){0,3}\s*:/i,
  /\bfinal answer\b|\\boxed|####|\bon (?:the|its|a) (?:last|first|final|own|separate|single) line\b/i,
  /\b(?:put|wrap|enclose|place|inside|between)\b.*<\/?[A-Za-z][\w-]*>/i,
  /^\W*(?:answer|output|response|label|category|result|json)\W*:\W*$/i,
  /(?:输出|回答|返回|回复|答案)格式|(?:只|仅)(?:需)?(?:输出|返回|回答|回复)|形式で(?:答|回答|出力|返)|のみ(?:を)?(?:出力|回答|返)/,
];

/** A fenced block, or one with keys as in JSON or with brackets at the ends of its lines. */
const CODE = /^\s*(?:```|~~~)|\n\s*(?:```|~~~)|["'][\w -]+["']\s*:\s*\S|[{[][^\S\n]*\r?\n[\s\S]*[}\]]/;

/** Whether a text may not be taken out of the prompt. `keep`: the task's texts that stay. */
export function isProtected(text: string, keep: readonly string[]): boolean {
  return (
    placeholdersIn(text).length > 0 ||
    keep.some((kept) => text.includes(kept)) ||
    CODE.test(text) ||
    isSideOfTag(text) ||
    ANSWER_FORM.some((pattern) => pattern.test(text))
  );
}

/** Mustache tags of a text, each once, without the spaces in them. */
export function placeholdersIn(text: string): string[] {
  return [...new Set((text.match(/\{\{[\s\S]*?\}\}/g) ?? []).map((tag) => tag.replace(/\s+/g, '')))];
}

/** `{{a}}` where the first text has it and the second one has not. */
export function losesPlaceholder(before: string, after: string): boolean {
  const left = new Set(placeholdersIn(after));
  return placeholdersIn(before).some((placeholder) => !left.has(placeholder));
}

/** An opening or closing tag without its other side: alone in its line, at the text's beginning, or closing anywhere. */
function isSideOfTag(text: string): boolean {
  if (isLoneTag(text) && !/\/>\s*$/.test(text)) return true;
  const opened = /^\s*<([A-Za-z][\w:.-]*)(?:\s[^<>]*)?>/.exec(text)?.[1];
  if (opened !== undefined && !text.includes(`</${opened}>`)) return true;
  return [...text.matchAll(/<\/([A-Za-z][\w:.-]*)>/g)].some(([, name = '']) => !text.includes(`<${name}`));
}
