/** All rights of the functions, by state: whoever adds one adds it here, on purpose. */
const whole = 'BatchGetItem GetItem PutItem UpdateItem';
const wholeAndHistory = 'BatchGetItem GetItem PutItem Query UpdateItem';
const byKey = 'BatchGetItem BatchWriteItem GetItem PutItem';
export const apiKey = 'arn:aws:secretsmanager:region:account:secret:prompt-optimizer/openai-api-key-??????';

/** In the words of `rightsOf`. */
export const rights: [state: string, Record<string, string>][] = [
  [
    'Prepare',
    {
      data: 'ListBucket(runs/* uploads/*)',
      'data/runs/*': 'GetObject PutObject',
      'data/uploads/*': 'GetObject',
      sealed: 'ListBucket(runs/* uploads/*)',
      'sealed/runs/*': 'GetObject PutObject',
      'sealed/uploads/*': 'GetObject',
      runs: wholeAndHistory,
    },
  ],
  [
    'Plan',
    {
      data: 'ListBucket(runs/*)',
      'data/runs/*': 'GetObject PutObject',
      rollouts: 'BatchGetItem GetItem',
      runs: whole,
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
      data: 'ListBucket(runs/*)',
      'data/runs/*': 'GetObject PutObject',
      rollouts: 'BatchGetItem GetItem',
      runs: whole,
    },
  ],
  ['RecordFailure', { runs: whole }],
  [
    'PrepareEvaluation',
    {
      data: 'ListBucket(runs/* uploads/*)',
      'data/runs/*': 'GetObject PutObject',
      'data/uploads/*': 'GetObject',
      sealed: 'ListBucket(uploads/*)',
      'sealed/runs/*': 'PutObject',
      'sealed/uploads/*': 'GetObject',
      runs: wholeAndHistory,
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
      data: 'ListBucket(runs/*)',
      'data/runs/*': 'GetObject PutObject',
      rollouts: 'BatchGetItem GetItem',
      runs: whole,
    },
  ],
  [
    'PrepareSynthesis',
    {
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
      'data/runs/*': 'PutObject',
      'data/uploads/*': 'PutObject',
      sealed: 'ListBucket(synthesis/*)',
      'sealed/synthesis/*': 'GetObject',
      'sealed/uploads/*': 'PutObject',
      runs: whole,
    },
  ],
];
