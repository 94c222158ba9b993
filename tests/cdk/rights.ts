/** All rights of the functions, by state: whoever adds one adds it here, on purpose. */
const whole = 'BatchGetItem GetItem PutItem UpdateItem';
const wholeAndLists = 'BatchGetItem GetItem PutItem Query UpdateItem';
/** The catalog for whoever takes runs out of the queue. */
const queueAndLists = 'BatchGetItem DeleteItem(queue) GetItem PutItem Query UpdateItem';
const bus = { bus: 'PutEvents' };
const runsInLists = { 'runs/index/byKind': 'Query', 'runs/index/byTask': 'Query' };
/** Of whoever starts what waits in the queue. */
const starts = { optimize: 'StartExecution', evaluate: 'StartExecution', synthesize: 'StartExecution' };
const onExecutions = (actions: string) => ({
  'optimize executions': actions,
  'evaluate executions': actions,
  'synthesize executions': actions,
});
const byKey = 'BatchGetItem BatchWriteItem GetItem PutItem';
export const apiKey = 'arn:aws:secretsmanager:region:account:secret:prompt-optimizer/openai-api-key-??????';

/** In the words of `rightsOf`. */
export const rights: [state: string, Record<string, string>][] = [
  [
    'Prepare',
    {
      ...bus,
      data: 'ListBucket(runs/* uploads/*)',
      'data/runs/*': 'GetObject PutObject',
      'data/uploads/*': 'GetObject',
      sealed: 'ListBucket(runs/* uploads/*)',
      'sealed/runs/*': 'GetObject PutObject',
      'sealed/uploads/*': 'GetObject',
      runs: wholeAndLists,
      ...runsInLists,
      catalog: 'BatchGetItem GetItem Query',
    },
  ],
  [
    'Plan',
    {
      ...bus,
      data: 'ListBucket(runs/*)',
      'data/runs/*': 'GetObject PutObject',
      rollouts: 'BatchGetItem GetItem',
      runs: whole,
      ...runsInLists,
      catalog: 'BatchGetItem GetItem',
    },
  ],
  [
    'Mutate',
    {
      data: 'ListBucket(runs/*)',
      'data/runs/*': 'GetObject',
      rollouts: byKey,
      runs: whole,
      [apiKey]: 'GetSecretValue',
    },
  ],
  [
    'Score',
    {
      data: 'ListBucket(runs/*)',
      'data/runs/*': 'GetObject',
      rollouts: byKey,
      runs: whole,
      [apiKey]: 'GetSecretValue',
    },
  ],
  [
    'Verify',
    {
      data: 'ListBucket(runs/*)',
      'data/runs/*': 'GetObject PutObject',
      sealed: 'ListBucket(runs/*)',
      'sealed/runs/*': 'GetObject',
      sealedRollouts: byKey,
      runs: whole,
      [apiKey]: 'GetSecretValue',
    },
  ],
  [
    'Conclude',
    {
      ...bus,
      data: 'ListBucket(runs/*)',
      'data/runs/*': 'GetObject PutObject',
      rollouts: 'BatchGetItem GetItem',
      runs: whole,
      catalog: wholeAndLists,
    },
  ],
  ['RecordFailure', { ...bus, runs: whole }],
  [
    'PrepareEvaluation',
    {
      ...bus,
      data: 'ListBucket(runs/* uploads/*)',
      'data/runs/*': 'GetObject PutObject',
      'data/uploads/*': 'GetObject',
      sealed: 'ListBucket(uploads/*)',
      'sealed/runs/*': 'PutObject',
      'sealed/uploads/*': 'GetObject',
      runs: wholeAndLists,
      catalog: 'BatchGetItem GetItem Query',
    },
  ],
  ['PlanEvaluation', { data: 'ListBucket(runs/*)', 'data/runs/*': 'GetObject PutObject', runs: whole }],
  [
    'Evaluate',
    {
      data: 'ListBucket(runs/*)',
      'data/runs/*': 'GetObject PutObject',
      sealed: 'ListBucket(runs/*)',
      'sealed/runs/*': 'GetObject',
      rollouts: byKey,
      sealedRollouts: byKey,
      runs: whole,
      [apiKey]: 'GetSecretValue',
    },
  ],
  [
    'ConcludeEvaluation',
    {
      ...bus,
      data: 'ListBucket(runs/*)',
      'data/runs/*': 'GetObject PutObject',
      rollouts: 'BatchGetItem GetItem',
      runs: whole,
    },
  ],
  [
    'PrepareSynthesis',
    {
      ...bus,
      data: 'ListBucket(uploads/*)',
      'data/uploads/*': 'GetObject',
      'sealed/synthesis/*': 'PutObject',
      runs: whole,
    },
  ],
  ['PlanSynthesis', { sealed: 'ListBucket(synthesis/*)', 'sealed/synthesis/*': 'GetObject PutObject', runs: whole }],
  [
    'Generate',
    {
      sealed: 'ListBucket(synthesis/*)',
      'sealed/synthesis/*': 'GetObject PutObject',
      sealedRollouts: byKey,
      runs: whole,
      [apiKey]: 'GetSecretValue',
    },
  ],
  [
    'AnswerInputs',
    {
      sealed: 'ListBucket(synthesis/*)',
      'sealed/synthesis/*': 'GetObject PutObject',
      sealedRollouts: byKey,
      runs: whole,
      [apiKey]: 'GetSecretValue',
    },
  ],
  [
    'ConcludeSynthesis',
    {
      ...bus,
      'data/runs/*': 'PutObject',
      'data/uploads/*': 'PutObject',
      sealed: 'ListBucket(synthesis/*)',
      'sealed/synthesis/*': 'GetObject',
      'sealed/uploads/*': 'PutObject',
      runs: whole,
    },
  ],
  [
    'Api',
    {
      ...bus,
      ...starts,
      ...onExecutions('DescribeExecution RedriveExecution StopExecution'),
      data: 'ListBucket(incoming/* runs/* uploads/*)',
      'data/incoming/*': 'GetObject PutObject',
      'data/runs/*': 'GetObject',
      'data/runs/*/report.*': 'PutObject',
      'data/uploads/*': 'GetObject PutObject',
      sealed: 'ListBucket(incoming/*)',
      'sealed/incoming/*': 'GetObject PutObject',
      'sealed/uploads/*': 'PutObject',
      rollouts: 'BatchGetItem GetItem',
      runs: wholeAndLists,
      ...runsInLists,
      catalog: queueAndLists,
      schedules: 'CreateSchedule DeleteSchedule GetSchedule UpdateSchedule',
      scheduleRole: 'PassRole(scheduler.amazonaws.com)',
    },
  ],
  [
    'Settle',
    {
      ...bus,
      ...starts,
      ...onExecutions('DescribeExecution RedriveExecution StopExecution'),
      data: 'ListBucket(runs/*)',
      'data/runs/*': 'GetObject PutObject',
      rollouts: 'BatchGetItem GetItem',
      runs: wholeAndLists,
      ...runsInLists,
      catalog: queueAndLists,
      deadLetters: 'GetQueueAttributes GetQueueUrl SendMessage',
    },
  ],
];
