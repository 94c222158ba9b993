/** Texts behind an evaluation's rows: inputs, answers, feedback. Of a sealed test set there are none. */
import type { Rollout } from '../contracts/artifacts.ts';
import type { EvaluationPlan, EvaluationRow } from '../contracts/evaluation.ts';
import type { EvaluationResult } from '../contracts/evaluation-result.ts';
import { loadRollouts } from '../store/rollouts.ts';
import { jobKey } from './run-rollouts.ts';

type Details = Pick<Extract<EvaluationResult, { of: 'prompts' }>['worst'][number], 'input' | 'output' | 'evals'>;

export interface DetailsOf {
  /** null: nothing may be told, or the rollout is not there. */
  of(row: RowPlace): Details | null;
  feedbackOf(row: RowPlace, evalName: string): string;
  /** What evals noted about how their scores came about, each once. */
  readonly notes: ReadonlySet<string>;
}

/** A row's place, which finds its rollout. */
export type RowPlace = Pick<EvaluationRow, 'exampleId' | 'candidateId' | 'draw'>;

/** Further rollouts that are read for what their evals noted: notes are about a server, so a few tell. */
const MOST_NOTED = 200;

/**
 * @param shown the rows whose texts are told
 * @param rows all rows, some of which are asked for notes
 */
export async function detailsOf(
  plan: EvaluationPlan,
  shown: readonly RowPlace[],
  rows: readonly RowPlace[],
): Promise<DetailsOf> {
  const { examples, variants, request } = plan;
  const byId = new Map((examples ?? []).map((example) => [example.id, example]));
  const split = request.of === 'judges' ? 'golden' : request.split;
  const keyOf = ({ exampleId, candidateId, draw }: RowPlace): string | null => {
    const example = byId.get(exampleId);
    const variant = variants.find(({ id }) => id === candidateId);
    if (example === undefined || variant === undefined) return null;
    const job = { split, example, components: variant.task.prompt, draw };
    return jobKey(variant.task, request.of === 'judges' ? { ...job, given: example.output ?? '' } : job);
  };
  const wanted = examples === null ? [] : [...shown, ...rows.slice(0, MOST_NOTED)];
  const rollouts = await loadRollouts(
    'search',
    wanted.flatMap((row) => keyOf(row) ?? []),
  );
  const rolloutOf = (row: RowPlace): Rollout | undefined => rollouts.get(keyOf(row) ?? '');
  return {
    of(row) {
      const rollout = rolloutOf(row);
      const input = byId.get(row.exampleId)?.input;
      if (rollout === undefined || input === undefined) return null;
      return {
        input: typeof input === 'string' ? input : JSON.stringify(input),
        output: rollout.output,
        evals: rollout.evals.map(({ name, score, feedback }) => ({ name, score, feedback })),
      };
    },
    feedbackOf: (row, evalName) => rolloutOf(row)?.evals.find(({ name }) => name === evalName)?.feedback ?? '',
    notes: new Set([...rollouts.values()].flatMap(({ evals }) => evals.flatMap(({ note }) => note ?? []))),
  };
}
