/**
 * Plays a whole run of a simulated world in memory: the reducers that Plan calls, the templates, the reflection request
 * and the guards are the workflow's own; the store, the machine and HTTP are left out. A second of it replays a minute of
 * the whole workflow, and `tests/bench/play.test.ts` holds the two against each other.
 */
import type { Archive, Usage } from '../lambdas/contracts/artifacts.ts';
import type { Example } from '../lambdas/contracts/dataset.ts';
import type { MutateItem, RolloutRequest } from '../lambdas/contracts/step.ts';
import { type Components, type Task, taskSchema } from '../lambdas/contracts/task.ts';
import { exactMatch } from '../lambdas/evals/exact-match.ts';
import { jsonFields } from '../lambdas/evals/json-fields.ts';
import type { Answer, Scored } from '../lambdas/evals/scorer.ts';
import { renderMessages } from '../lambdas/model/templates.ts';
import { isAccepted } from '../lambdas/optimizer/acceptance.ts';
import { BASELINE_ID, candidateOf, componentsOf, newArchive } from '../lambdas/optimizer/archive.ts';
import { maxExpectedBytes, maxInputBytes } from '../lambdas/optimizer/budget.ts';
import { childDraw, childId } from '../lambdas/optimizer/gepa/fold.ts';
import type { LandedMutation, LandedRollout, LandedShard } from '../lambdas/optimizer/steps/landed.ts';
import { promptsById, type Search } from '../lambdas/optimizer/steps/search.ts';
import { foldChildren, foldScores, planNextStep } from '../lambdas/optimizer/strategy.ts';
import { decideVerdict } from '../lambdas/optimizer/verdict.ts';
import { guardText } from '../lambdas/rollout/guards.ts';
import { triedEdits, triedUnits } from '../lambdas/rollout/lineage.ts';
import { searchOf } from '../lambdas/rollout/search.ts';
import { unit } from './unit.ts';
import type { World } from './worlds/world.ts';

export interface Played {
  readonly archive: Archive;
  readonly task: Task;
  readonly best: Components;
  readonly verdict: ReturnType<typeof decideVerdict>;
  readonly rollouts: number;
  readonly reflections: number;
  /** Steps in which reflections were made, one after the other. */
  readonly reflectionRounds: number;
}

export interface PlayOptions {
  readonly rollouts: number;
  readonly strategy: Task['optimizer']['strategy'];
  readonly optimizer?: Partial<Task['optimizer']>;
  /** Share of the task calls that fail for good. */
  readonly failing?: number;
}

export function taskOf(world: World, { rollouts, strategy, optimizer }: PlayOptions): Task {
  return taskSchema.parse({
    name: world.family,
    prompt: { ...world.prompt, user: '{{input}}' },
    model: { name: 'task-model', temperature: 0, maxOutputTokens: 64 },
    reflection: { name: 'reflection-model' },
    evals: world.evals,
    optimizer: { strategy, generations: 100, concurrency: 64, seed: world.seed, minibatchSize: 3, ...optimizer },
    budget: { rollouts },
  });
}

export function play(world: World, options: PlayOptions): Played {
  const task = taskOf(world, options);
  const { train, validation, test } = world.splits;
  const search = searchOf({
    task,
    train: [...train],
    validation: [...validation],
    test: { size: test.length, maxInputBytes: maxInputBytes([...test]), maxExpectedBytes: maxExpectedBytes([...test]) },
  });
  const player = new Player(world, task, options.failing ?? 0);
  let archive = newArchive('play', task);
  for (let turn = 0; turn < 2000; turn += 1) {
    archive = planNextStep(archive, search);
    const { step } = archive;
    if (step?.kind === 'verify') return player.conclude(archive);
    if (step?.kind === 'score') archive = foldScores(archive, step, player.shards(archive), search);
    else if (step?.kind === 'mutate')
      archive = foldChildren(archive, step.items, player.mutations(archive, search), search);
  }
  throw new Error('the run did not end in 2,000 turns');
}

class Player {
  private readonly world: World;
  private readonly task: Task;
  private readonly scorer: ReturnType<typeof scorerOf>;
  private readonly failing: number;
  private readonly examples: ReadonlyMap<string, Example>;
  private readonly outputs = new Map<string, { output: string; score: number }>();
  private rollouts = 0;
  private reflections = 0;
  private reflectionRounds = 0;

  constructor(world: World, task: Task, failing: number) {
    this.world = world;
    this.task = task;
    this.scorer = scorerOf(task);
    this.failing = failing;
    this.examples = new Map(
      Object.values(world.splits).flatMap((split) => split.map((example) => [example.id, example])),
    );
  }

  shards(archive: Archive): LandedShard[] {
    if (archive.step?.kind !== 'score') throw new Error('this is no score step');
    const promptOf = promptsById(archive);
    return archive.step.items.map(({ rollouts }) => ({
      error: null,
      ledger: null,
      rollouts: rollouts.map((request) => this.run(request, promptOf(request.candidateId))),
    }));
  }

  mutations(archive: Archive, _search: Search): LandedMutation[] {
    if (archive.step?.kind !== 'mutate') throw new Error('this is no mutate step');
    this.reflectionRounds += 1;
    return archive.step.items.map((item) => this.mutate(archive, item));
  }

