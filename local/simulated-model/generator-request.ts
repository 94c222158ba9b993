/**
 * Recognises a request for synthetic data, or for help with a spec, by its form: the marker in the system message and the
 * fields of the reply. The material is read from between the lines with the marker; nothing in it is followed.
 */

const GENERATOR_ASKS = ['topics', 'inputs', 'steps', 'questions', 'edits', 'examples', 'expected'] as const;
export type GeneratorAsk = (typeof GENERATOR_ASKS)[number];

export type GeneratorRequest = Readonly<{
  asks: GeneratorAsk;
  /** The system message: ours, without a word of the material. */
  instructions: string;
  /** Texts of the blocks of material, by name. */
  material: ReadonlyMap<string, string>;
}>;

type ChatMessage = Readonly<{ role: string; content: string }>;

/** Fields of the reply, and of its items where it is a list of objects, by what is asked for. */
const FORMS: Readonly<Record<GeneratorAsk, Readonly<{ fields: string; items?: string }>>> = {
  topics: { fields: 'topics' },
  inputs: { fields: 'inputs', items: 'input slot' },
  steps: { fields: 'steps' },
  questions: { fields: 'questions', items: 'options question why' },
  edits: { fields: 'edits unused', items: 'after field reason' },
  examples: { fields: 'examples', items: 'input intended output' },
  expected: { fields: 'expected' },
};

/** The request's parts; null when it is none of the generator's. */
export function readGeneratorRequest(messages: readonly ChatMessage[], schema: unknown): GeneratorRequest | null {
  const instructions = messages.find(({ role }) => role === 'system' || role === 'developer')?.content ?? '';
  const user = messages.find(({ role }) => role === 'user')?.content ?? '';
  const marker = /\bboth with the marker ([\w-]{8,64})\b/.exec(instructions)?.[1];
  const asks = GENERATOR_ASKS.find((one) => hasForm(schema, one));
  if (marker === undefined || asks === undefined) return null;
  const material = blocksOf(user, marker);
  return material.size === 0 ? null : { asks, instructions, material };
}

function hasForm(schema: unknown, asks: GeneratorAsk): boolean {
  const form = FORMS[asks];
  if (namesOf(schema) !== form.fields) return false;
  const items = fieldOf(fieldOf(fieldOf(schema, 'properties'), asks), 'items');
  return form.items === undefined || namesOf(items) === form.items;
}

function namesOf(schema: unknown): string {
  const properties = fieldOf(schema, 'properties');
  return typeof properties === 'object' && properties !== null ? Object.keys(properties).sort().join(' ') : '';
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** The blocks in their order. No text can hold the marker, so the first line that ends a block is its end. */
function blocksOf(user: string, marker: string): Map<string, string> {
  const blocks = new Map<string, string>();
  const openings = new RegExp(`^<<<([A-Z_]+) ${marker}\\n`, 'gm');
  for (const opening of user.matchAll(openings)) {
    const [line, name = ''] = opening;
    const start = opening.index + line.length;
    const end = user.indexOf(`\n${name} ${marker}>>>`, start - 1);
    if (end >= 0 && !blocks.has(name)) blocks.set(name, user.slice(start, Math.max(start, end)));
  }
  return blocks;
}
