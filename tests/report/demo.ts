/** Reports to look at and to test with: made of a seed, so that every run of the tests sees the same. */
import type { Generation } from '../../lambdas/contracts/artifacts.ts';
import type { Report } from '../../lambdas/contracts/report.ts';
import type { Components } from '../../lambdas/contracts/task.ts';
import type { Answer, ComparedExample, ReportPage } from '../../lambdas/report/html.ts';

export interface DemoOptions {
  generations?: number;
  proposals?: number;
  /** Share of proposals that are accepted. */
  acceptance?: number;
  verdict?: Report['verdict'];
}

/** A small linear congruential generator: numbers in [0, 1). */
export function demoRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export const DEMO_SEED: Components = {
  system: `You sort support e-mails of a facility-management company.

Answer with a JSON object with these keys:
- categories: an object that says for each category whether it applies
- sentiment: positive, neutral or negative
- urgency: low, medium or high

Read the whole e-mail before you answer. Do not add other keys.
Use the sender's own words to judge the mood.

Categories:
- emergency_repair_services
- routine_maintenance_requests
- quality_and_safety_concerns
- cleaning_services_scheduling
- specialized_cleaning_services
- customer_feedback_and_complaints
- facility_management_issues
- general_inquiries

Give your answer.`,
  user: '{{input}}',
};

const SENTENCES = [
  'Urgency is high only when people or property are at risk now; a request for a date is low.',
  'A polite complaint is still negative when the sender says that a promise was broken.',
  'Mark routine_maintenance_requests for planned checks, emergency_repair_services for what cannot wait.',
  'Thanks at the end of a letter say nothing about sentiment.',
  'Return the JSON object only, without a code fence.',
  'More than one category may apply: go through all of them before you answer.',
];

const REASONS = [
  'not better than its parent on the minibatch',
  'the same text was tried before',
  'a placeholder was lost: {{input}}',
  'the text was longer than 12,000 characters',
  'the reply had no complete fence',
];

