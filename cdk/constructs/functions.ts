/** One function a state. Who may touch what stands in `functions/`, a file for each machine: they are the whole answer. */
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { Definer, type FunctionsProps, WAITING_MIB } from './functions/define.ts';
import { evaluateFunctions } from './functions/evaluate.ts';
import { optimizeFunctions } from './functions/optimize.ts';
import { synthesizeFunctions } from './functions/synthesize.ts';
import type { StateFunction } from './state-function.ts';

/** Named as in the definitions, where `${PrepareFunctionArn}` stands for the function of `Prepare`. */
export const optimizeStates = ['Prepare', 'Plan', 'Mutate', 'Score', 'Verify', 'Conclude', 'RecordFailure'] as const;
export const evaluateStates = [
  'PrepareEvaluation',
  'PlanEvaluation',
  'Evaluate',
  'ConcludeEvaluation',
  'RecordFailure',
] as const;
export const synthesizeStates = [
  'PrepareSynthesis',
  'PlanSynthesis',
  'Generate',
  'AnswerInputs',
  'ConcludeSynthesis',
  'RecordFailure',
] as const;
export type StateName = (typeof optimizeStates | typeof evaluateStates | typeof synthesizeStates)[number];

export class Functions extends Construct {
  readonly #byState: Readonly<Record<StateName, StateFunction>>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const make = new Definer(this, props);
    this.#byState = {
      ...optimizeFunctions(make),
      ...evaluateFunctions(make),
      ...synthesizeFunctions(make),
      // All machines fail alike.
      RecordFailure: make.define('RecordFailure', 'record-failure', 60, WAITING_MIB, 'Keeps why the run ended.'),
    };
  }

  /** The functions of one machine's states. */
  of(states: readonly StateName[]): Partial<Record<StateName, IFunction>> {
    return Object.fromEntries(states.map((state) => [state, this.#byState[state].lambda]));
  }
}
