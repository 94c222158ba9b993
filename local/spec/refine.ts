/** `spec refine`: edits of a spec, proposed by a model from what a person has said, decided by the person one by one. */
import { existsSync, readFileSync } from 'node:fs';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';
import { reviewSchema, type SpecEdit, type SpecEdits, specEditsSchema } from '../../lambdas/contracts/spec.ts';
import { diffText } from '../../lambdas/report/diff.ts';
import { formatPlural } from '../../lambdas/report/format.ts';
import { type RefineRequest, refinePrompt } from '../../lambdas/synthesis/prompts/refine.ts';
import { meaningHash } from '../../lambdas/synthesis/spec-types.ts';
import { loadSpec } from '../spec-file.ts';
import { keep, keepInList, readIfKept, readKept, replaceFile } from './beside.ts';
import { answeredOf, readAnswers } from './clarify.ts';
import { filesOf, type SpecCommand, shown, specCommand } from './command.ts';
import { editedText } from './edited-text.ts';
import { applyEdits, type FieldValue, proposedEdits } from './edits.ts';
import { disagreementsOf } from './ratings.ts';
import { choose, indented, shownDiff, type Terminal } from './terminal.ts';

export interface RefineOptions {
  readonly answers: string | undefined;
  /** A decided file, to be applied. */
  readonly edits: string | undefined;
  /** Where proposals go; default: beside the spec. */
  readonly out: string | undefined;
}

/** What a person has said of a spec. */
export type Said = Pick<RefineRequest, 'answers' | 'disagreements'>;

export async function refine(command: SpecCommand, { answers, edits, out }: RefineOptions): Promise<void> {
  if (edits !== undefined) return tellStale(command, applyFile(command, edits));
  const said = whatWasSaid(command, answers);
  if (said.answers.length + said.disagreements.length === 0) {
    command.terminal.say(
      'There is nothing to refine the spec by: no answered question, no disagreement with the judge.',
    );
    command.terminal.say(`Begin with: ${specCommand(command, 'clarify')}`);
    return;
  }
  tellStale(command, await refineBy(command, said, out));
}

/** A review writes the steps anew by itself. */
function tellStale(command: SpecCommand, hasChanged: boolean): void {
  if (!hasChanged) return;
  command.terminal.say(`The steps of the judge are out of date. Write them anew: ${specCommand(command, 'judge')}`);
}

/**
 * Proposes edits; where a person is there, they decide, and what they accept is made.
 * @returns whether the spec has changed
 */
export async function refineBy(command: SpecCommand, said: Said, out?: string): Promise<boolean> {
  const file = out ?? filesOf(command).edits;
  const proposed = await propose(command, said, file);
  if (proposed.edits.length === 0) return false;
  if (command.terminal.isInteractive) {
    await decide(command, proposed, file);
    return applyFile(command, file);
  }
  const next = specCommand(command, 'refine', '--edits', shown(file));
  command.terminal.say(`Decide there (accept, change or refuse), then: ${next}`);
  return false;
}

/** Answers and disagreements about what the spec says now. A file that is named counts whatever it was about. */
export function whatWasSaid(command: SpecCommand, answers: string | undefined): Said {
  const { spec } = command;
  const files = filesOf(command);
  const hash = meaningHash(spec);
  const isNow = ({ specHash }: { specHash: string }): boolean => specHash === hash;
  const file = answers ?? files.questions;
  const asked = answers === undefined && !existsSync(file) ? null : readAnswers(command, file);
  const review = readIfKept(files.review, reviewSchema);
  return {
    answers: asked !== null && (answers !== undefined || isNow(asked)) ? answeredOf(asked) : [],
    disagreements: review !== null && isNow(review) ? disagreementsOf(review) : [],
  };
}

/** Asks for edits and keeps them; decisions about the same edits stay. */
async function propose(command: SpecCommand, said: Said, file: string): Promise<SpecEdits> {
  const { spec, session, terminal } = command;
  const reply = await session.ask(refinePrompt({ spec, ...said }));
  const { edits, unused } = proposedEdits(spec, reply.edits);
  const before = readIfKept(file, specEditsSchema)?.edits ?? [];
  const proposed: SpecEdits = {
    spec: spec.name,
    specHash: meaningHash(spec),
    by: said.answers.length > 0 ? 'clarify' : 'review',
    edits: edits.map((edit) => ({ ...edit, ...decisionOf(edit, before) })),
    unused: [...reply.unused, ...unused],
  };
  keep(file, HEADER, proposed);
  terminal.say(
    edits.length === 0
      ? 'The model proposes no change.'
      : `${formatPlural(edits.length, 'edit')} proposed. They are in ${shown(file)}.`,
  );
  for (const edit of terminal.isInteractive ? [] : edits) showEdit(terminal, edit);
  if (proposed.unused.length > 0) terminal.say('\nCould not be used:');
  for (const { what, why } of proposed.unused) terminal.say(indented(`${what}\n  (${why})`));
  return proposed;
}