export function demoPage({
  generations = 10,
  proposals = 8,
  acceptance = 0.22,
  verdict = 'improved',
}: DemoOptions = {}): ReportPage {
  const random = demoRandom(7);
  const round = (value: number) => Math.round(value * 10_000) / 10_000;
  const baselineMean = 0.6123;
  const candidates: Report['candidates'] = [
    {
      id: 'baseline',
      parents: [],
      generation: 0,
      origin: 'baseline',
      components: DEMO_SEED,
      status: 'accepted',
      reason: null,
      validation: { mean: baselineMean, n: 60 },
      frontier: false,
    },
  ];
  const history: Generation[] = [
    { generation: 0, proposed: 0, accepted: 0, rejected: 0, bestValidation: baselineMean, rollouts: 60, reasons: {} },
  ];
  const alive = [...candidates];
  let rollouts = 60;
  for (let generation = 1; generation <= generations; generation++) {
    const entry: Generation = {
      generation,
      proposed: proposals,
      accepted: 0,
      rejected: 0,
      bestValidation: 0,
      rollouts,
      reasons: {},
    };
    const favourite = alive.toSorted((a, b) => (b.validation.mean ?? 0) - (a.validation.mean ?? 0));
    for (let slot = 0; slot < proposals; slot++) {
      const parent = favourite[Math.floor(random() ** 2 * Math.min(6, favourite.length))] ?? favourite[0];
      if (parent === undefined) continue;
      rollouts += 8;
      const accepted = random() < acceptance;
      const reason = REASONS[Math.floor(random() ** 3 * REASONS.length)] ?? null;
      const mean = Math.min(
        0.97,
        (parent.validation.mean ?? 0) + (random() - 0.3) * 0.09 * (1 - (parent.validation.mean ?? 0)) * 2,
      );
      const sentence = SENTENCES[Math.floor(random() * SENTENCES.length)] ?? '';
      if (!accepted) entry.reasons[reason ?? ''] = (entry.reasons[reason ?? ''] ?? 0) + 1;
      const child: Report['candidates'][number] = {
        id: `g${generation}-s${slot}`,
        parents: [parent.id],
        generation,
        origin: 'mutation',
        components: { ...parent.components, system: improve(parent.components.system ?? '', sentence) },
        status: accepted ? 'accepted' : 'rejected',
        reason: accepted ? null : reason,
        validation: accepted ? { mean: round(mean), n: 60 } : { mean: null, n: 0 },
        frontier: accepted && random() < 0.4,
      };
      candidates.push(child);
      if (!accepted) {
        entry.rejected++;
        continue;
      }
      rollouts += 60;
      entry.accepted++;
      alive.push(child);
    }
    entry.rollouts = rollouts;
    entry.bestValidation = Math.max(...alive.map((candidate) => candidate.validation.mean ?? 0));
    history.push(entry);
  }
  const best = alive.toSorted((a, b) => (b.validation.mean ?? 0) - (a.validation.mean ?? 0))[0] ?? candidates[0];
  if (best === undefined) throw new Error('a demo has a baseline');
  best.frontier = true;

  const outcome = {
    improved: { mean: 0.123, ci95: [0.081, 0.164], pValue: 0.0001, test: 0.7312 },
    no_significant_gain: { mean: 0.012, ci95: [-0.02, 0.044], pValue: 0.31, test: 0.6202 },
    regressed: { mean: -0.058, ci95: [-0.101, -0.014], pValue: 0.012, test: 0.5502 },
  } as const;
  const { mean, ci95, pValue, test } = outcome[verdict];
  const recommended = verdict === 'improved' ? best : candidates[0];
  const report: Report = {
    schema: 'prompt-optimizer.report.v1',
    runId: 'facility-support-20260114-0930',
    task: 'facility-support',
    seed: 0,
    power: { n: 70, draws: 1, sd: 0.5, detectableGain: 0.167 },
    verdict,
    baseline: { candidateId: 'baseline', validation: { mean: baselineMean, n: 60 }, test: { mean: 0.6082, n: 70 } },
    best: { candidateId: best.id, validation: best.validation, test: { mean: test, n: 70 } },
    testDelta: {
      mean,
      ci95: [...ci95],
      pValue,
      n: 70,
      perEval: {
        categories: { mean: mean + 0.02, ci95: [ci95[0] + 0.01, ci95[1] + 0.04] },
        sentiment: { mean: mean * 0.4, ci95: [mean * 0.4 - 0.05, mean * 0.4 + 0.05] },
        urgency: { mean: mean * 1.4, ci95: [mean * 1.4 - 0.07, mean * 1.4 + 0.07] },
        valid_json: { mean: -0.0143, ci95: [-0.0429, 0] },
      },
    },
    recommended: { candidateId: recommended?.id ?? '', components: recommended?.components ?? {} },
    spend: {
      rollouts,
      modelCalls: rollouts + 104,
      reflectionCalls: generations * proposals,
      judgeCalls: 0,
      inputTokens: rollouts * 612,
      outputTokens: rollouts * 88,
      costUsd: 1.8342,
      cacheHits: 37,
      failures: 3,
    },
    generations: history,
    candidates,
    edits: [],
    regressions: [
      { exampleId: 'facility-171', baseline: 1, best: 0.6667 },
      { exampleId: 'facility-044', baseline: 0.6667, best: 0.3333 },
      { exampleId: 'facility-102', baseline: 1, best: 0 },
    ],
    stopReason: 'generations',
    wallSeconds: 207.4,
    notice: 'The model was simulated: this run shows the workflow, not how a real model would do.',
  };
  return {
    report,
    seedComponents: DEMO_SEED,
    examples: { better: BETTER, worse: WORSE },
    intervals: { baseline: [0.552, 0.661], best: [test - 0.05, test + 0.048] },
    budget: { rollouts: 4000, costUsd: 5, minutes: 30 },
    models: { task: 'gpt-4.1-mini', reflection: 'gpt-5.1' },
  };
}

