/** One stack: storage, one function a state, and the workflow that calls them. */
import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from './config.ts';
import { evaluateStates, Functions, optimizeStates, synthesizeStates } from './constructs/functions.ts';
import { Storage } from './constructs/storage.ts';
import { Workflow } from './constructs/workflow.ts';

export class PromptOptimizerStack extends Stack {
  constructor(scope: Construct, config: Config) {
    super(scope, 'PromptOptimizer', {
      stackName: config.stackName,
      description: 'Prompt Optimizer: finds a better prompt by reflection and proves the gain on sealed data.',
      // Without a region the template fits every region and account, and synthesis needs no credentials.
      ...(config.region === undefined ? {} : { env: { region: config.region } }),
    });

    const removalPolicy = config.removalPolicy === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const storage = new Storage(this, 'Storage', { removalPolicy });
    const functions = new Functions(this, 'Functions', {
      storage,
      logRetention: config.logRetentionDays,
      apiKeySecretName: config.apiKeySecretName,
      openaiBaseUrl: config.openaiBaseUrl,
      scorerFunctionArns: config.scorerFunctionArns ?? [],
    });
    const workflow = new Workflow(this, 'Workflow', {
      machineId: 'Optimize',
      definition: 'optimize.asl.json',
      comment: 'Improves a prompt and proves the gain. Start an execution with the task as its input.',
      functions: functions.of(optimizeStates),
      logRetention: config.logRetentionDays,
    });
    const evaluation = new Workflow(this, 'Evaluation', {
      machineId: 'Evaluate',
      definition: 'evaluate.asl.json',
      comment: 'Compares prompts and models, or judges with people, without optimizing.',
      functions: functions.of(evaluateStates),
      logRetention: config.logRetentionDays,
      logName: '-evaluate',
    });
    const synthesis = new Workflow(this, 'Synthesis', {
      machineId: 'Synthesize',
      definition: 'synthesize.asl.json',
      comment: 'Makes judges, four datasets and a task from specs.',
      functions: functions.of(synthesizeStates),
      logRetention: config.logRetentionDays,
      logName: '-synthesize',
    });

    const { data, sealed } = storage.buckets;
    const console = `https://${this.region}.console.aws.amazon.com`;
    this.output('StateMachineConsole', {
      value: `${console}/states/home?region=${this.region}#/statemachines/view/${workflow.stateMachine.stateMachineArn}`,
      description: 'Start a run here (its input is the task itself) and watch the executions.',
    });
    this.output('ResultsConsole', {
      value: `${console}/s3/buckets/${data.bucketName}?region=${this.region}&prefix=runs/`,
      description: 'Reports, one folder a run.',
    });
    this.output('WorkflowLogsConsole', {
      value: `${console}/cloudwatch/home?region=${this.region}#logsV2:log-groups/log-group/${workflow.logGroupName.replaceAll('/', '$252F')}`,
      description: 'What failed in the workflow.',
    });
    this.output('StateMachineArn', { value: workflow.stateMachine.stateMachineArn });
    this.output('EvaluationStateMachineArn', {
      value: evaluation.stateMachine.stateMachineArn,
      description: 'Compares prompts and models, or judges with people.',
    });
    this.output('SynthesisStateMachineArn', {
      value: synthesis.stateMachine.stateMachineArn,
      description: 'Makes datasets and a task from specs.',
    });
    this.output('DataBucketName', {
      value: data.bucketName,
      description: 'Upload train, validation and golden data under uploads/.',
    });
    this.output('SealedBucketName', { value: sealed.bucketName, description: 'Upload test data under uploads/.' });
    this.output('ApiKeySecretName', {
      value: config.apiKeySecretName,
      description: 'Secret that must hold the API key of the model, as plain text.',
    });
  }

  private output(name: string, props: { readonly value: string; readonly description?: string }): void {
    new CfnOutput(this, name, props);
  }
}
