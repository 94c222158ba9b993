/**
 * One function a state, and those of the service around the machines. Who may touch what stands in `functions/`, a file
 * for each machine and one for the service: they are the whole answer.
 */
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { Definer, type FunctionsProps, WAITING_MIB } from './functions/define.ts';
import { evaluateFunctions } from './functions/evaluate.ts';
import { optimizeFunctions } from './functions/optimize.ts';
import { serviceFunctions } from './functions/service.ts';
import { synthesizeFunctions } from './functions/synthesize.ts';
import type { Machines } from './machines.ts';
import type { Schedules } from './schedules.ts';
import type { ScopedFunction } from './scoped-function.ts';

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
const itemStates = ['Mutate', 'Score', 'Verify', 'Evaluate', 'Generate', 'AnswerInputs'] as const;
export type StateName = (typeof optimizeStates | typeof evaluateStates | typeof synthesizeStates)[number];

export class Functions extends Construct {
  readonly #make: Definer;
  readonly #byState: Readonly<Record<StateName, ScopedFunction>>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.#make = new Definer(this, props);
    // All machines fail alike.
    const recordFailure = this.#make.define(
      'RecordFailure',
      'record-failure',
      60,
      WAITING_MIB,
      'Keeps why the run ended.',
    );
    recordFailure.useBus(this.#make.bus);
    this.#byState = {
      ...optimizeFunctions(this.#make),
      ...evaluateFunctions(this.#make),
      ...synthesizeFunctions(this.#make),
      RecordFailure: recordFailure,
    };
  }

  /** The functions of one machine's states. */
  of(states: readonly StateName[]): Partial<Record<StateName, IFunction>> {
    return Object.fromEntries(states.map((state) => [state, this.#byState[state].lambda]));
  }

  /** The functions around the machines, which are there before these. */
  addService(surroundings: { machines: Machines; schedules: Schedules }): { api: IFunction; settle: IFunction } {
    const { Api, Settle } = serviceFunctions(this.#make, surroundings);
    return { api: Api.lambda, settle: Settle.lambda };
  }

  /** Those of which many run at once: the items of the Maps. */
  get ofItems(): IFunction[] {
    return itemStates.map((state) => this.#byState[state].lambda);
  }
}
