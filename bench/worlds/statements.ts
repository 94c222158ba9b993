/** What can be said in a world, and how: rules, harmful lines, the seed's lines, each in several wordings. */
import type { Components } from '../../lambdas/contracts/task.ts';
import { unit } from '../unit.ts';
import type { FamilySettings } from './families.ts';
import { pick, type Statement } from './world.ts';

export const MEMORISED = 'Note the case that begins with ';

/** Beginnings of useless lines. */
export const USELESS = [
  'Read the whole message before you decide',
  'Take the time to weigh every option',
  'Consider what the writer wants in the end',
  'Be precise and consistent in what you choose',
  'Think about the context of the message',
];

export interface Catalogue {
  readonly statements: ReadonlyMap<string, Statement>;
  /** Ids of harmful statements. */
  readonly harms: readonly string[];
  readonly words: { readonly filler: readonly string[]; readonly byKind: readonly (readonly string[])[] };
  readonly seedPrompt: Components;
  readonly bestPrompt: Components;
}

const SYLLABLES = [
  'ba',
  'ce',
  'di',
  'fo',
  'gu',
  'ha',
  'je',
  'ki',
  'lo',
  'mu',
  'na',
  'pe',
  'ri',
  'so',
  'tu',
  'va',
  'we',
  'xi',
  'yo',
  'zu',
];
const HARMS = 10;

function wordOf(seed: number, ...key: (string | number)[]): string {
  return Array.from({ length: 3 }, (_, i) => pick(SYLLABLES, seed, ...key, i)).join('');
}

export function catalogueOf(settings: FamilySettings, seed: number): Catalogue {
  const words = {
    filler: Array.from({ length: 70 }, (_, i) => wordOf(seed, 'filler', i)),
    byKind: Array.from({ length: settings.kinds }, (_, kind) =>
      Array.from({ length: 6 }, (_, i) => wordOf(seed, 'kind', kind, i)),
    ),
  };
  const statements = new Map<string, Statement>();
  const add = (id: string, wordings: string[], component?: string): void => {
    statements.set(id, { id, wordings, ...(component === undefined ? {} : { component }) });
  };
  const componentOf = (kind: number): string => (settings.components === 2 && kind % 2 === 1 ? 'rules' : 'system');
  for (let kind = 0; kind < settings.kinds; kind += 1) {
    const label = 'ABCD'[kind % 4] ?? 'A';
    // Where no word tells the kinds apart, the rule names none either: only the simulated model knows what it means.
    const topic = settings.sharedWords
      ? `${words.byKind[kind]?.[0]} or ${words.byKind[kind]?.[3]}`
      : `the ${wordOf(seed, 'topic', kind)} situation`;
    add(`rule-${kind}`, wordingsOf(topic, label, 'is in question'), componentOf(kind));
    if (settings.interacting && kind < 4)
      add(`rule-${kind}b`, wordingsOf(topic, label, 'is settled'), componentOf(kind));
  }
  const harms = Array.from({ length: HARMS }, (_, i) => `harm-${i}`);
  for (const [i, id] of harms.entries()) {
    add(id, wordingsOf(`the ${wordOf(seed, 'harm', i)} question`, 'ABCD'[i % 4] ?? 'A', 'is all there is'));
  }
  add('defect', ['When you are not sure, choose D.']);
  add('task', [
    'Sort each message into one of four queues: A, B, C or D.',
    'Each message belongs to queue A, B, C or D; find out which.',
    'Decide which of the queues A, B, C and D a message goes to.',
  ]);
  add('tone', [
    'You work for a careful support team.',
    'You are part of a support team that takes care.',
    'A careful support team relies on you.',
  ]);
  add('context', [
    'Messages come from customers of several products.',
    'Customers of several products write these messages.',
    'The messages are from customers who use several products.',
  ]);
  add('doubt', [
    'Look at what the writer needs, not at the tone.',
    'What the writer needs counts, the tone does not.',
    'Judge by the need of the writer and leave the tone aside.',
  ]);
  add(
    'form',
    settings.graded
      ? ['Answer in JSON with the fields field0 to field3.']
      : ['Answer with the letter of the queue alone.', 'Reply with only the letter of the queue.'],
  );
  add('brackets', [
    'Put the letter into square brackets in your answer.',
    'Write the letter in square brackets when you answer.',
  ]);

  const first = (id: string): string => statements.get(id)?.wordings[0] ?? '';
  const seedLines = ['tone', 'task', 'context', ...(settings.defect ? ['defect'] : []), 'doubt', 'form'].map(first);
  const rules = [...statements.keys()].filter((id) => id.startsWith('rule-'));
  // Of a pair that hurts together the best prompt has one.
  const wanted = rules.filter((id) => !(settings.interacting && /^rule-[23]b$/.test(id)));
  const goodIds = settings.hopeless ? [] : [...wanted, ...(settings.form ? ['brackets'] : [])];
  const linesFor = (ids: readonly string[], component: string): string[] =>
    ids.filter((id) => (statements.get(id)?.component ?? 'system') === component).map(first);
  const promptOf = (base: readonly string[], ids: readonly string[]): Components =>
    settings.components === 1
      ? { system: `${[...base, ...ids.map(first)].join('\n')}\n` }
      : {
          system: `${[...base, ...linesFor(ids, 'system')].join('\n')}\n\n{{> rules}}\n`,
          rules: `${['Rules of the house:', ...linesFor(ids, 'rules')].join('\n')}\n`,
        };
  return {
    statements,
    harms,
    words,
    seedPrompt: promptOf(seedLines, []),
    bestPrompt: promptOf(
      seedLines.filter((line) => line !== first('defect')),
      goodIds,
    ),
  };
}

function wordingsOf(topic: string, label: string, end: string): string[] {
  return [
    `Messages in which ${topic} ${end} go to ${label}.`,
    `Choose ${label} whenever ${topic} ${end}.`,
    `${label} is the queue for everything where ${topic} ${end}.`,
  ];
}

/** The task model's answer: right with the given chance, and wrapped so that a noisy judge or graded fields show. */
export function ask(
  expected: string,
  right: number,
  settings: FamilySettings,
  chance: number,
  draw: (key: string) => number,
): string {
  const isRight = chance < right;
  if (settings.graded) {
    const share = isRight ? 4 : ([1, 2, 2, 3][Math.floor(draw('fields') * 4)] ?? 2);
    const flipped = draw('noise') < settings.judgeNoise ? 4 - share : share;
    return JSON.stringify(gradedAnswer(expected, flipped));
  }
  const shown = draw('noise') < settings.judgeNoise ? !isRight : isRight;
  if (shown) return expected;
  return expected.startsWith('[') && draw('bare') < 0.5 ? expected.slice(1, -1) : 'none of them';
}

/** Four fields, of which `right` say the label. */
export function gradedAnswer(label: string, right = 4): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`field${i}`, i < right ? label : `not ${label}`]));
}

/** A wording of a statement. */
export function say(statement: Statement | undefined, ...key: (string | number)[]): string {
  const wordings = statement?.wordings ?? [''];
  return wordings[Math.floor(unit('wording', ...key) * wordings.length)] ?? '';
}
