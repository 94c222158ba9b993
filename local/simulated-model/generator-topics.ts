/** Topics: situations of customers, or, for a system that is no shop's, what its prompt and specs speak of. */
import type { GeneratorRequest } from './generator-request.ts';
import { CIRCUMSTANCES, SITUATIONS, situationOf } from './generator-situations.ts';
import { specsOf } from './generator-spec.ts';
import { type Draw, shuffled } from './generator-words.ts';
import { stem, words } from './text.ts';
import { COMMON, NEGATION, STOP } from './wording.ts';

const MOST_TOPICS = 500;
const MOST_WORDS = 40;
/** Shares of the replies that lack a topic, or have one twice. */
const SLIPS = { lacks: 0.04, repeats: 0.04 };

/** Whether a system answers the customers of a shop. */
export function servesCustomers(material: ReadonlyMap<string, string>): boolean {
  return /\b(?:customers?|shop|orders?|parcels?)\b/i.test(material.get('PROMPT') ?? '');
}

export function writeTopics({ instructions, material }: GeneratorRequest, draw: Draw): string[] {
  const count = Math.min(MOST_TOPICS, Number(/\bName (\d+) topics?\b/.exec(instructions)?.[1] ?? 10));
  const known = new Set((material.get('KNOWN') ?? '').split('\n').map((line) => line.trim().toLowerCase()));
  const above = (material.get('PATH') ?? '').split(' > ').at(-1)?.trim() ?? '';
  const ideas = above === '' ? topicsFor(material, draw) : below(above, material, draw);
  const topics = [...new Set(ideas)].filter((topic) => !known.has(topic.toLowerCase())).slice(0, count);
  if (topics.length > 2 && draw('lacks') < SLIPS.lacks) return topics.slice(0, -1);
  if (topics.length > 2 && draw('repeats') < SLIPS.repeats) return [...topics.slice(0, -1), ...topics.slice(0, 1)];
  return topics;
}

function topicsFor(material: ReadonlyMap<string, string>, draw: Draw): string[] {
  if (!servesCustomers(material)) return fromWords(material, draw);
  // Each round of matters is shuffled by itself, so that few topics cover many matters.
  const rounds = new Map<number, string[]>();
  const seen = new Map<string, number>();
  for (const { matter, topic } of shuffled(SITUATIONS, draw, 'situations')) {
    const round = seen.get(matter) ?? 0;
    seen.set(matter, round + 1);
    rounds.set(round, [...(rounds.get(round) ?? []), topic]);
  }
  const plain = [...rounds].sort(([a], [b]) => a - b).flatMap(([, topics]) => topics);
  const narrow = plain.flatMap((topic) => CIRCUMSTANCES.map(({ name }) => `${topic}, ${name}`));
  return [...plain, ...shuffled(narrow, draw, 'narrow')];
}

function below(above: string, material: ReadonlyMap<string, string>, draw: Draw): string[] {
  if (!servesCustomers(material) && situationOf(above) === undefined) {
    return ASPECTS_OF_ANYTHING.map((aspect) => `${above}: ${aspect}`).concat(fromWords(material, draw));
  }
  return shuffled(
    CIRCUMSTANCES.filter(({ name }) => !above.includes(name)),
    draw,
    'circumstances',
  ).map(({ name }) => `${above}, ${name}`);
}

const ASPECTS_OF_ANYTHING = [
  'first steps',
  'costs',
  'deadlines',
  'exceptions',
  'a complaint',
  'a comparison',
  'a mistake that was made',
  'what is not allowed',
  'an urgent case',
  'a rare case',
  'a change of mind',
  'a question of a beginner',
];

/** Content words of the prompt, then of the specs, alone, then each with a side of it. */
function fromWords(material: ReadonlyMap<string, string>, draw: Draw): string[] {
  const found = new Map<string, string>();
  // Without placeholders, and without the names of the prompt's parts.
  const prompt = (material.get('PROMPT') ?? '').replace(/\{+[^{}]*\}+/g, ' ').replace(/^\w+:$/gm, '');
  const like = `${material.get('SAMPLE_INPUT') ?? ''}\n${material.get('LIKE') ?? ''}`;
  const texts = [prompt, like, ...specsOf(material).map(({ text }) => text)];
  const nouns = texts.flatMap((text, at) => {
    const before = found.size;
    for (const word of words(text)) {
      const root = stem(word);
      const isContent = word.length > 3 && !STOP.has(root) && !COMMON.has(root) && !NEGATION.has(word);
      if (isContent && !/\d/.test(word) && !found.has(root) && found.size < MOST_WORDS) found.set(root, word);
    }
    return shuffled([...found.values()].slice(before), draw, `words ${at}`);
  });
  const sides = nouns.flatMap((noun) => ASPECTS_OF_ANYTHING.map((aspect) => `${noun}: ${aspect}`));
  return [...nouns, ...shuffled(sides, draw, 'word sides')];
}
