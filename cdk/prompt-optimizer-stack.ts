/** One stack: storage, one function a state, the machines that call them, and what starts and watches the machines. */
import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { Config } from './config.ts';
import { Alarms } from './constructs/alarms.ts';
import { Api } from './constructs/api.ts';
import { RunsDashboard } from './constructs/dashboard.ts';
import { ExecutionEnds } from './constructs/execution-ends.ts';
import { evaluateStates, Functions, optimizeStates, synthesizeStates } from './constructs/functions.ts';
import type { Machines } from './constructs/machines.ts';
import { Schedules } from './constructs/schedules.ts';
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
    const bus = new EventBus(this, 'Bus', { description: 'What happens to runs and prompts, for rules of your own.' });
    // One for each stack, so that graphs and alarms of one count nothing of another.
    const metricsNamespace = `PromptOptimizer/${config.stackName}`;
    const logRetention = config.logRetentionDays;
    const functions = new Functions(this, 'Functions', {
      storage,
      bus,
      metricsNamespace,
      logRetention,
      apiKeySecretName: config.apiKeySecretName,
      openaiBaseUrl: config.openaiBaseUrl,
      scorerFunctionArns: config.scorerFunctionArns ?? [],
      logContent: config.logContent,
      maxParallelRuns: config.maxParallelRuns,
    });
    const workflow = new Workflow(this, 'Workflow', {
      machineId: 'Optimize',
      definition: 'optimize.asl.json',
      comment: 'Improves a prompt and proves the gain. Input: the name of a stored task, or the task itself.',
      functions: functions.of(optimizeStates),
      logRetention,
    });
    const evaluation = new Workflow(this, 'Evaluation', {
      machineId: 'Evaluate',
      definition: 'evaluate.asl.json',
      comment: 'Compares prompts and models, or judges with people, without optimizing.',
      functions: functions.of(evaluateStates),
      logRetention,
      logName: '-evaluate',
    });
    const synthesis = new Workflow(this, 'Synthesis', {
      machineId: 'Synthesize',
      definition: 'synthesize.asl.json',
      comment: 'Makes judges, four datasets and a task from specs.',
      functions: functions.of(synthesizeStates),
      logRetention,
      logName: '-synthesize',
    });
    const machines: Machines = {
      optimize: workflow.stateMachine,
      evaluate: evaluation.stateMachine,
      synthesize: synthesis.stateMachine,
    };

    const schedules = new Schedules(this, 'Schedules', { machine: machines.optimize });
    const { deadLetters } = schedules;
    const { api: handler, settle } = functions.addService({ machines, schedules });
    new ExecutionEnds(this, 'ExecutionEnds', { machines, settle, deadLetters });
    const api = new Api(this, 'Api', {
      handler,
      throttle: { rateLimit: config.apiRateLimit, burstLimit: config.apiBurstLimit },
      logRetention,
    });
    const alarms = new Alarms(this, 'Alarms', {
      machines,
      deadLetters,
      api: api.http,
      metricsNamespace,
      spendAlarmUsd: config.spendAlarmUsd,
      email: config.alarmEmail,
    });
    const dashboard = new RunsDashboard(this, 'Dashboard', {
      // Dashboards of all regions of an account share their names.
      name: `${config.stackName}-${this.region}`,
      metricsNamespace,
      machines,
      itemFunctions: functions.ofItems,
      deadLetters,
      api: api.http,
    });

    const { data, sealed } = storage.buckets;
    const console = `https://${this.region}.console.aws.amazon.com`;
    this.output('ApiUrl', {
      value: api.url,
      description: 'The HTTP API; requests are signed with credentials of the account (SigV4, execute-api).',
    });
    this.output('StateMachineConsole', {
      value: `${console}/states/home?region=${this.region}#/statemachines/view/${workflow.stateMachine.stateMachineArn}`,
      description: 'Start a run here, with {"task":"NAME"} or the task itself, and watch the executions.',
    });
    this.output('DashboardConsole', {
      value: `${console}/cloudwatch/home?region=${this.region}#dashboards/dashboard/${dashboard.name}`,
      description: 'Scores, spend, failures, throttles, queue of dead letters.',
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
    this.output('EventBusName', {
      value: bus.eventBusName,
      description: 'Events of runs and prompts; add rules to it.',
    });
    this.output('AlarmTopicArn', { value: alarms.topic.topicArn, description: 'Subscribe here to be told of alarms.' });
    this.output('DeadLetterQueueUrl', {
      value: deadLetters.queueUrl,
      description: 'Starts of schedules and ends of executions that could not be delivered.',
    });
    this.output('ApiKeySecretName', {
      value: config.apiKeySecretName,
      description: 'Secret that must hold the API key of the model, as plain text.',
    });
  }

  private output(name: string, props: { readonly value: string; readonly description?: string }): void {
    new CfnOutput(this, name, props);
  }
}
