/** Texts behind an evaluation's rows: inputs, answers, feedback. Of a sealed test set there are none. */
import type { Rollout } from '../contracts/artifacts.ts';
import type { EvaluationPlan, EvaluationRow } from '../contracts/evaluation.ts';
import type { EvaluationResult } from '../contracts/evaluation-result.ts';
import { loadRollouts } from '../store/rollouts.ts';
import { jobKey } from './run-rollouts.ts';

type Details = Pick<Extract<EvaluationResult, { of: 'prompts' }>['worst'][number], 'input' | 'output' | 'evals'>;

export interface DetailsOf {
  /** null: nothing may be told, or the rollout is not there. */
  of(row: Pick<EvaluationRow, 'exampleId' | 'candidateId' | 'draw'>): Details | null;
  feedbackOf(row: Pick<EvaluationRow, 'exampleId' | 'candidateId' | 'draw'>, evalName: string): string;
  /** What evals noted about how their scores came about, each once. */
  readonly notes: ReadonlySet<string>;
}

/** Rollouts whose texts are read at most, worst first: what is shown is less. */
const MOST_READ = 2_000;

export async function detailsOf(plan: EvaluationPlan, rows: readonly EvaluationRow[]): Promise<DetailsOf> {
  const { examples, variants, request } = plan;
  const byId = new Map((examples ?? []).map((example) => [example.id, example]));
  const split = request.of === 'judges' ? 'golden' : request.split;
  const keyOf = ({ exampleId, candidateId, draw }: Parameters<DetailsOf['of']>[0]): string | null => {
    const example = byId.get(exampleId);
    const variant = variants.find(({ id }) => id === candidateId);
    if (example === undefined || variant === undefined) return null;
    const job = { split, example, components: variant.task.prompt, draw };
    return jobKey(variant.task, request.of === 'judges' ? { ...job, given: example.output ?? '' } : job);
  };
  const wanted = [...rows].sort((a, b) => (a.score ?? 1) - (b.score ?? 1)).slice(0, MOST_READ);
  const rollouts: Map<string, Rollout> =
    examples === null
      ? new Map()
      : await loadRollouts(
          'search',
          wanted.flatMap((row) => keyOf(row) ?? []),
        );
  const rolloutOf = (row: Parameters<DetailsOf['of']>[0]): Rollout | undefined => rollouts.get(keyOf(row) ?? '');
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
