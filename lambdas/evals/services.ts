/** What an eval may ask of the world beyond the answer itself. The rollout provides it, inside its lease. */
import type { Json } from '../contracts/dataset.ts';
import type { Message } from '../contracts/message.ts';
import type { Components, JudgeModelSettings } from '../contracts/task.ts';
import type { ChatAnswer } from '../model/chat-model.ts';

/** A judge's question. Each is asked once: what it was answered is kept under its content and `sample`. */
export interface Question {
  readonly model: JudgeModelSettings;
  readonly messages: readonly Message[];
  readonly responseSchema: Readonly<Record<string, Json>>;
  /** Whether the probabilities of the answer's tokens are wanted, where a `score` stands. */
  readonly logprobs: boolean;
  /** They were wanted, and the server has refused to give them. */
  readonly withoutProbabilities?: boolean;
  /** Which draw of the same question this is, 0-based. */
  readonly sample: number;
}

/** What a user's own scorer is given. */
export interface ScorerInput {
  readonly example: { readonly id: string; readonly input: Json; readonly expected?: Json; readonly metadata?: Json };
  readonly output: string;
  readonly candidate: Components;
}

export interface EvalServices {
  /** The prompt that made the answer. */
  readonly candidate: Components;
  /** The task's judge; undefined when it has none. */
  readonly judge: JudgeModelSettings | undefined;
  /**
   * @param isUsable whether a reply is worth keeping: one that is not is never found again
   * @throws EvalFailure when there is no answer for good; an interruption passes through untouched
   */
  ask(question: Question, isUsable: (reply: ChatAnswer) => boolean): Promise<ChatAnswer>;
  /** The embedding of a text by a model of the same server. Throws as `ask` does. */
  embed(model: string, text: string): Promise<readonly number[]>;
  /** Invokes a Lambda function with a JSON payload, and gives its answer. @throws EvalFailure */
  invoke(arn: string, payload: ScorerInput, timeoutSeconds: number): Promise<unknown>;
  /** Runs a scorer that is a file on this machine. @throws EvalFailure */
  runFile(file: string, input: ScorerInput, timeoutSeconds: number): Promise<unknown>;
}

/** Ends the scoring of an answer for a reason that is no eval's: none may catch it. */
export abstract class ScoringEndedError extends Error {}

/** An eval that could not score an answer: the rollout fails with this reason. `transient`: a later try may do better. */
export class EvalFailure extends Error {
  override readonly name: string;
  readonly transient: boolean;
  constructor(name: string, message: string, transient: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
    this.transient = transient;
  }
}
