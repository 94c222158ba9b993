/** Reads a spec as it stands in the material of a request: what it says, and which moves of a reply it is about. */
import { ASPECTS, type Aspect } from './judge-aspects.ts';
import { analyse, evidence, phrases } from './reading.ts';
import { hearMoves, sentencesOf } from './reply-guidance.ts';
import type { MoveId } from './reply-moves.ts';

export type ReadSpec = Readonly<{
  name: string;
  /** Empty where the material does not tell it. */
  type: string;
  /** What it says, without its examples. */
  text: string;
  examples: readonly string[];
  /** How many of its fields are lists of examples. */
  lists: number;
}>;

export const NO_SPEC: ReadSpec = { name: '', type: '', text: '', examples: [], lists: 0 };

/** All specs of a request, from `SPEC` or `SPECS`. */
export function specsOf(material: ReadonlyMap<string, string>): ReadSpec[] {
  const one = material.get('SPEC');
  if (one !== undefined) return [readSpec(one)];
  const several = material.get('SPECS') ?? '';
  return several.split(/(?:^|\n\n)(?=# [a-z0-9-]+\n)/).flatMap((part) => {
    const name = /^# ([a-z0-9-]+)\n/.exec(part);
    return name === null ? [] : [readSpec(`name: ${name[1]}\n\n${part.slice(name[0].length)}`)];
  });
}

function readSpec(block: string): ReadSpec {
  const [head = '', ...paragraphs] = block.split('\n\n');
  const examples: string[] = [];
  const said: string[] = [];
  let lists = 0;
  let inList = false;
  for (const paragraph of paragraphs) {
    const list = /^[^\n:]{1,60}:\n- /.test(paragraph);
    // A list goes on where an example has a blank line.
    inList = list || (inList && /^ {2}/.test(paragraph));
    if (list) lists += 1;
    if (!inList) said.push(paragraph.replace(/^[A-Z][\w ]{1,40}: /, ''));
    else
      examples.push(...paragraph.split(/\n(?=- )/).flatMap((line) => (line.startsWith('- ') ? [line.slice(2)] : [])));
  }
  // The first paragraph is the same for all specs of a type.
  const text = (said.length > 1 ? said.slice(1) : said).join('\n').trim();
  return { name: /^name: (.*)$/m.exec(head)?.[1] ?? '', type: typeOf(head, said[0] ?? ''), text, examples, lists };
}

/** The type is told of one spec alone; of several, the first paragraph tells issues from what is wanted. */
function typeOf(head: string, passes: string): string {
  const told = /^type: (.*)$/m.exec(head)?.[1];
  if (told !== undefined) return told;
  return /\bnot have the issue\b/.test(passes) ? 'issue' : '';
}

const ASPECT_OF: Readonly<Record<MoveId, string>> = {
  problem: 'problem',
  step: 'step',
  deadline: 'deadline',
  question: 'question',
  promise: 'promise',
  admission: 'admission',
  background: 'brevity',
  brevity: 'brevity',
  courtesy: 'tone',
  sympathy: 'tone',
};
/** A word that only touches a move does not make the spec one about it. */
const LEAST_WEIGHT = 0.6;
const UNWANTED = new Set<MoveId>(['promise', 'admission', 'background']);

/** Says what the input wants, or the spec, and not what the answer does. */
const WANTED_OF_ANSWER = /\b(?:is|are|was|were|been|being|input|message|task|customer|user) (?:asks?|asked) for\b/gi;

/** What a spec asks of an answer, as far as the model knows how to see it; in the order in which replies have it. */
export function aspectsOfSpec({ type, text: whole }: ReadSpec): Aspect[] {
  const text = whole.replace(WANTED_OF_ANSWER, 'wants');
  const found = new Set<string>();
  for (const sentence of sentencesOf(text)) {
    for (const { move, sign, weight } of hearMoves(sentence)) {
      const wanted = type === 'issue' ? -sign : sign;
      if (weight >= LEAST_WEIGHT && wanted === (UNWANTED.has(move) ? -1 : 1)) found.add(ASPECT_OF[move]);
    }
  }
  const read = analyse(text);
  for (const { id, askedAs } of ASPECTS) {
    if (type !== 'issue' && evidence(read, phrases(askedAs), true) > 0) found.add(id);
  }
  return ASPECTS.filter(({ id }) => found.has(id));
}