/** Puts a sentence before the last line and says one line more strictly, as a reflection would. */
function improve(text: string, sentence: string): string {
  if (text.includes(sentence) && text.includes('subject included')) return `${text}\nCheck your answer once more.`;
  if (text.includes(sentence))
    return text.replace('Read the whole e-mail before', 'Read the whole e-mail, subject included, before');
  return text
    .replace('\n\nGive your answer.', `\n${sentence}\n\nGive your answer.`)
    .replace('Do not add other keys.', 'Add no other keys and no text around the object.');
}

function answer(output: string, score: number, feedback: string): Answer {
  return {
    output,
    score,
    failure: null,
    evals: [
      { name: 'labels', score, feedback },
      { name: 'valid_json', score: 1, feedback: '' },
    ],
  };
}

const BETTER: ComparedExample[] = [
  {
    example: {
      id: 'facility-028',
      input:
        'Subject: Routine Maintenance Request for HVAC System\n\nHi ProCare Support Team,\n\nI am writing to request routine maintenance for the HVAC system in my apartment. While everything is functioning adequately, I believe it would be beneficial to have a check-up before the colder months.\n\nBest regards,\n[Sender]',
      expected: { categories: ['routine_maintenance_requests'], sentiment: 'neutral', urgency: 'low' },
    },
    baseline: answer(
      '{"categories":["emergency_repair_services"],"sentiment":"positive","urgency":"high"}',
      0,
      'categories: expected routine_maintenance_requests; sentiment: expected neutral, was positive; urgency: expected low, was high',
    ),
    best: answer(
      '{"categories":["routine_maintenance_requests"],"sentiment":"neutral","urgency":"low"}',
      1,
      'all fields are right',
    ),
  },
  {
    example: {
      id: 'facility-113',
      input: {
        subject: 'Wasser im Keller',
        body: 'Seit heute früh steht Wasser im Heizungskeller. Bitte sofort jemanden schicken!',
      },
      expected: { categories: ['emergency_repair_services'], sentiment: 'negative', urgency: 'high' },
    },
    baseline: answer(
      '{"categories":["general_inquiries"],"sentiment":"negative","urgency":"medium"}',
      0.3333,
      'urgency: expected high, was medium',
    ),
    best: answer(
      '{"categories":["emergency_repair_services"],"sentiment":"negative","urgency":"high"}',
      1,
      'all fields are right',
    ),
  },
  {
    example: {
      id: 'facility-090',
      input: '清掃の予約を来週の火曜日に変更してください。🙏',
      expected: 'cleaning_services_scheduling',
    },
    baseline: {
      output: null,
      score: null,
      evals: [],
      failure: { name: 'ModelUnavailableError', message: 'the model did not answer in 30 s', transient: true },
    },
    best: answer('cleaning_services_scheduling', 1, ''),
  },
];

const WORSE: ComparedExample[] = [
  {
    example: {
      id: 'facility-007',
      input: 'Subject: Thank you\n\nThe new cleaning team is wonderful. Could they also do the windows next month?',
      expected: {
        categories: ['customer_feedback_and_complaints', 'cleaning_services_scheduling'],
        sentiment: 'positive',
        urgency: 'low',
      },
    },
    baseline: answer(
      '{"categories":["customer_feedback_and_complaints","cleaning_services_scheduling"],"sentiment":"positive","urgency":"low"}',
      1,
      'all fields are right',
    ),
    best: answer(
      '{"categories":["cleaning_services_scheduling"],"sentiment":"neutral","urgency":"low"}',
      0.3333,
      'categories: customer_feedback_and_complaints is missing; sentiment: expected positive, was neutral',
    ),
  },
];
