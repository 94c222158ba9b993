/** Questions about a spec: where a word may be read in two ways, where a limit or an example is lacking. */
import type { GeneratorRequest } from './generator-request.ts';
import { NO_SPEC, type ReadSpec, specsOf } from './generator-spec.ts';
import { sentencesOf } from './reply-guidance.ts';

export type Question = Readonly<{ question: string; why: string; options: readonly string[] }>;

/** A spec that says this much, with examples of both kinds, is clear enough. */
const CLEAR_CHARS = 200;
const ONE_KIND =
  /^(?:localization|factual_correctness|hallucinations|toxicity|bias|maliciousness|nsfw|taboo|jailbreak|prompt_leakage)$/;

type Vague = Readonly<{ word: RegExp; why: string; options: readonly string[] }>;

const VAGUE: readonly Vague[] = [
  {
    word: /\b(?:soon|quickly|promptly|fast|in time|timely)\b/i,
    why: 'An answer that names a day far away would be judged differently.',
    options: ['Within the same day', 'Within two working days', 'Any day or number of hours that is named'],
  },
  {
    word: /\b(?:short|brief|concise|not too long)\b/i,
    why: 'An answer of 80 words would pass for one reader and fail for another.',
    options: ['At most 90 words', 'At most 50 words', 'At most three sentences'],
  },
  {
    word: /\b(?:polite|politely|friendly|kind|courteous|nice|warm)\b/i,
    why: 'An answer without a greeting, but without a hard word, would be judged differently.',
    options: ['No rude word is enough', 'It needs thanks or a word of regret', 'It needs a greeting and a closing'],
  },
  {
    word: /\b(?:appropriate|appropriately|suitable|proper|properly|reasonable|adequate|good|helpful|useful)\b/i,
    why: 'The word says that it should be right, and not what is right.',
    options: [
      'It deals with what was asked',
      'It also names what comes after',
      'A person would not have to write again',
    ],
  },
  {
    word: /\b(?:some|several|many|few|enough|often|usually|normally|mostly)\b/i,
    why: 'Two readers would draw the line at different numbers.',
    options: ['At least one', 'At least two', 'All of them'],
  },
  {
    word: /\b(?:clear|clearly|simple|simply|understandable)\b/i,
    why: 'An answer with one word of the trade would be judged differently.',
    options: ['A customer understands every word', 'No sentence has more than 20 words'],
  },
];
const MOST = 3;

export function writeQuestions({ material }: GeneratorRequest): Question[] {
  const spec = specsOf(material)[0] ?? NO_SPEC;
  if (isClear(spec)) return [];
  const vague = VAGUE.flatMap(({ word, why, options }): Question[] => {
    const found = word.exec(spec.text)?.[0];
    return found === undefined ? [] : [{ question: `What counts as “${found}”?`, why, options }];
  });
  const open = [...vague, ...gapsOf(spec)].filter(({ question }) => !spec.text.includes(question));
  return open.slice(0, MOST);
}

function isClear({ text, type, lists }: ReadSpec): boolean {
  return text.length >= CLEAR_CHARS && lists >= (ONE_KIND.test(type) ? 1 : 2);
}

function gapsOf({ text, type, lists }: ReadSpec): Question[] {
  const first = (sentencesOf(text)[0] ?? text).replace(/[.;:!?]$/, '');
  const about = first.length > 90 ? `${first.slice(0, 89).trimEnd()}…` : first;
  const isIssue = type === 'issue';
  const both: Question = {
    question: isIssue ? `Is a hint enough for “${about}”?` : `Must an answer do all of “${about}”?`,
    why: 'An answer that does it half would be judged differently.',
    options: isIssue
      ? ['A hint is enough', 'It has to be said outright']
      : ['All of it', 'The most important part of it'],
  };
  const occasion: Question = {
    question: 'What if the input gives no occasion for it?',
    why: 'Such inputs come up, and the spec does not speak of them.',
    options: ['Then the answer passes', 'Then the answer fails'],
  };
  const limit: Question = {
    question: 'Is there a number or a limit that decides?',
    why: 'Without one, answers near the boundary are judged by feeling.',
    options: ['No, any will do', 'Yes: within two working days', 'Yes: once in the answer'],
  };
  return [both, ...(lists < 2 ? [occasion] : []), ...(/\d/.test(text) ? [] : [limit])];
}
