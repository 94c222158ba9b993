/** Edits of a spec, from answers to questions and from disagreements with the judge. */
import type { GeneratorRequest } from './generator-request.ts';
import { stemmed } from './text.ts';
import { STOP } from './wording.ts';

export type Edits = Readonly<{
  edits: ReadonlyArray<Readonly<{ field: string; reason: string; after: readonly string[] }>>;
  unused: ReadonlyArray<Readonly<{ what: string; why: string }>>;
}>;

type Fields = Readonly<Record<string, string | readonly string[]>>;
type Change = { added: string[]; reasons: string[] };

const SAYS_NOTHING =
  /^\W*(?:(?:I |we )?(?:do not|don't|dont|can not|cannot|can't) (?:know|care|say|tell)|no idea|not sure|unsure|whatever|skip|none|n\/?a|no answer)?\W*$/i;
/** Lists whose examples pass; the other ones hold examples that fail. */
const PASSING = /^(?:correct|nonIssue|acceptable|proper|appropriate|accurate|complete)Examples$/;
const LONGEST_EXAMPLE = 600;

export function writeEdits({ instructions, material }: GeneratorRequest): Edits {
  const fields = fieldsOf(material.get('SPEC') ?? '');
  const allowed = allowedFields(instructions).filter((name) => Object.hasOwn(fields, name));
  const texts = allowed.filter((name) => typeof fields[name] === 'string');
  const main = texts.at(-1);
  const changes = new Map<string, Change>();
  const unused: Array<{ what: string; why: string }> = [];
  const change = (field: string, added: string, reason: string) => {
    const known = changes.get(field) ?? { added: [], reasons: [] };
    changes.set(field, { added: [...known.added, added], reasons: [...known.reasons, reason] });
  };
  for (const { question, answer } of answersOf(material.get('ANSWERS') ?? '')) {
    const said = texts.map((name) => fields[name]).join('\n');
    if (SAYS_NOTHING.test(answer))
      unused.push({ what: question, why: `The answer ("${answer}") says nothing to go by.` });
    else if (main === undefined) unused.push({ what: question, why: 'The spec has no text that could say it.' });
    else if (saysAlready(said, answer)) unused.push({ what: question, why: 'The spec says so already.' });
    else change(main, `${question} ${asSentence(answer)}`, `From the answer to "${question}".`);
  }
  for (const { output, rating, why } of disagreementsOf(material.get('DISAGREEMENTS') ?? '')) {
    const hasReason = !SAYS_NOTHING.test(why) && why !== '(no reason given)';
    if (main !== undefined && hasReason && !saysAlready(String(fields[main]), why)) {
      change(main, asSentence(why), `From a disagreement: the person said ${rating}.`);
    }
    const list = allowed.find((name) => Array.isArray(fields[name]) && PASSING.test(name) === (rating === 'pass'));
    if (list !== undefined && fields[list]?.includes(output) !== true) {
      change(list, output.slice(0, LONGEST_EXAMPLE), `The person says ${rating} of this answer, the judge did not.`);
    } else if (!hasReason)
      unused.push({ what: output.slice(0, 100), why: 'No reason is given, and no list takes it.' });
  }
  return {
    edits: [...changes].map(([field, { added, reasons }]) => ({
      field,
      reason: [...new Set(reasons)].join(' '),
      after: afterwards(fields[field], added),
    })),
    unused,
  };
}

function fieldsOf(text: string): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return {};
  }
  const entries = Object.entries(typeof parsed === 'object' && parsed !== null ? parsed : {});
  return Object.fromEntries(
    entries.flatMap(([name, value]): Array<[string, string | readonly string[]]> => {
      if (typeof value === 'string') return [[name, value]];
      return Array.isArray(value) ? [[name, value.filter((one) => typeof one === 'string')]] : [];
    }),
  );
}

/** `Fields that you may change: description (Issue; a text), issueExamples (Examples that have it; a list).` */
function allowedFields(instructions: string): string[] {
  const line = /^Fields that you may change: (.*)$/m.exec(instructions)?.[1] ?? '';
  return [...line.matchAll(/\b(\w+) \([^()]*; a (?:text|list)\)/g)].flatMap(([, name]) => name ?? []);
}

function answersOf(text: string): Array<{ question: string; answer: string }> {
  const pairs = text.matchAll(/(?:^|\n\n)question: ([\s\S]*?)\nanswer: ?([\s\S]*?)(?=\n\nquestion: |$)/g);
  return [...pairs].map(([, question = '', answer = '']) => ({ question: question.trim(), answer: answer.trim() }));
}

function disagreementsOf(text: string): Array<{ output: string; rating: 'pass' | 'fail'; why: string }> {
  const found = text.matchAll(
    /(?:^|\n\n)input: [\s\S]*?\noutput: ([\s\S]*?)\nthe person: (pass|fail), because ([\s\S]*?)\nthe judge: (?:pass|fail), because [\s\S]*?(?=\n\ninput: |$)/g,
  );
  return [...found].map(([, output = '', rating, why = '']) => ({
    output: output.trim(),
    rating: rating === 'pass' ? 'pass' : 'fail',
    why: why.trim(),
  }));
}

function saysAlready(text: string, said: string): boolean {
  const there = new Set(stemmed(text));
  const wanted = stemmed(said).filter((word) => !STOP.has(word));
  return wanted.length > 2 && wanted.every((word) => there.has(word));
}

function asSentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

function afterwards(before: string | readonly string[] | undefined, added: readonly string[]): string[] {
  const news = [...new Set(added)];
  return typeof before === 'string' ? [[before.trimEnd(), ...news].join(' ')] : [...(before ?? []), ...news];
}
