/** A run that is over, as Conclude has it: an archive with a winner, and sealed rows made of plain scores. */
import type { Archive, VerificationRow } from '../../lambdas/contracts/artifacts.ts';
import type { RunContext } from '../../lambdas/contracts/context.ts';
import type { Report } from '../../lambdas/contracts/report.ts';
import { type Components, taskSchema } from '../../lambdas/contracts/task.ts';
import { newArchive, store } from '../../lambdas/optimizer/archive.ts';
import { noUsage } from '../../lambdas/optimizer/usage.ts';
import { buildReport } from '../../lambdas/report/build.ts';

export const PROMPT: Components = { system: 'Decide.', user: '{{input}}' };
export const WINNER: Components = { ...PROMPT, system: 'Decide with care.' };
export const CHAMPION: Components = { ...PROMPT, system: 'Decide at once.' };

export interface Finished {
  /** Scores on the sealed test by candidate, in the order of the examples; null is a failure. */
  readonly scores: Readonly<Record<string, readonly (number | null)[]>>;
  readonly champion?: RunContext['champion'];
  readonly winnerId?: 'g1-s0' | 'baseline';
  readonly task?: Readonly<Record<string, unknown>>;
  /** Scores of further evals, by candidate and name. */
  readonly evals?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export function contextOf({ champion = null, task = {}, scores }: Finished): RunContext {
  return {
    schema: 'prompt-optimizer.context.v1',
    runId: 'finished',
    task: taskSchema.parse({
      name: 'cases',
      prompt: PROMPT,
      model: { name: 'task' },
      reflection: { name: 'reflection' },
      evals: [{ name: 'right', type: 'exact_match' }],
      budget: { rollouts: 1000 },
      ...task,
    }),
    train: [],
    validation: [],
    test: { size: scores.baseline?.length ?? 1, maxInputBytes: 9, maxExpectedBytes: 0 },
    known: { unsealed: [], judgeNoise: {} },
    notice: null,
    taskVersion: null,
    fingerprint: '',
    champion,
    check: null,
  };
}

export function archiveWith({ task }: RunContext, winnerId: string = 'g1-s0'): Archive {
  const archive = newArchive('finished', task);
  const { parts, texts } = store(WINNER, archive.texts);
  const [baseline] = archive.candidates;
  if (baseline === undefined) throw new Error('An archive has a baseline.');
  const winner = { ...baseline, id: 'g1-s0', parents: ['baseline'], generation: 1, origin: 'mutation' as const, parts };
  return { ...archive, texts, candidates: [baseline, winner], winnerId };
}

export function rowsOf({ scores, evals = {} }: Finished): VerificationRow[] {
  return Object.entries(scores).flatMap(([candidateId, values]) =>
    values.map(
      (score, i): VerificationRow => ({
        exampleId: `e${i}`,
        candidateId,
        draw: 0,
        score,
        evals: score === null ? {} : { right: score, ...evals[candidateId] },
        cached: false,
        usage: noUsage(),
      }),
    ),
  );
}

export function reportOf(run: Finished): Report {
  const context = contextOf(run);
  const archive = archiveWith(context, run.winnerId);
  return buildReport({ context, archive, rows: rowsOf(run), spend: archive.spend, wallSeconds: 1 });
}

/** `n` scores of 0 and 1, `right` of them 1, the ones first. */
export function firstRight(right: number, n = 40): number[] {
  return Array.from({ length: n }, (_, i) => (i < right ? 1 : 0));
}
