/** `spec review`: a person rates examples near the boundary, then the judge is heard; where they differ, the spec is refined. */
import { writeFileSync } from 'node:fs';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';
import { type Review, type ReviewExample, reviewSchema } from '../../lambdas/contracts/spec.ts';
import { formatPlural } from '../../lambdas/report/format.ts';
import { criteriaOf, meaningHash } from '../../lambdas/synthesis/spec-types.ts';
import { loadSpec } from '../spec-file.ts';
import { keep, readIfKept, readKept } from './beside.ts';
import { filesOf, type SpecCommand, shown, specCommand } from './command.ts';
import { boundaryExamples, judgedExample } from './examples.ts';
import { keepGolden, readGolden } from './golden.ts';
import { stepsOf } from './judge.ts';
import { agreementOf, disagreementsOf, isDisagreement } from './ratings.ts';
import { refineBy } from './refine.ts';
import { renderReviewPage } from './review-page.ts';
import type { Verdict } from './session.ts';
import { choose, indented, type Terminal } from './terminal.ts';

export interface ReviewOptions {
  /** How many examples a round has. */
  readonly examples: number;
  /** Where the page goes, when there is to be one. */
  readonly html: string | undefined;
  /** A file of ratings, in place of asking. */
  readonly ratings: string | undefined;
}

export async function review(command: SpecCommand, { examples, html, ratings }: ReviewOptions): Promise<void> {
  if (ratings !== undefined) return takeRatings(command, ratings);
  if (html !== undefined) return writePage(command, await openRound(command, examples), html);
  if (command.terminal.isInteractive) return rounds(command, examples);
  const opened = await openRound(command, examples);
  const file = filesOf(command).review;
  if (opened.examples.some(({ rating }) => rating !== null)) return takeRatings(command, file);
  command.terminal.say(
    `${formatPlural(opened.examples.length, 'example')} to rate in ${shown(file)}: write pass or fail as \`rating\`.`,
  );
  command.terminal.say(`Then: ${specCommand(command, 'review', '--ratings', shown(file))}`);
}

/** Rounds until judge and person agree, or the person has enough. */
async function rounds(first: SpecCommand, count: number): Promise<void> {
  let command = first;
  let current = await openRound(command, count);
  for (;;) {
    const wasFinished = isFinished(current);
    const ended = wasFinished ? 'done' : await rateAll(command, current);
    current = readKept(filesOf(command).review, reviewSchema);
    tellAgreement(command.terminal, current);
    if (ended === 'quit') return command.terminal.say(`Go on with: ${specCommand(command, 'review')}`);
    if (disagreementsOf(current).length === 0) {
      if (!wasFinished || (await choose(command.terminal, 'Another round with new examples?', ['yes', 'no'])) === 'no')
        return;
    } else {
      const answer = await choose(command.terminal, '\nRefine the spec by the disagreements?', ['yes', 'no']);
      if (answer === 'no') return;
      const said = { answers: [], disagreements: disagreementsOf(current) };
      if (!(await refineBy(command, said))) return;
      const loaded = loadSpec(command.loaded.path, command.set);
      command = { ...command, loaded, spec: loaded.spec };
    }
    current = await newRound(command, count, current);
  }
}

/** The round that was begun about what the spec says now, or a new one. */
async function openRound(command: SpecCommand, count: number): Promise<Review> {
  const kept = readIfKept(filesOf(command).review, reviewSchema);
  const isNow = kept !== null && kept.spec === command.spec.name && kept.specHash === meaningHash(command.spec);
  if (!isNow) return newRound(command, count, kept);
  const rated = kept.examples.filter(({ rating }) => rating !== null).length;
  command.terminal.say(`Round ${kept.round}: ${rated} of ${kept.examples.length} are rated.`);
  return kept;
}

