/**
 * One function a state, and who may touch what: this file is the whole answer. Of an optimization only Prepare and Verify
 * see sealed data; of an evaluation PrepareEvaluation and Evaluate, which refuse it unless it is to be unsealed.
 */
import { fileURLToPath } from 'node:url';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { StateFunction } from './state-function.ts';
import type { Storage } from './storage.ts';

/** Named as in the definitions, where `${PrepareFunctionArn}` stands for the function of `Prepare`. */
export const optimizeStates = ['Prepare', 'Plan', 'Mutate', 'Score', 'Verify', 'Conclude', 'RecordFailure'] as const;
export const evaluateStates = [
  'PrepareEvaluation',
  'PlanEvaluation',
  'Evaluate',
  'ConcludeEvaluation',
  'RecordFailure',
] as const;
export type StateName = (typeof optimizeStates | typeof evaluateStates)[number];

export interface FunctionsProps {
  readonly storage: Storage;
  readonly logRetention: RetentionDays;
  readonly apiKeySecretName: string;
  readonly openaiBaseUrl: string | undefined;
  /** Functions that evals of type `custom` may invoke. */
  readonly scorerFunctionArns: readonly string[];
}

/** Seconds by which a function ends before its Task does: room for the cold start and the way back. */
const MARGIN_SECONDS = 10;

/** Waiting for a model needs little memory; folding an archive or drawing a report is work for a processor. */
const WAITING_MIB = 512;
const COMPUTING_MIB = 1024;

export class Functions extends Construct {
  readonly byState: Readonly<Record<StateName, IFunction>>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const { data, sealed } = props.storage.buckets;
    const { runs, rollouts, sealedRollouts } = props.storage.tables;

    const define = (
      state: StateName,
      file: string,
      taskTimeoutSeconds: number,
      memoryMiB: number,
      description: string,
    ): StateFunction => {
      const fn = new StateFunction(this, state, {
        entry: fileURLToPath(new URL(`../../lambdas/handlers/${file}.ts`, import.meta.url)),
        description,
        timeoutSeconds: taskTimeoutSeconds - MARGIN_SECONDS,
        memoryMiB,
        logRetention: props.logRetention,
      });
      fn.useTable('runs', runs, 'readWrite');
      return fn;
    };
    const callModel = (fn: StateFunction): void => {
      fn.useApiKey(props.apiKeySecretName);
      if (props.openaiBaseUrl !== undefined) fn.addVariable('OPENAI_BASE_URL', props.openaiBaseUrl);
      if (props.scorerFunctionArns.length > 0) fn.useFunctions(props.scorerFunctionArns);
    };

    const prepare = define(
      'Prepare',
      'prepare',
      300,
      COMPUTING_MIB,
      'Checks the task, splits the data, seals the test set.',
    );
    prepare.useHistory(runs);
    prepare.useBucket('data', data, { read: ['uploads/', 'runs/'], write: ['runs/'] });
    prepare.useBucket('sealed', sealed, { read: ['uploads/', 'runs/'], write: ['runs/'] });

    const plan = define('Plan', 'plan', 300, COMPUTING_MIB, 'Folds what has landed and names the next step.');
    plan.useBucket('data', data, { read: ['runs/'], write: ['runs/'] });
    plan.useTable('rollouts', rollouts, 'read');

    const mutate = define('Mutate', 'mutate', 900, WAITING_MIB, 'Makes one child.');
    const score = define('Score', 'score', 900, WAITING_MIB, 'Runs one shard of rollouts.');
    for (const fn of [mutate, score]) {
      fn.useBucket('data', data, { read: ['runs/'] });
      fn.useTable('rollouts', rollouts, 'readWriteGrouped');
      callModel(fn);
    }

    const verify = define('Verify', 'verify', 900, WAITING_MIB, 'Runs one shard of the sealed test.');
    verify.useBucket('data', data, { read: ['runs/'], write: ['runs/'] });
    verify.useBucket('sealed', sealed, { read: ['runs/'] });
    verify.useTable('sealedRollouts', sealedRollouts, 'readWriteGrouped');
    callModel(verify);

    const conclude = define('Conclude', 'conclude', 300, COMPUTING_MIB, 'Statistics, verdict, report.');
    conclude.useBucket('data', data, { read: ['runs/'], write: ['runs/'] });
    conclude.useTable('rollouts', rollouts, 'read');

    const prepareEvaluation = define(
      'PrepareEvaluation',
      'prepare-evaluation',
      300,
      COMPUTING_MIB,
      'Checks what is compared on which examples.',
    );
    prepareEvaluation.useHistory(runs);
    prepareEvaluation.useBucket('data', data, { read: ['uploads/', 'runs/'], write: ['runs/'] });
    prepareEvaluation.useBucket('sealed', sealed, { read: ['uploads/'], write: ['runs/'] });

    const planEvaluation = define(
      'PlanEvaluation',
      'plan-evaluation',
      300,
      COMPUTING_MIB,
      'Hands out the next step of an evaluation.',
    );
    planEvaluation.useBucket('data', data, { read: ['runs/'], write: ['runs/'] });

    const evaluate = define('Evaluate', 'evaluate', 900, WAITING_MIB, 'Runs one shard of an evaluation.');
    evaluate.useBucket('data', data, { read: ['runs/'], write: ['runs/'] });
    evaluate.useBucket('sealed', sealed, { read: ['runs/'] });
    evaluate.useTable('rollouts', rollouts, 'readWriteGrouped');
    evaluate.useTable('sealedRollouts', sealedRollouts, 'readWriteGrouped');
    callModel(evaluate);

    const concludeEvaluation = define(
      'ConcludeEvaluation',
      'conclude-evaluation',
      300,
      COMPUTING_MIB,
      'Statistics and result of an evaluation.',
    );
    concludeEvaluation.useBucket('data', data, { read: ['runs/'], write: ['runs/'] });
    concludeEvaluation.useTable('rollouts', rollouts, 'read');

    const recordFailure = define('RecordFailure', 'record-failure', 60, WAITING_MIB, 'Keeps why the run ended.');

    this.byState = {
      Prepare: prepare.lambda,
      Plan: plan.lambda,
      Mutate: mutate.lambda,
      Score: score.lambda,
      Verify: verify.lambda,
      Conclude: conclude.lambda,
      RecordFailure: recordFailure.lambda,
      PrepareEvaluation: prepareEvaluation.lambda,
      PlanEvaluation: planEvaluation.lambda,
      Evaluate: evaluate.lambda,
      ConcludeEvaluation: concludeEvaluation.lambda,
    };
  }
  /** The functions of one machine's states. */
  of(states: readonly StateName[]): Partial<Record<StateName, IFunction>> {
    return Object.fromEntries(states.map((state) => [state, this.byState[state]]));
  }
}
