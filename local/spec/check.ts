/** `spec check`: whether specs are right, and how far each has come. Asks no model. */
import { questionsSchema, reviewSchema } from '../../lambdas/contracts/spec.ts';
import { meaningHash } from '../../lambdas/synthesis/spec-types.ts';
import { readJudge } from '../judge-file.ts';
import { besideSpec, type LoadedSpec } from '../spec-file.ts';
import { readIfKept } from './beside.ts';
import { answeredOf } from './clarify.ts';
import { shown } from './command.ts';
import { readGolden } from './golden.ts';
import { agreementOf } from './ratings.ts';
import type { Terminal } from './terminal.ts';

/** @param specs of one task */
export function check(specs: readonly LoadedSpec[], terminal: Terminal): void {
  for (const loaded of specs) {
    const { spec, path } = loaded;
    terminal.say(`${shown(path)}: ${spec.name} (${spec.type}) is right.`);
    terminal.say(`  judge      ${judgeWords[readJudge(loaded).status]}`);
    terminal.say(`  questions  ${questionWords(loaded)}`);
    terminal.say(`  review     ${reviewWords(loaded)}`);
    terminal.say(`  golden     ${readGolden(loaded).length}`);
  }
}

const judgeWords = {
  current: 'as a model wrote it from the spec',
  edited: 'edited by hand',
  stale: 'out of date: the spec says something else by now',
  missing: 'none yet',
} as const;

function questionWords({ path, spec }: LoadedSpec): string {
  const questions = readIfKept(besideSpec(path).questions, questionsSchema);
  if (questions === null) return 'none yet';
  const answered = `${answeredOf(questions).length} of ${questions.questions.length} answered`;
  return questions.specHash === meaningHash(spec) ? answered : `${answered}, about another text of the spec`;
}

function reviewWords({ path, spec }: LoadedSpec): string {
  const review = readIfKept(besideSpec(path).review, reviewSchema);
  if (review === null) return 'none yet';
  const { compared, agreed, open } = agreementOf(review);
  const words = `round ${review.round}, judge and person agree on ${agreed} of ${compared}, ${open} not rated`;
  return review.specHash === meaningHash(spec) ? words : `${words}, about another text of the spec`;
}