async function newRound(command: SpecCommand, count: number, before: Review | null): Promise<Review> {
  const { spec, terminal } = command;
  const round = (before?.round ?? 0) + 1;
  const rated = readGolden(command.loaded).map(({ input, output = '' }) => ({ input, output }));
  const unrated = before?.examples.filter(({ rating }) => rating === null) ?? [];
  const examples = await boundaryExamples(command, count, round, [...rated, ...unrated]);
  const made: Review = { spec: spec.name, specHash: meaningHash(spec), round, examples };
  save(command, made);
  terminal.say(`Round ${round}: ${formatPlural(examples.length, 'example')}.`);
  return made;
}

/** Nothing is left to be said about the round. */
function isFinished({ examples }: Review): boolean {
  return examples.every((example) => example.rating !== null && example.judge !== null && !lacksReason(example));
}

function lacksReason(example: ReviewExample): boolean {
  return isDisagreement(example) && example.why === null;
}

/** One example after another: the person's rating first, then the judge's verdict. Each is kept at once. */
async function rateAll(command: SpecCommand, { examples: given, ...rest }: Review): Promise<'done' | 'quit'> {
  const { terminal } = command;
  const steps = await stepsOf(command);
  const examples = [...given];
  const change = (i: number, now: ReviewExample): void => {
    examples[i] = now;
    save(command, { ...rest, examples });
  };
  terminal.say(`\n${indented(criteriaOf(command.spec))}`);
  for (const [i, start] of given.entries()) {
    if (start.rating !== null && start.judge !== null && !lacksReason(start)) continue;
    let example = start;
    // While the person reads, the judge does too; nobody is told before both have spoken.
    const judging = judgeOne(command, steps, example);
    judging.catch(() => {});
    try {
      terminal.say(`\nExample ${i + 1} of ${given.length}`);
      showExample(terminal, example);
      if (example.rating === null) {
        const rating = await choose(terminal, 'Does the answer pass?', ['pass', 'fail', 'skip', 'quit']);
        if (rating === 'quit') return 'quit';
        if (rating === 'skip') continue;
        example = { ...example, rating };
        change(i, example);
        keepGolden(command, { ...rest, examples }, [example]);
      }
      example = { ...example, judge: await judging };
      change(i, example);
      terminal.say(`The judge: ${example.judge?.verdict}. ${indented(example.judge?.reasoning ?? '').trimStart()}`);
      if (lacksReason(example))
        change(i, { ...example, why: await terminal.ask('You disagree. Why, in one sentence?') });
    } finally {
      await judging.catch(() => {});
    }
  }
  return 'done';
}

function judgeOne({ session, spec }: SpecCommand, steps: readonly string[], example: ReviewExample): Promise<Verdict> {
  return example.judge === null
    ? session.judge(spec, steps, judgedExample(example), example.output)
    : Promise.resolve(example.judge);
}

/** The examples with what the judge says of them. */
async function judged(command: SpecCommand, examples: readonly ReviewExample[]): Promise<ReviewExample[]> {
  const steps = await stepsOf(command);
  await Promise.allSettled(examples.map((example) => judgeOne(command, steps, example)));
  // What did not fit under a cap all at once is judged one by one; the others are found as they were answered.
  const all: ReviewExample[] = [];
  for (const example of examples) all.push({ ...example, judge: await judgeOne(command, steps, example) });
  return all;
}

function showExample(terminal: Terminal, { input, output, expected }: ReviewExample): void {
  terminal.say(`Input\n${indented(typeof input === 'string' ? input : JSON.stringify(input, null, 2))}`);
  if (expected !== undefined) terminal.say(`Reference\n${indented(expected)}`);
  terminal.say(`Answer\n${indented(output)}`);
}