  private mutate(archive: Archive, item: MutateItem): LandedMutation {
    const parent = candidateOf(archive, item.parentId);
    const components = componentsOf(archive, parent);
    const requestOf = (candidateId: string, exampleId: string, draw: number): RolloutRequest => ({
      candidateId,
      split: 'train',
      exampleId,
      draw,
    });
    const before = item.proposeOnly
      ? []
      : item.minibatch.map(({ exampleId, parentDraw }) =>
          this.run(requestOf(parent.id, exampleId, parentDraw), components),
        );
    const shown = item.minibatch.flatMap(({ exampleId, parentDraw }) => {
      const stored = this.outputs.get(keyOf(components, exampleId, parentDraw));
      return stored === undefined ? [] : [{ exampleId, ...stored }];
    });
    const nothing = { error: null, ledger: null, before, after: [], reflections: [] };
    const end = (
      status: 'rejected' | 'failed',
      reason: string,
      reflected: 'not_asked' | 'answered',
    ): LandedMutation => ({
      ...nothing,
      outcome: { epoch: 0, status, reason, text: null, reflected },
    });
    if (shown.length === 0) return end('failed', 'every rollout of the parent failed', 'not_asked');
    if (shown.every(({ score }) => score >= 1 - 1e-9))
      return end('rejected', 'the parent is perfect on the minibatch', 'not_asked');
    this.reflections += 1;
    const tried = item.proposeOnly ? triedUnits(archive, item.component) : triedEdits(archive, parent, item.component);
    const text = this.world.reflect({
      component: item.component,
      text: components[item.component] ?? '',
      others: Object.entries(components)
        .filter(([name]) => name !== item.component)
        .map(([, other]) => other)
        .join('\n'),
      examples: shown.map(({ exampleId, score }) => ({
        input: String(this.examples.get(exampleId)?.input ?? ''),
        score,
      })),
      tried: tried.map((one) => one.text).join('\n'),
    });
    const twin = archive.candidates.find((other) => {
      const own = componentsOf(archive, other);
      return (
        own[item.component] === text &&
        Object.entries(components).every(([name, value]) => name === item.component || own[name] === value)
      );
    });
    const refused = guardText(text, {
      parentText: components[item.component] ?? '',
      maxChars: this.task.optimizer.maxComponentChars,
      triedAs: () => twin?.id ?? null,
      examples: item.minibatch.flatMap(({ exampleId }) => this.examples.get(exampleId) ?? []),
    });
    if (refused !== null) return end('rejected', `guard: ${refused.replace(/ \(.*\)$/s, '')}`, 'answered');
    if (item.proposeOnly)
      return { ...nothing, outcome: { epoch: 0, status: 'proposed', reason: null, text, reflected: 'answered' } };
    const child = { ...components, [item.component]: text };
    const after = item.minibatch.map(({ exampleId }) =>
      this.run(requestOf(childId(item), exampleId, childDraw(item)), child),
    );
    const accepted = isAccepted(this.task.optimizer.acceptance, before.map(scoreOf), after.map(scoreOf));
    const reason = accepted ? null : 'no better than its parent on the minibatch';
    return {
      ...nothing,
      after,
      outcome: { epoch: 0, status: accepted ? 'accepted' : 'rejected', reason, text, reflected: 'answered' },
    };
  }

  conclude(archive: Archive): Played {
    const winnerId = archive.winnerId ?? BASELINE_ID;
    const baseline = componentsOf(archive, candidateOf(archive, BASELINE_ID));
    const best = componentsOf(archive, candidateOf(archive, winnerId));
    const differences = this.world.splits.test.flatMap(({ id }) => {
      const [a, b] = [this.score(baseline, id, 0), winnerId === BASELINE_ID ? null : this.score(best, id, 0)];
      return a === null || (b === null && winnerId !== BASELINE_ID)
        ? []
        : [winnerId === BASELINE_ID ? 0 : (b ?? 0) - a];
    });
    return {
      archive,
      task: this.task,
      best,
      verdict: decideVerdict({ differences, perEval: {}, guards: {}, seed: this.task.optimizer.seed }),
      rollouts: this.rollouts,
      reflections: this.reflections,
      reflectionRounds: this.reflectionRounds,
    };
  }

  private run(request: RolloutRequest, components: Components): LandedRollout {
    const score = this.score(components, request.exampleId, request.draw);
    const usage: Usage = { calls: 1, judgeCalls: 0, rateLimited: 0, inputTokens: 100, outputTokens: 5, costUsd: null };
    if (score === null) {
      const failure = { name: 'ModelUnavailableError', message: 'It failed.', transient: true };
      return { request, usage, cached: false, result: { status: 'failed', failure } };
    }
    return { request, usage, cached: false, result: { status: 'scored', score, evals: [score] } };
  }

  private score(components: Components, exampleId: string, draw: number): number | null {
    const example = this.examples.get(exampleId);
    if (example === undefined) throw new Error(`there is no example ${exampleId}`);
    this.rollouts += 1;
    const key = keyOf(components, exampleId, draw);
    // A first call that fails ends a run, which is not what failing calls are to show.
    if (this.rollouts > 1 && unit(this.world.seed, key, 'fails') < this.failing) return null;
    const [system, user] = renderMessages(components, example);
    const output = this.world.answer(system?.content ?? '', user?.content ?? '', draw);
    const { score } = this.scorer(example, { text: output, truncated: false });
    this.outputs.set(key, { output, score });
    return score;
  }
}

/** The scorer of a world's one eval. */
function scorerOf({ evals: [settings] }: Task): (example: Example, answer: Answer) => Scored {
  return settings?.type === 'json_fields'
    ? jsonFields.scorer(jsonFields.schema.parse(settings))
    : exactMatch.scorer(exactMatch.schema.parse(settings));
}

function keyOf(components: Components, exampleId: string, draw: number): string {
  return JSON.stringify([components, exampleId, draw]);
}

function scoreOf({ result }: LandedRollout): number | null {
  return result.status === 'scored' ? result.score : null;
}
