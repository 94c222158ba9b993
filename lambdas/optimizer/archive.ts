/** Questions to the archive: texts, scores, means, draws. Pure. */
import { createHash } from 'node:crypto';
import type { Archive, Candidate, Spend } from '../contracts/artifacts.ts';
import type { RolloutRequest } from '../contracts/step.ts';
import type { Components, Task } from '../contracts/task.ts';
import type { CandidateScores } from './frontier.ts';

export const BASELINE_ID = 'baseline';

/** Nothing spent. */
export const NO_SPEND: Spend = {
  rollouts: 0,
  modelCalls: 0,
  reflectionCalls: 0,
  judgeCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  costUsd: 0,
  cacheHits: 0,
  failures: 0,
};

/** The archive of a run that has not begun: turn 0, the baseline alone. */
export function newArchive(runId: string, task: Task): Archive {
  const { parts, texts } = store(task.prompt, {});
  return {
    schema: 'prompt-optimizer.archive.v1',
    runId,
    turn: 0,
    generation: 0,
    texts,
    candidates: [
      {
        id: BASELINE_ID,
        parents: [],
        generation: 0,
        slot: 0,
        origin: 'baseline',
        parts,
        status: 'accepted',
        reason: null,
        component: null,
        minibatch: null,
      },
    ],
    scores: [],
    generations: [],
    spend: NO_SPEND,
    step: null,
    epoch: 0,
    concurrency: task.optimizer.concurrency,
    rateLimited: false,
    finalists: null,
    winnerId: null,
    silentGenerations: 0,
    stopReason: null,
    elapsedMs: 0,
    attribution: null,
    check: null,
  };
}

/** Puts the texts of `components` into `texts` (a new record) and says where each went. */
export function store(
  components: Components,
  texts: Readonly<Record<string, string>>,
): { parts: Record<string, string>; texts: Record<string, string> } {
  const ids = Object.entries(components).map(([name, text]): [string, string] => [name, textId(text)]);
  const stored = { ...texts };
  for (const [name, id] of ids) stored[id] = components[name] ?? '';
  return { parts: Object.fromEntries(ids), texts: stored };
}

/** Id of a text in the archive. */
export function textId(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** @throws Error when the archive does not have the candidate. */
export function candidateOf(archive: Archive, id: string): Candidate {
  const candidate = archive.candidates.find((one) => one.id === id);
  if (candidate === undefined) throw new Error(`The archive of run ${archive.runId} has no candidate ${id}.`);
  return candidate;
}

export function componentsOf(archive: Archive, candidate: Pick<Candidate, 'id' | 'parts'>): Components {
  return Object.fromEntries(
    Object.entries(candidate.parts).map(([name, id]) => {
      const text = archive.texts[id];
      if (text === undefined) throw new Error(`The archive of run ${archive.runId} lacks a text of ${candidate.id}.`);
      return [name, text];
    }),
  );
}

/** Whether two candidates are the same prompt. */
export function sameParts(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/**
 * Validation scores of the accepted candidates, in the order of their making: the mean over the draws of each example,
 * failures left out.
 */
export function validationScores(archive: Archive, evalNames: readonly string[]): CandidateScores[] {
  const cells = new Map<string, Map<string, { n: number; score: number; evals: number[] }>>();
  for (const candidate of archive.candidates) if (candidate.status === 'accepted') cells.set(candidate.id, new Map());
  for (const [candidateId, split, exampleId, , score, ...evals] of archive.scores) {
    const ofCandidate = cells.get(candidateId);
    if (split !== 'validation' || score === null || ofCandidate === undefined) continue;
    const cell = ofCandidate.get(exampleId);
    if (cell === undefined) ofCandidate.set(exampleId, { n: 1, score, evals });
    else {
      cell.n += 1;
      cell.score += score;
      cell.evals = cell.evals.map((sum, i) => sum + (evals[i] ?? 0));
    }
  }
  return [...cells].map(([id, examples]) => ({
    id,
    scores: new Map([...examples].map(([exampleId, { n, score }]) => [exampleId, score / n])),
    objectives: new Map(
      [...examples].map(([exampleId, { n, evals }]) => [
        exampleId,
        Object.fromEntries(evalNames.map((name, i) => [name, (evals[i] ?? 0) / n])),
      ]),
    ),
  }));
}

/**
 * `validationScores` of the candidates that can be judged by their mean: at least half of the examples that they were run
 * on have a score. One answer among many failures says nothing.
 */
export function judgedScores(archive: Archive, evalNames: readonly string[]): CandidateScores[] {
  const tried = new Map<string, Set<string>>();
  for (const [candidateId, split, exampleId] of archive.scores) {
    if (split !== 'validation') continue;
    const examples = tried.get(candidateId);
    if (examples === undefined) tried.set(candidateId, new Set([exampleId]));
    else examples.add(exampleId);
  }
  return validationScores(archive, evalNames).filter(
    ({ id, scores }) => scores.size > 0 && scores.size >= LEAST_SCORED_SHARE * (tried.get(id)?.size ?? 0),
  );
}

/** Share of a candidate's validation rollouts that must be scored: below it there is no mean to speak of. */
export const LEAST_SCORED_SHARE = 0.5;

/**
 * The next fresh draw of a prompt on a training example. Equal prompts share their draws, whatever candidates they are:
 * a stored rollout knows the texts alone.
 */
export function nextDraws(archive: Archive): (request: Pick<RolloutRequest, 'candidateId' | 'exampleId'>) => number {
  const prompts = new Map(archive.candidates.map(({ id, parts }) => [id, Object.entries(parts).sort()]));
  const keyOf = (candidateId: string, exampleId: string): string =>
    JSON.stringify([prompts.get(candidateId) ?? candidateId, exampleId]);
  const next = new Map<string, number>();
  for (const [candidateId, split, exampleId, draw] of archive.scores) {
    if (split !== 'train') continue;
    const key = keyOf(candidateId, exampleId);
    next.set(key, Math.max(next.get(key) ?? 0, draw + 1));
  }
  return ({ candidateId, exampleId }) => {
    const key = keyOf(candidateId, exampleId);
    const draw = next.get(key) ?? 0;
    next.set(key, draw + 1);
    return draw;
  };
}