function tellAgreement(terminal: Terminal, current: Review): void {
  const { compared, agreed, open } = agreementOf(current);
  const left = open === 0 ? '' : ` ${formatPlural(open, 'example')} not rated.`;
  terminal.say(`\nJudge and person agree on ${agreed} of ${compared}.${left}`);
  for (const { input, output, rating, why, judge } of current.examples.filter(isDisagreement)) {
    const asked = typeof input === 'string' ? input : JSON.stringify(input);
    terminal.say(
      indented(
        `\ninput: ${asked}\nanswer: ${output}\nyou: ${rating}${why ? `, ${why}` : ''}\njudge: ${judge?.verdict}, ${judge?.reasoning}`,
      ),
    );
  }
}

/** A page that is filled in elsewhere. The judge's verdicts are in it alone, until the ratings come back. */
async function writePage(command: SpecCommand, current: Review, file: string): Promise<void> {
  const verdicts = await judged(command, current.examples);
  writeFileSync(file, renderReviewPage({ ...current, examples: verdicts }, criteriaOf(command.spec)));
  command.terminal.say(`Open ${shown(file)} in a browser, rate, and save the file that it offers.`);
  command.terminal.say(`Then: ${specCommand(command, 'review', '--ratings', 'review.json')}`);
}

/** Ratings that were given elsewhere: in the page, or by hand in the file of the review. */
async function takeRatings(command: SpecCommand, file: string): Promise<void> {
  const { spec, terminal } = command;
  const current = withRatings(command, file);
  const rated = current.examples.filter(({ rating }) => rating !== null);
  keepGolden(command, current, rated);
  terminal.say(`${formatPlural(rated.length, 'rated example')} in ${shown(filesOf(command).golden)}.`);
  if (current.specHash !== meaningHash(spec)) {
    terminal.say('The spec has changed since they were rated, so they are not held against the judge.');
    terminal.say(`Rate new ones: ${specCommand(command, 'review')}`);
    return;
  }
  save(command, current);
  const heard = await judged(command, rated);
  const byId = new Map(heard.map((example) => [example.id, example]));
  const settled = { ...current, examples: current.examples.map((example) => byId.get(example.id) ?? example) };
  save(command, settled);
  tellAgreement(terminal, settled);
  const disagreements = disagreementsOf(settled);
  if (disagreements.length > 0)
    await refineBy({ ...command, terminal: { ...terminal, isInteractive: false } }, { answers: [], disagreements });
}

/** The round with the ratings of a file. @throws InvalidInputError when they are of another spec or another round */
function withRatings(command: SpecCommand, file: string): Review {
  const given = readKept(file, reviewSchema);
  const kept = readIfKept(filesOf(command).review, reviewSchema);
  const refuse = (field: string, message: string, remedy: string): never => {
    throw new InvalidInputError([{ file: shown(file), field, message, remedy }]);
  };
  if (given.spec !== command.spec.name) {
    const message = `is about ${JSON.stringify(given.spec)}, not ${JSON.stringify(command.spec.name)}.`;
    return refuse('spec', message, 'Give the ratings of this spec.');
  }
  const heard = given.examples.map((example) => ({ ...example, judge: null }));
  if (kept === null || (kept.specHash !== given.specHash && kept.round < given.round))
    return { ...given, examples: heard };
  if (kept.round !== given.round || kept.specHash !== given.specHash) {
    const message = `is of round ${given.round}, and the review is at round ${kept.round}.`;
    return refuse('round', message, 'Give the ratings of the latest page.');
  }
  const byId = new Map(given.examples.map((example) => [example.id, example]));
  const examples = kept.examples.map((example) => {
    const { rating = null, why = null } = byId.get(example.id) ?? {};
    return { ...example, rating: rating ?? example.rating, why: why ?? example.why };
  });
  return { ...kept, examples };
}

function save(command: SpecCommand, current: Review): void {
  keep(filesOf(command).review, HEADER, current);
}

const HEADER = `Examples near the boundary of the spec. Rate each by \`rating\`: pass or fail (null: not rated), and say \`why\` where you like.
Then: npm run -s spec -- review SPEC.yaml --ratings THIS-FILE
\`intended\` is what the model that wrote an example meant it to be: best not looked at before.`;
