/** Replies that the generator writes: examples on both sides of a spec's boundary, and reference answers. */
import { type CustomerMessage, readCustomerMessage } from './customer-message.ts';
import { houseStyleOf, schemaIn, temptationsOf } from './generator-inputs.ts';
import { writeMessage } from './generator-message.ts';
import type { GeneratorRequest } from './generator-request.ts';
import { valueFor } from './generator-schema.ts';
import { SITUATIONS } from './generator-situations.ts';
import { aspectsOfSpec, NO_SPEC, specsOf } from './generator-spec.ts';
import { below, choose, type Draw, factsOf, shuffled } from './generator-words.ts';
import type { Aspect } from './judge-aspects.ts';
import { WORDINGS } from './reply-wordings.ts';
import { asksForReply, filledIn } from './reply-writer.ts';
import { answerTask } from './task-model.ts';

export type BoundaryExample = Readonly<{ input: string; output: string; intended: 'pass' | 'fail' }>;

const MOST_EXAMPLES = 50;
const ATTEMPTS = 12;

export function writeExamples({ instructions, material }: GeneratorRequest, draw: Draw): BoundaryExample[] {
  const [, pass = '2', fail = '2'] =
    /Write (\d+) examples? that should just pass and (\d+) that should just fail/.exec(instructions) ?? [];
  const wanted = [
    ...Array.from({ length: Math.min(MOST_EXAMPLES, Number(pass)) }, () => 'pass' as const),
    ...Array.from({ length: Math.min(MOST_EXAMPLES, Number(fail)) }, () => 'fail' as const),
  ];
  const aspects = aspectsOfSpec(specsOf(material)[0] ?? NO_SPEC);
  const situations = shuffled(SITUATIONS, draw, 'situations');
  return shuffled(wanted, draw, 'order').map((intended, at) => {
    const topic = situations[at % situations.length]?.topic ?? '';
    return exampleOf(intended, { topic, at, aspects, material }, below(draw, at));
  });
}

type Wanted = Readonly<{
  topic: string;
  at: number;
  aspects: readonly Aspect[];
  material: ReadonlyMap<string, string>;
}>;

function exampleOf(intended: 'pass' | 'fail', wanted: Wanted, draw: Draw): BoundaryExample {
  const { topic, at, aspects, material } = wanted;
  const shown = material.get('SHOWN') ?? '';
  let made: BoundaryExample = { input: '', output: '', intended };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const own = below(draw, attempt);
    const text = messageAbout(topic, material, own);
    const message = readCustomerMessage(text);
    const broken = intended === 'pass' ? null : (aspects[(at + attempt) % Math.max(1, aspects.length)]?.id ?? 'step');
    const reply = composeReply(message, new Set(aspects.map(({ id }) => id)), broken, own);
    made = { input: inputWith(material, text, own), output: outputFor(material, text, reply, intended, own), intended };
    const faults = aspects.filter((aspect) => (aspect.look(reply, message)?.share ?? 1) < 1).length;
    if (faults === (broken === null || aspects.length === 0 ? 0 : 1) && !shown.includes(text)) break;
  }
  return made;
}

function messageAbout(topic: string, material: ReadonlyMap<string, string>, draw: Draw): string {
  const manner = {
    persona: choose(['a customer', 'somebody who is upset', 'somebody in a hurry'], draw, 'persona'),
    length: choose(['one or two sentences', 'a short paragraph'], draw, 'length'),
    aim: draw('aim') < 0.5 ? ('pass' as const) : ('fail' as const),
  };
  const plan = { topic, ...manner, language: 'English', difficulty: 'ordinary', attack: null, spec: '' };
  const tempts = temptationsOf(specsOf(material)[0] ?? NO_SPEC);
  return writeMessage({ ...plan, tempts }, houseStyleOf(material), draw);
}

function inputWith(material: ReadonlyMap<string, string>, text: string, draw: Draw): string {
  const schema = schemaIn(material.get('INPUT_SCHEMA'));
  return schema === undefined ? text : JSON.stringify(valueFor(schema, text, factsOf(draw, undefined, 'FH-'), draw));
}

function outputFor(
  material: ReadonlyMap<string, string>,
  input: string,
  reply: string,
  intended: 'pass' | 'fail',
  draw: Draw,
): string {
  const prompt = material.get('PROMPT') ?? '';
  const schema = schemaIn(material.get('OUTPUT_SCHEMA'));
  if (asksForReply(prompt) && schema === undefined) return reply;
  if (intended === 'fail') return choose(['I cannot say.', 'That depends.', 'As you wish.'], draw, 'empty words');
  return answerTask({ system: prompt, user: input, schema, seed: Math.floor(draw('answer') * 1e6) });
}

/** Looks like a promise or an admission at first sight, and is none. */
const HEDGED: Readonly<Record<string, readonly string[]>> = {
  promise: [
    'Whether you get a refund is for our accounts team to decide.',
    'I cannot promise a replacement before the workshop has had a look.',
    'A refund depends on what the check shows.',
  ],
  admission: ['I am sorry for the trouble that you had.', 'I am sorry that this took your time.'],
};
const LECTURE = ['Calm down first.', 'You should have read the page.'];

/** @param broken the aspect that the reply fails; null: none */
function composeReply(message: CustomerMessage, asked: ReadonlySet<string>, broken: string | null, draw: Draw): string {
  const say = (list: readonly string[], purpose: string) => choose(list, draw, purpose);
  // What the spec asks for is there, what it does not ask for may be.
  const has = (aspect: string, chance: number) => broken !== aspect && (asked.has(aspect) || draw(aspect) < chance);
  const parts: string[] = [];
  if (has('tone', 0.4)) parts.push(say(WORDINGS.opening, 'opening'));
  if (has('problem', 0.5)) parts.push(say(WORDINGS[message.told.endsWith('?') ? 'problem asked' : 'problem'], 'told'));
  for (const aspect of ['promise', 'admission'] as const) {
    if (broken === aspect) parts.push(say(WORDINGS[aspect], aspect));
    else if (asked.has(aspect) && draw(`hedged ${aspect}`) < 0.7)
      parts.push(say(HEDGED[aspect] ?? [''], `${aspect} hedged`));
  }
  parts.push(
    has('step', 0.5) ? say(message.matter?.steps ?? WORDINGS.step, 'step') : say(WORDINGS['vague step'], 'vague'),
  );
  parts.push(has('deadline', 0.4) ? say(WORDINGS.deadline, 'deadline') : say(WORDINGS.soon, 'soon'));
  if (message.missing.length > 0 && has('question', 0.3)) parts.push(say(WORDINGS.question, 'question'));
  if (broken === 'brevity') parts.push(...Array.from({ length: 3 }, () => '{background}'));
  if (broken === 'tone') parts.push(say(LECTURE, 'lecture'));
  return parts.map((part) => filledIn(part, message)).join(' ');
}

const ALL_GOOD = new Set(['tone', 'problem', 'step', 'deadline', 'question']);

/** A reply that makes every good move and no other. */
export function writeExpected({ material }: GeneratorRequest, draw: Draw): string {
  const input = material.get('INPUT') ?? '';
  return outputFor(material, input, composeReply(readCustomerMessage(input), ALL_GOOD, null, draw), 'pass', draw);
}