function decisionOf(edit: SpecEdit, before: readonly SpecEdit[]): Pick<SpecEdit, 'decision' | 'changed'> {
  const same = before.find(
    ({ field, after }) => field === edit.field && JSON.stringify(after) === JSON.stringify(edit.after),
  );
  if (same === undefined) return { decision: null };
  return { decision: same.decision, ...(same.changed === undefined ? {} : { changed: same.changed }) };
}

/** Asks the person about each edit; each decision is kept at once. */
async function decide({ terminal }: SpecCommand, proposed: SpecEdits, file: string): Promise<void> {
  const edits = [...proposed.edits];
  for (const [i, edit] of proposed.edits.entries()) {
    if (edit.decision !== null) continue;
    terminal.say(`\nEdit ${i + 1} of ${proposed.edits.length}`);
    showEdit(terminal, edit);
    const decision = await choose(terminal, 'What becomes of it?', ['accept', 'change', 'refuse', 'skip']);
    if (decision === 'skip') continue;
    const changed = decision === 'change' ? await askValue(terminal, edit.after) : undefined;
    edits[i] = { ...edit, decision, ...(changed === undefined ? {} : { changed }) };
    keep(file, HEADER, { ...proposed, edits });
  }
}

async function askValue(terminal: Terminal, like: FieldValue): Promise<FieldValue> {
  if (typeof like === 'string') {
    for (;;) {
      const text = await terminal.ask('The text:');
      if (text !== '') return text;
    }
  }
  const texts: string[] = [];
  terminal.say('The texts of the list, one a line; an empty line ends it.');
  for (let text = await terminal.ask('-'); text !== ''; text = await terminal.ask('-')) texts.push(text);
  return texts;
}

function showEdit(terminal: Terminal, { field, reason, before, after }: SpecEdit): void {
  const segments = diffText(textOf(before), textOf(after)).flatMap((hunk) => hunk.segments);
  terminal.say(`\n${field}: ${indented(reason).trimStart()}`);
  // The diff is shown as it is painted: its foreign characters have been written as code points.
  const diff = shownDiff(segments, terminal.color);
  terminal.say(diff.replace(/^/gm, '  '));
}

function textOf(value: FieldValue | null): string | undefined {
  if (value === null) return undefined;
  return typeof value === 'string' ? value : value.map((text) => `- ${text}`).join('\n');
}

/**
 * Applies a decided file. Applied again, it changes nothing.
 * @returns whether the spec has changed
 */
function applyFile(command: SpecCommand, file: string): boolean {
  const { loaded, terminal, now } = command;
  const decided = readKept(file, specEditsSchema);
  // As it stands on disk: `--set` is for this command alone.
  const { spec, document, path } = loadSpec(loaded.path);
  if (decided.spec !== spec.name) {
    const message = `is about ${JSON.stringify(decided.spec)}, not ${JSON.stringify(spec.name)}.`;
    throw new InvalidInputError([
      { file: shown(file), field: 'spec', message, remedy: 'Give the edits of this spec.' },
    ]);
  }
  const { changes, refused, unused } = applyEdits(spec, document, decided, now());
  const fields = changes.map(({ field }) => field);
  if (changes.length > 0) replaceFile(path, editedText(readFileSync(path, 'utf-8'), document, fields));
  for (const change of changes) keepInList(filesOf(command).history, HISTORY_HEADER, change);
  terminal.say(
    changes.length === 0
      ? `Nothing was changed in ${shown(path)}.`
      : `${formatPlural(changes.length, 'edit')} made in ${shown(path)}: ${fields.join(', ')}.`,
  );
  if (refused > 0) terminal.say(`${formatPlural(refused, 'edit')} refused.`);
  for (const { field, why } of unused) terminal.say(indented(`${field}: not used, ${why}.`).trimStart());
  return changes.length > 0;
}

const HEADER = `Edits that a model proposes for the spec. Decide each by \`decision\`: accept, change (and give \`changed\`) or refuse.
Then: npm run -s spec -- refine SPEC.yaml --edits THIS-FILE`;

const HISTORY_HEADER = 'What was changed in the spec, when and why; the latest stands at the end.';
