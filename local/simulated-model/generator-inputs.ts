/** Inputs about a topic: one for each plan, none of them like another one or like those that are there. */
import { writeAnything } from './generator-anything.ts';
import { type HouseStyle, type MessagePlan, writeMessage } from './generator-message.ts';
import type { GeneratorRequest } from './generator-request.ts';
import { valueFor } from './generator-schema.ts';
import { situationOf } from './generator-situations.ts';
import { aspectsOfSpec, NO_SPEC, type ReadSpec, specsOf } from './generator-spec.ts';
import { servesCustomers } from './generator-topics.ts';
import { below, type Draw, factsOf } from './generator-words.ts';
import { stemmed } from './text.ts';

/** Shares of the replies that lack an input, or have one twice. */
const SLIPS = { lacks: 0.04, repeats: 0.04 };
/** Drafts of an input, of which the one least like the others is given; one that is below `fine` is given at once. */
const DRAFTS = 8;
const FINE = 0.25;

type Slotted = Readonly<{ slot: number; input: string }>;

export function writeInputs({ material }: GeneratorRequest, draw: Draw): Slotted[] {
  const topic = material.get('TOPIC') ?? '';
  const specs = specsOf(material);
  const plans = (material.get('PLANS') ?? '').split('\n').flatMap((line) => planOf(line, topic, specs) ?? []);
  const write = writerFor(material);
  const others = [...linesOf(material.get('KNOWN')), ...(material.get('LIKE') ?? '').split('\n---\n')].map(wordsOf);
  const inputs = plans.map(({ slot, plan }): Slotted => {
    let best = { input: '', read: wordsOf(''), likeness: Number.POSITIVE_INFINITY };
    for (let draft = 0; draft < DRAFTS && best.likeness > FINE; draft += 1) {
      const input = write(plan, below(draw, `${slot} ${draft}`));
      const read = wordsOf(input);
      const likeness = Math.max(0, ...others.map((other) => likenessOf(read, other)));
      if (likeness < best.likeness) best = { input, read, likeness };
    }
    others.push(best.read);
    return { slot, input: best.input };
  });
  return withSlips(inputs, draw);
}

function linesOf(text: string | undefined): string[] {
  return (text ?? '').split('\n').filter((line) => line.trim() !== '');
}

const wordsOf = (text: string): ReadonlySet<string> => new Set(stemmed(text));

/** Share of the words that two texts have in common. */
function likenessOf(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of one) if (other.has(word)) shared += 1;
  return shared / Math.max(1, one.size + other.size - shared);
}

function withSlips(inputs: readonly Slotted[], draw: Draw): Slotted[] {
  const at = Math.floor(draw('slip at') * inputs.length);
  if (inputs.length < 3) return [...inputs];
  if (draw('lacks') < SLIPS.lacks) return inputs.filter((_, index) => index !== at);
  if (draw('repeats') < SLIPS.repeats) {
    const from = inputs[(at + 1) % inputs.length];
    return inputs.map((one, index) => (index === at && from !== undefined ? { ...one, input: from.input } : one));
  }
  return [...inputs];
}

/** `3. spec: no-promises; fail; from: somebody; a few words; English; plain; attack: a threat` */
function planOf(line: string, topic: string, specs: readonly ReadSpec[]): { slot: number; plan: MessagePlan } | null {
  const [, slot = '', name = '', aim = '', rest = ''] =
    /^(\d+)\. spec: ([^;]*); (pass|fail); from: (.*)$/.exec(line) ?? [];
  if (slot === '') return null;
  const [manner = '', attack] = rest.split('; attack: ');
  const parts = manner.split('; ');
  const spec = specs.find((one) => one.name === name) ?? specs[0] ?? NO_SPEC;
  return {
    slot: Number(slot),
    plan: {
      topic,
      aim: aim === 'pass' ? 'pass' : 'fail',
      persona: parts.slice(0, -3).join('; '),
      length: parts.at(-3) ?? '',
      language: parts.at(-2) ?? '',
      difficulty: parts.at(-1) ?? '',
      attack: attack ?? null,
      spec: spec.text,
      tempts: temptationsOf(spec),
    },
  };
}

/** What pulls a reply away from what the spec asks for. */
export function temptationsOf(spec: ReadSpec): MessagePlan['tempts'] {
  const ids = new Set(aspectsOfSpec(spec).map(({ id }) => id));
  return [
    ...(ids.has('promise') ? (['promise'] as const) : []),
    ...(ids.has('admission') ? (['admission'] as const) : []),
    ...(['step', 'deadline', 'question', 'problem'].some((id) => ids.has(id)) ? (['vague'] as const) : []),
  ];
}

export function houseStyleOf(material: ReadonlyMap<string, string>): HouseStyle {
  const like = (material.get('LIKE') ?? '').split('\n---\n').filter((one) => one !== '');
  const shown = [...like, material.get('SAMPLE_INPUT') ?? ''].join('\n');
  const greeting = like.filter((one) => /^(?:hello|hi|dear|good (?:morning|evening|day))\b/i.test(one.trim())).length;
  return {
    prefix: /\b([A-Z]{1,4}-)\d{4,}\b/.exec(shown)?.[1] ?? 'FH-',
    greets: like.length === 0 || greeting / like.length >= 0.3,
  };
}

function writerFor(material: ReadonlyMap<string, string>): (plan: MessagePlan, draw: Draw) => string {
  const house = houseStyleOf(material);
  const isShop = servesCustomers(material) || situationOf(material.get('TOPIC') ?? '') !== undefined;
  const write = (plan: MessagePlan, draw: Draw) =>
    isShop ? writeMessage(plan, house, draw) : writeAnything(plan, draw);
  const schema = schemaIn(material.get('INPUT_SCHEMA'));
  if (schema === undefined) return write;
  return (plan, draw) => {
    const facts = factsOf(draw, situationOf(plan.topic)?.about, house.prefix);
    return JSON.stringify(valueFor(schema, write(plan, draw), facts, draw));
  };
}

export function schemaIn(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
