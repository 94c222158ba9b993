/** A YAML text with some of its fields changed, and every other character as it was. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { Document, isMap, isNode, isScalar, type Pair, parse } from 'yaml';

/**
 * @param text what the document was parsed from
 * @param document with the fields as they are to be
 * @param fields those that were changed, at the top
 */
export function editedText(text: string, document: Document, fields: readonly string[]): string {
  const spliced = splice(text, document, new Set(fields));
  // A form that the splicing does not know is written as the library writes it.
  return spliced !== null && isDeepStrictEqual(parsed(spliced), document.toJS())
    ? spliced
    : document.toString({ lineWidth: 0 });
}

function splice(text: string, { contents }: Document, fields: ReadonlySet<string>): string | null {
  if (!isMap(contents)) return null;
  let edited = text;
  // From the end, so that the places before stay where they are.
  for (const pair of [...contents.items].reverse()) {
    const { key, value } = pair;
    const name = String(isScalar(key) ? key.value : key);
    if (!fields.has(name)) continue;
    const from = isNode(key) ? key.range?.[0] : undefined;
    const to = isNode(value) ? value.range?.[1] : undefined;
    const written = alone(name, pair);
    if (from === undefined || to === undefined) {
      edited = `${edited}${edited.endsWith('\n') ? '' : '\n'}${written}`;
      continue;
    }
    const hadLineEnd = text.slice(from, to).endsWith('\n');
    edited = edited.slice(0, from) + (hadLineEnd ? written : written.trimEnd()) + edited.slice(to);
  }
  return edited;
}

/** One field as YAML, without the comment that follows it: that stays in the text. */
function alone(name: string, { value }: Pair): string {
  const own = isNode(value) ? value.clone() : value;
  if (isNode(own)) own.comment = null;
  const isFolded = isScalar(own) && own.type === 'BLOCK_FOLDED';
  return new Document({ [name]: own }).toString({ lineWidth: isFolded ? FOLD_AT : 0 });
}

/** Characters of a line of a folded text. */
const FOLD_AT = 100;

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
