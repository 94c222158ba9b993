/** `spec clarify`: what is not clear in a spec is asked, and the answers are kept in `X.questions.yaml`. */
import { existsSync, renameSync } from 'node:fs';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';
import { type Questions, questionsSchema } from '../../lambdas/contracts/spec.ts';
import { formatPlural } from '../../lambdas/report/format.ts';
import { clarifyPrompt } from '../../lambdas/synthesis/prompts/clarify.ts';
import { meaningHash } from '../../lambdas/synthesis/spec-types.ts';
import { keep, readIfKept, readKept } from './beside.ts';
import { filesOf, type SpecCommand, shown, specCommand } from './command.ts';
import { indented } from './terminal.ts';

export interface ClarifyOptions {
  /** Where the questions go; default: beside the spec. */
  readonly out: string | undefined;
  /** A filled file, in place of asking. */
  readonly answers: string | undefined;
}

type Question = Questions['questions'][number];

export async function clarify(command: SpecCommand, { out, answers }: ClarifyOptions): Promise<void> {
  const file = out ?? filesOf(command).questions;
  const { terminal } = command;
  if (answers !== undefined) {
    const filled = readAnswers(command, answers);
    save(file, filled);
    terminal.say(`${answeredWords(filled)} They are in ${shown(file)}.`);
    return tellNext(command, filled, file);
  }
  const questions = kept(command, file) ?? (await askModel(command, file));
  if (questions.questions.length === 0) {
    terminal.say(`${command.spec.name} is clear: the model has no question.`);
    return;
  }
  if (terminal.isInteractive) await askPerson(command, questions, file);
  else terminal.say(`${answeredWords(questions)} They are in ${shown(file)}.`);
  tellNext(command, kept(command, file) ?? questions, file);
}

/** @throws InvalidInputError when it is no file of questions about this spec */
export function readAnswers({ spec }: Pick<SpecCommand, 'spec'>, path: string): Questions {
  const filled = readKept(path, questionsSchema);
  if (filled.spec !== spec.name) {
    const message = `is about ${JSON.stringify(filled.spec)}, not ${JSON.stringify(spec.name)}.`;
    throw new InvalidInputError([
      { file: shown(path), field: 'spec', message, remedy: 'Give the questions of this spec.' },
    ]);
  }
  for (const [i, { options, answer }] of filled.questions.entries()) {
    if (typeof answer !== 'number' || options[answer - 1] !== undefined) continue;
    const message = `is ${answer}, and there are ${formatPlural(options.length, 'option')}.`;
    const remedy = 'Give the number of an option, or a text.';
    throw new InvalidInputError([{ file: shown(path), field: `questions.${i}.answer`, message, remedy }]);
  }
  return filled;
}

/** Questions with answers, options by their words. */
export function answeredOf({ questions }: Questions): { question: string; answer: string }[] {
  return questions.flatMap((one) => {
    const answer = answerOf(one);
    return answer === null ? [] : [{ question: one.question, answer }];
  });
}

/** null: not answered. */
function answerOf({ answer, options }: Question): string | null {
  const text = answer === null ? '' : String(answer).trim();
  if (text === '') return null;
  return /^\d+$/.test(text) ? (options[Number(text) - 1] ?? text) : text;
}

/** What was asked about what the spec says now. */
function kept({ spec }: SpecCommand, file: string): Questions | null {
  const questions = readIfKept(file, questionsSchema);
  return questions !== null && questions.spec === spec.name && questions.specHash === meaningHash(spec)
    ? questions
    : null;
}

async function askModel(command: SpecCommand, file: string): Promise<Questions> {
  const { spec, session, terminal } = command;
  const reply = await session.ask(clarifyPrompt(spec));
  const questions: Questions = {
    spec: spec.name,
    specHash: meaningHash(spec),
    questions: reply.questions
      .filter(({ question }) => question.trim() !== '')
      .slice(0, MOST_QUESTIONS)
      .map(({ question, why, options }) => ({
        question: clipped(question),
        why: clipped(why),
        options: [...new Set(options.map(clipped).filter((option) => option !== ''))].slice(0, 8),
        answer: null,
      })),
  };
  const before = existsSync(file) ? readIfKept(file, questionsSchema) : null;
  if (before !== null && answeredOf(before).length > 0) {
    const aside = file.replace(/(\.ya?ml)?$/i, '.before$1');
    renameSync(file, aside);
    terminal.say(`Answers about another text of the spec were put aside: ${shown(aside)}.`);
  }
  save(file, questions);
  return questions;
}

const MOST_QUESTIONS = 10;

/** Longest text that the file of questions may hold: what a model wrote must be readable again. */
const MOST_CHARS = 20_000;

function clipped(text: string): string {
  return text.trim().slice(0, MOST_CHARS).toWellFormed().trim();
}

async function askPerson({ terminal }: SpecCommand, { questions, ...rest }: Questions, file: string): Promise<void> {
  const answers = [...questions];
  const open = questions.filter((one) => answerOf(one) === null).length;
  terminal.say(
    `${formatPlural(open, 'question')}. Type the number of an option or words of your own; an empty line skips it.`,
  );
  for (const [i, question] of questions.entries()) {
    if (answerOf(question) !== null) continue;
    terminal.say(`\n${i + 1} of ${questions.length}`);
    terminal.say(indented(question.question));
    if (question.why !== '') terminal.say(indented(`(${question.why})`));
    for (const [at, option] of question.options.entries()) terminal.say(indented(`${at + 1}. ${option}`));
    const given = await askOne(terminal, question);
    if (given === '') continue;
    answers[i] = { ...question, answer: given };
    save(file, { ...rest, questions: answers });
  }
}

async function askOne(terminal: SpecCommand['terminal'], { options }: Question): Promise<string> {
  for (;;) {
    const given = await terminal.ask('>');
    if (!/^\d+$/.test(given) || options.length === 0) return given;
    const option = options[Number(given) - 1];
    if (option !== undefined) return option;
    terminal.say(`There is no option ${given}.`);
  }
}

function save(file: string, questions: Questions): void {
  keep(file, HEADER, questions);
}

const HEADER = `What is not clear in the spec. Fill in \`answer\`: the number of an option, or words of your own; null: not answered.
Then: npm run -s spec -- refine SPEC.yaml`;

function answeredWords(questions: Questions): string {
  const answered = answeredOf(questions).length;
  return `${formatPlural(questions.questions.length, 'question')}, ${answered} answered.`;
}

function tellNext(command: SpecCommand, questions: Questions, file: string): void {
  const isElsewhere = file !== filesOf(command).questions;
  const words = isElsewhere ? ['--answers', shown(file)] : [];
  if (answeredOf(questions).length === 0) command.terminal.say('Fill in the answers there.');
  command.terminal.say(`Then: ${specCommand(command, 'refine', ...words)}`);
}
