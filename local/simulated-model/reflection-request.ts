/** Reads a reflection request back into its parts. The format is the optimizer's; see its reflection prompt. */
import { complaintsOf } from './complaints.ts';

export type ReflectedExample = Readonly<{
  input: string;
  output: string;
  expected: string | null;
  feedback: string;
}>;

export type ReflectionRequest = Readonly<{
  component: string;
  text: string;
  examples: readonly ReflectedExample[];
  tried: string;
  placeholders: readonly string[];
}>;

/** One thing that an answer got wrong; `field` is empty for an answer that is a single label. */
export type Mistake = Readonly<{ field: string; was: string; expected: string; example: number }>;

const SYSTEM_START = 'You improve one component of a prompt';

/** Whether a chat request asks for the part of the reflection model. */
export function isReflectionRequest(system: string, user: string): boolean {
  return system.trimStart().startsWith(SYSTEM_START) && user.includes('<component name="');
}

function unescaped(text: string): string {
  return text.replaceAll('<\\/', '</');
}

function inside(text: string, tag: string): string | null {
  const start = text.indexOf(`<${tag}>`);
  const end = text.indexOf(`</${tag}>`, start);
  return start < 0 || end < 0 ? null : unescaped(text.slice(start + tag.length + 2, end)).replace(/^\n|\n$/g, '');
}

/** Parses the user message of a reflection request; null when it has no component. */
export function readReflectionRequest(user: string): ReflectionRequest | null {
  const component = /<component name="([^"]*)">\n?([\s\S]*?)\n?<\/component>/.exec(user);
  if (!component) return null;
  const examples = [...user.matchAll(/<example>([\s\S]*?)<\/example>/g)].map(([, body = '']) => ({
    input: inside(body, 'input') ?? '',
    output: inside(body, 'output') ?? '',
    expected: inside(body, 'expected'),
    feedback: [...body.matchAll(/<feedback>([\s\S]*?)<\/feedback>/g)]
      .map((match) => unescaped(match[1] ?? ''))
      .join('\n'),
  }));
  return {
    component: component[1] ?? '',
    text: unescaped(component[2] ?? ''),
    examples,
    tried: inside(user, 'tried') ?? '',
    placeholders: [...new Set((inside(user, 'keep') ?? '').match(/\{\{\{?[^{}]+\}?\}\}/g) ?? [])],
  };
}

const bare = (value: string) => value.trim().replace(/^"([\s\S]*)"$/, '$1');

/** What the feedback says went wrong, example by example. */
export function mistakesOf(examples: readonly ReflectedExample[]): Mistake[] {
  return examples.flatMap((example, at) => {
    const found: Mistake[] = [];
    for (const [, field = '', was = '', expected = ''] of example.feedback.matchAll(
      /([\w][\w.-]*): (?:is missing|was ("[^"]*"|[^,;\n]+)), expected ("[^"]*"|[^,;\n]+)/g,
    )) {
      found.push({ field, was: bare(was), expected: bare(expected).replace(/\.$/, ''), example: at });
    }
    const label = /answer was "([\s\S]*?)", expected "([^"]*)"/i.exec(example.feedback);
    if (label) found.push({ field: '', was: label[1] ?? '', expected: label[2] ?? '', example: at });
    if (example.expected === null) found.push(...moveMistakes(example.feedback, at));
    return found;
  });
}

/** A reply that is judged has moves where other answers have fields. */
function moveMistakes(feedback: string, example: number): Mistake[] {
  return feedback
    .split('\n')
    .flatMap(complaintsOf)
    .map(({ move, missed }) => ({
      field: `reply_${move}`,
      was: String(!missed),
      expected: String(missed),
      example,
    }));
}

/** How many answers had the wrong form: JSON wrapped in prose, a label with words around it. */
export function formMistakes(examples: readonly ReflectedExample[]): { json: number; label: number } {
  let json = 0;
  let label = 0;
  for (const { output, expected } of examples) {
    if (expected === null) continue;
    if (/^\s*\{/.test(expected)) {
      try {
        JSON.parse(output);
      } catch {
        json += 1;
      }
    } else if (
      output.trim() !== expected.trim() &&
      expected.length < 40 &&
      output.split(/\s+/).length > expected.split(/\s+/).length
    ) {
      label += 1;
    }
  }
  return { json, label };
}
