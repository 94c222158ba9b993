/** Finds out which answer a request asks for: from its JSON Schema, or from what the prompt says. */

/** One thing to decide: one of several values, or whether a flag is set. `path` is its place in a JSON answer. */
export type Decision = Readonly<{
  path: readonly string[];
  kind: 'choice' | 'flag' | 'text';
  values: readonly string[];
}>;

export type AnswerShape = Readonly<{ form: 'json' | 'label'; decisions: readonly Decision[] }>;

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Decisions of a JSON Schema (`response_format` of type `json_schema`). */
export function shapeOfSchema(schema: unknown, path: readonly string[] = []): Decision[] {
  if (!isObject(schema)) return [];
  const choices = Array.isArray(schema.enum) ? schema.enum.filter((value) => typeof value === 'string') : [];
  if (choices.length > 0) return [{ path, kind: 'choice', values: choices }];
  if (isObject(schema.properties)) {
    return Object.entries(schema.properties).flatMap(([key, value]) => shapeOfSchema(value, [...path, key]));
  }
  if (path.length === 0) return [];
  return [{ path, kind: schema.type === 'boolean' ? 'flag' : 'text', values: [] }];
}

/** Where a JSON sample of the prompt begins and ends (end exclusive). */
function sampleBlock(text: string): readonly [number, number] | null {
  for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
    let depth = 0;
    for (let i = start; i < text.length; i += 1) {
      if (text[i] === '{') depth += 1;
      if (text[i] === '}') depth -= 1;
      if (depth === 0) {
        if (/["']\s*:/.test(text.slice(start, i))) return [start, i + 1];
        break;
      }
    }
  }
  return null;
}

const LIST_SEPARATOR = /\s*(?:\||\/|,?\s+or\s+|,?\s+and\s+|,)\s*/;

/** `"a" | "b"`, `a, b or c`, ``one of `a`, `b` `` as a list. */
function listOf(text: string): string[] {
  return text
    .replace(/\b(?:one of|either|exactly|the following|string|enum)\b:?/gi, '')
    .split(LIST_SEPARATOR)
    .map((entry) => entry.replace(/["'`*()[\]<>.\s]+/g, ' ').trim())
    .filter((entry) => /^[A-Za-z][\w-]*$/.test(entry));
}

/** Reads a JSON sample leniently: `{"urgency": "low|high", "flags": {"a": true/false}}`. */
function shapeOfSample(block: string): Decision[] {
  const decisions: Decision[] = [];
  const path: string[] = [];
  const key = /["']([\w-]+)["']\s*:\s*([^{},\n"']*(?:(?:"[^"\n]*"|'[^'\n]*')[^{},\n"']*)*)/y;
  for (let i = 1; i < block.length; ) {
    key.lastIndex = i;
    const match = key.exec(block);
    if (!match) {
      if (block[i] === '}') path.pop();
      i += 1;
      continue;
    }
    i = key.lastIndex;
    const name = match[1] ?? '';
    if (block[i] === '{') {
      path.push(name);
      i += 1;
      continue;
    }
    const value = match[2] ?? '';
    const values = listOf(value);
    const isFlag = /\b(?:true|false|bool(?:ean)?)\b/i.test(value);
    decisions.push({
      path: [...path, name],
      kind: isFlag ? 'flag' : values.length > 1 ? 'choice' : 'text',
      values: isFlag ? [] : values,
    });
  }
  return decisions;
}

const KEYED_CHOICE =
  /["'`*]*\b([A-Za-z_][\w-]*)["'`*]*\s*(?::|=|-|–|—|\bas\b|\bis\b|\()?\s*(?:must be |is |as )?(?:exactly )?(?:one of|either)\b:?([^\n;]*)/i;
const FLAG_LIST = /\b(?:true|false|boolean)/i;

/** Decisions that the prose of a prompt names: `- "urgency": one of high, medium, low`. */
function shapeOfProse(text: string): Decision[] {
  const decisions: Decision[] = [];
  const lines = text.split('\n');
  lines.forEach((line, at) => {
    const key = /^\s*(?:[-*•]|\d+[.)])?\s*["'`*]+([A-Za-z_][\w-]*)["'`*]+/.exec(line)?.[1];
    if (key && FLAG_LIST.test(line)) {
      const following = lines.slice(at + 1, at + 40);
      const end = following.findIndex((next) => !/^\s*(?:[-*•]|\d+[.)])\s/.test(next));
      const bulleted = following.slice(0, end < 0 ? following.length : end).join('\n');
      const names = [
        ...`${line.slice(line.indexOf(key) + key.length)}\n${bulleted}`.matchAll(/\b[a-z]+(?:_[a-z]+)+\b/g),
      ];
      for (const name of new Set(names.map((match) => match[0]))) {
        decisions.push({ path: [key, name], kind: 'flag', values: [] });
      }
      return;
    }
    const choice = KEYED_CHOICE.exec(line);
    const values = listOf(choice?.[2] ?? '');
    if (choice?.[1] && values.length > 1 && !decisions.some((known) => known.path[0] === choice[1])) {
      decisions.push({ path: [choice[1]], kind: 'choice', values });
    }
  });
  return decisions;
}

/** Labels of a prompt that wants one word: `one of: a, b, c`, or bullets `- a: …`. */
function labelsOf(text: string): string[] {
  const list =
    /(?:\bone of\b[^:\n,]*:?|\b(?:labels?|categories|classes|topics|queues|tags)\b[^:\n,]*:|\b(?:as|either|into)\b:?)\s*((?:["'`*]*[A-Za-z][\w-]*["'`*]*(?:\s*[,|/]\s*|,?\s+(?:or|and)\s+))+["'`*]*[A-Za-z][\w-]*["'`*]*)/i.exec(
      text,
    );
  const values = listOf(list?.[1] ?? '');
  if (values.length > 1) return values;
  const bullets = [...text.matchAll(/^\s*(?:[-*•]|\d+[.)])\s*["'`*]*([A-Za-z][\w-]*)["'`*]*\s*(?=:|–|—|-\s|$)/gm)];
  const heads = bullets.map((match) => match[1] ?? '').filter((head) => head !== '');
  return heads.length > 1 ? [...new Set(heads)] : [];
}

/** The wanted answer, and the prompt without the sample that shows its form. */
export function findShape(prompt: string, schema: unknown): { shape: AnswerShape; rest: string } {
  const block = sampleBlock(prompt);
  const rest = block ? `${prompt.slice(0, block[0])}\n${prompt.slice(block[1])}` : prompt;
  const fromSchema = shapeOfSchema(schema);
  if (fromSchema.length > 0) return { shape: { form: 'json', decisions: fromSchema }, rest };
  if (block) {
    const prose = shapeOfProse(rest);
    const decisions = shapeOfSample(prompt.slice(block[0], block[1])).map((decision) =>
      decision.kind === 'text'
        ? (prose.find((other) => other.path.at(-1) === decision.path.at(-1)) ?? decision)
        : decision,
    );
    // An object without anything to decide is an example that somebody pasted, not the wanted form.
    if (decisions.some((decision) => decision.kind !== 'text')) return { shape: { form: 'json', decisions }, rest };
  }
  if (/\bjson\b/i.test(prompt)) {
    const decisions = shapeOfProse(prompt);
    if (decisions.length > 0) return { shape: { form: 'json', decisions }, rest };
  }
  const labels = labelsOf(prompt);
  const decisions: Decision[] = labels.length > 1 ? [{ path: [], kind: 'choice', values: labels }] : [];
  return { shape: { form: 'label', decisions }, rest };
}
