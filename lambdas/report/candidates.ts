/** The candidates of a run as its report tells them. */
import type { Archive } from '../contracts/artifacts.ts';
import type { Mean, Report } from '../contracts/report.ts';
import type { Task } from '../contracts/task.ts';
import { componentsOf, validationScores } from '../optimizer/archive.ts';
import { frontierWeights } from '../optimizer/frontier.ts';
import { mean } from '../optimizer/statistics.ts';

/** All of the archive, in its order, with their means on validation. */
export function reportedCandidates(archive: Archive, task: Task): Report['candidates'] {
  const validation = validationScores(
    archive,
    task.evals.map(({ name }) => name),
  );
  const means = new Map(validation.map(({ id, scores }) => [id, meanOf([...scores.values()])]));
  const onFrontier = frontierWeights(task.optimizer.frontierType, validation);
  return archive.candidates.map((candidate) => {
    const { id, parents, generation, origin, status, reason } = candidate;
    return {
      ...{ id, parents, generation, origin, components: componentsOf(archive, candidate), status, reason },
      validation: means.get(id) ?? { mean: null, n: 0 },
      frontier: onFrontier.has(id),
    };
  });
}

function meanOf(values: readonly number[]): Mean {
  return { mean: mean(values), n: values.length };
}

/** Validation of a candidate; nothing was measured of one that is not there. */
export function validationIn(
  candidates: readonly Pick<Report['candidates'][number], 'id' | 'validation'>[],
  id: string,
): Mean {
  return candidates.find((one) => one.id === id)?.validation ?? { mean: null, n: 0 };
}
