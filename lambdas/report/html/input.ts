/** What the page is made of: the report, and what the report leaves out because it holds no texts of examples. */
import type { Rollout } from '../../contracts/artifacts.ts';
import type { Example } from '../../contracts/dataset.ts';
import type { Report } from '../../contracts/report.ts';
import type { Budget, Components } from '../../contracts/task.ts';

/** Low and high end, in [0, 1]. */
export type Interval = readonly [number, number];

/** What one prompt made of an example: a rollout will do as it is. */
export type Answer = Pick<Rollout, 'output' | 'score' | 'evals' | 'failure'>;

/** A validation example under both prompts. Never a sealed one: their texts stay sealed. */
export interface ComparedExample {
  example: Pick<Example, 'id' | 'input' | 'expected'>;
  baseline: Answer;
  best: Answer;
}

/** A reply of the reflection model. */
export interface Reply {
  generation: number;
  slot: number;
  text: string;
}

export interface ReportPage {
  report: Report;
  /** The baseline's texts: the prompt that the user gave. */
  seedComponents: Components;
  /** Some ten of each, chosen by the caller, the most telling first. */
  examples: { better: readonly ComparedExample[]; worse: readonly ComparedExample[] };
  /** 95 % intervals of the two means on the sealed test set; null when nothing was scored. */
  intervals: { baseline: Interval | null; best: Interval | null };
  budget: Budget;
  /** Names of the models: task, reflection and, where there is one, judge. */
  models: { task: string; reflection: string; judge?: string | undefined };
  /** What replies said outside their fence: why they proposed what they did. Absent under `gepa`. */
  replies?: readonly Reply[] | undefined;
  /** Inputs, by id, of the training examples that the report's edits name, objects as JSON. Absent under `gepa`. */
  trainExamples?: Readonly<Record<string, string>> | undefined;
}
