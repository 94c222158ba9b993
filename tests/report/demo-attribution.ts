/** A report of the `attribution` strategy to look at and to test with: a facility company's prompt, line by line. */
import type { Edit, Report } from '../../lambdas/contracts/report.ts';
import type { Components } from '../../lambdas/contracts/task.ts';
import type { Reply, ReportPage } from '../../lambdas/report/html.ts';
import { type DemoOptions, demoPage, demoRandom } from './demo.ts';

/** White space before a unit in its text. */
type Lead = '' | ' ' | '\n' | '\n\n';
type Draft = Partial<Edit> & Pick<Edit, 'id' | 'text'> & { lead?: Lead };

const points = (mean: number, half: number): Edit['effect'] => ({
  mean: mean / 100,
  ci95: [(mean - half) / 100, (mean + half) / 100],
});

/** The user's own line; out rarely, so that its interval is wide. */
const own = (id: string, text: string, mean: number | null, more: Partial<Draft> = {}): Draft => ({
  id,
  text,
  lead: '\n',
  effect: mean === null ? null : points(mean, 5.1),
  harm: mean === null ? null : 0.5 - mean / 12,
  rollouts: mean === null ? { with: 1184, without: 0 } : { with: 1066, without: 118 },
  rounds: mean === null ? [] : [1, 2, 3, 4, 5, 6],
  ...more,
});
const fixed = (id: string, text: string, more: Partial<Draft> = {}): Draft =>
  own(id, text, null, { protected: true, ...more });

/** An edit: half of its rounds' rollouts are with it. */
const edit = (
  id: string,
  [generation, slot]: readonly [number, number],
  text: string,
  effect: Edit['effect'],
  more: Partial<Draft> = {},
): Draft => ({
  id,
  text,
  lead: '\n',
  kind: 'insertion',
  generation,
  slot,
  effect,
  harm: 0.02,
  rollouts: { with: 206, without: 198 },
  rounds: [generation, generation + 1],
  exampleIds: ['facility-028', 'facility-113'],
  ...more,
});
const dropped = (
  id: string,
  origin: readonly [number, number],
  text: string,
  effect: Edit['effect'],
  more: Partial<Draft> = {},
): Draft =>
  edit(id, origin, text, effect, {
    status: 'dropped',
    harm: 0.88,
    rollouts: { with: 97, without: 103 },
    rounds: [origin[0]],
    ...more,
  });

const SYSTEM: readonly Draft[] = [
  own('u0', 'You sort support e-mails of a facility-management company.', 0.6, { lead: '' }),
  dropped('u31', [1, 2], 'You are the most experienced dispatcher in the world.', points(-1.2, 3.4), { lead: ' ' }),
  fixed('u1', 'Answer with a JSON object with these keys:', { lead: '\n\n' }),
  fixed('u2', '- categories: an object that says for each category whether it applies'),
  fixed('u3', '- sentiment: positive, neutral or negative'),
  fixed('u4', '- urgency: low, medium or high'),
  own('u5', 'Read the whole e-mail before you answer.', 1.4, { lead: '\n\n' }),
  own('u6', 'Do not add other keys.', null, { lead: ' ', status: 'removed', rounds: [] }),
  edit('u20', [1, 0], 'Add no other keys, and no text or code fence around the object.', points(3.2, 2.3), {
    lead: ' ',
    kind: 'replacement',
    replaces: 'u6',
    exampleIds: ['facility-041'],
  }),
  dropped('u32', [2, 1], 'Do not add other keys!!! This is VERY IMPORTANT.', points(-0.4, 2.8), {
    lead: ' ',
    kind: 'replacement',
    replaces: 'u6',
  }),
  own('u7', 'If you are unsure, choose high urgency.', -6.8, {
    kind: 'deletion',
    generation: 2,
    slot: 1,
    status: 'removed',
    effect: points(-6.8, 3.1),
    harm: 0.9996,
    exampleIds: ['facility-028', 'facility-061', 'facility-090'],
    rollouts: { with: 611, without: 573 },
    rounds: [2, 3],
  }),
  edit(
    'u21',
    [1, 3],
    'Urgency is high only when people or property are at risk right now (water, fire, gas, no power, somebody locked in); a wish for a date, a reminder or an angry tone alone does not raise it, and a check that was planned long ago is low even when its subject line says "URGENT" in capitals.',
    points(8.9, 2.9),
    {
      harm: 0.0001,
      exampleIds: [
        'facility-028',
        'facility-061',
        'facility-113',
        'facility-130',
        'facility-131',
        'facility-140',
        'facility-152',
        'facility-160',
      ],
      rollouts: { with: 588, without: 596 },
      rounds: [1, 2, 3, 4],
    },
  ),
  own('u8', "Use the sender's own words to judge the mood.", -3.9, {
    status: 'removed',
    effect: points(-3.9, 2.6),
    harm: 0.998,
    rollouts: { with: 702, without: 482 },
  }),
  edit(
    'u22',
    [2, 0],
    'A polite complaint is still negative when the sender says that a promise was broken.',
    points(4.6, 2.7),
    { exampleIds: ['facility-007', 'facility-090'] },
  ),
  edit('u23', [3, 1], 'Thanks at the end of a letter say nothing about sentiment.', points(1.6, 2.1), { harm: 0.07 }),
  edit(
    'u24',
    [4, 2],
    '日本語や中文のメールも同じ基準で分類し、キーは英語のままにする。🙏 ご確認ください → general_inquiries',
    points(2.4, 2.2),
    { exampleIds: ['facility-090'], harm: 0.016 },
  ),
  dropped('u33', [3, 0], 'Think step by step and write your reasoning before the JSON object.', points(-14.2, 4.4), {
    harm: 1,
  }),
  dropped(
    'u34',
    [2, 3],
    'Example: "Could they also do the windows next month?" → {"sentiment":"positive","urgency":"low"}',
    points(-0.3, 2.9),
    { exampleIds: ['facility-007'] },
  ),
  dropped('u35', [1, 1], 'Always mark at least two categories.', points(-7.5, 3.6), { harm: 1 }),
  dropped('u36', [4, 0], 'Prefer the shorter answer.', points(0.3, 2.4), { harm: 0.4 }),
  dropped('u37', [5, 1], 'Treat all e-mails from VIP customers as high urgency.', points(-2.7, 2.5), { harm: 0.98 }),
  dropped('u38', [5, 2], 'Quote the sentence that decided the sentiment.', points(-5.1, 3.2), { harm: 0.999 }),
  dropped('u39', [3, 3], 'Be careful.', points(0.1, 2.2), { harm: 0.47 }),
  dropped('u40', [6, 0], 'If the e-mail is short, the urgency is low.', points(-1.9, 2.9), { harm: 0.9 }),
  dropped(
    'u41',
    [6, 1],
    'Ignore the signature.',
    { mean: 0.011, ci95: [-0.21, 0.24] },
    {
      harm: 0.46,
      rollouts: { with: 11, without: 13 },
    },
  ),
  dropped('u42', [6, 3], 'Answer in the language of the sender.', null, {
    harm: null,
    rollouts: { with: 0, without: 0 },
    rounds: [],
  }),
  {
    ...dropped('u43', [5, 0], 'Mention the building when it is named.', points(1.9, 3.1)),
    status: 'doubtful',
    harm: 0.12,
  },
  {
    ...dropped('u44', [6, 2], 'Noise at night is a quality_and_safety_concern.', points(4.2, 9.8)),
    status: 'doubtful',
    harm: 0.2,
    rollouts: { with: 5, without: 7 },
  },
  own('u9', 'Categories:', 0.2, { lead: '\n\n' }),
  own('u10', '- emergency_repair_services', 2.2),
  own('u11', '- routine_maintenance_requests', 0.8, { status: 'removed' }),
  edit(
    'u25',
    [1, 0],
    '- routine_maintenance_requests (planned checks; what cannot wait is emergency_repair_services)',
    points(5.3, 2.6),
    { kind: 'replacement', replaces: 'u11', exampleIds: ['facility-028'] },
  ),
  own('u12', '- quality_and_safety_concerns', 1.1),
  own('u13', '- cleaning_services_scheduling', 1.9),
  own('u14', '- customer_feedback_and_complaints', 0.4),
  own('u15', '- general_inquiries', null),
  edit('u26', [3, 2], 'More than one category may apply: go through all of them before you answer.', points(2.9, 2.4), {
    lead: '\n\n',
  }),
  own('u16', 'Give your answer.', -0.7, { lead: '\n\n' }),
];

const USER: readonly Draft[] = [fixed('u17', '{{input}}', { component: 'user', lead: '' })];

const REPLIES: readonly Reply[] = [
  {
    generation: 1,
    slot: 3,
    text: 'Four of the failures share one cause: the answer says "high" because the sender sounds impatient or writes URGENT, while the expected value follows from the danger alone.\n\nI say what high means, and leave the rest as it is.',
  },
  {
    generation: 1,
    slot: 0,
    text: 'The model wraps its answer in a code fence, and takes planned checks for emergencies.',
  },
  { generation: 2, slot: 0, text: 'Polite wording hides complaints: "thank you in advance" was read as positive.' },
  {
    generation: 2,
    slot: 1,
    text: 'The line about being unsure pushes every doubtful e-mail to "high". I would take it out, since the rule for urgency covers it.',
  },
  { generation: 4, slot: 2, text: 'Japanese e-mails came back with translated keys (カテゴリ instead of categories).' },
];

const TRAIN: Readonly<Record<string, string>> = {
  'facility-007':
    'Subject: Thank you\n\nThe new cleaning team is wonderful. Could they also do the windows next month?',
  'facility-028':
    'Subject: URGENT Routine Maintenance Request for HVAC System\n\nHi ProCare Support Team,\n\nI am writing to request routine maintenance for the HVAC system in my apartment. While everything is functioning adequately, I believe it would be beneficial to have a check-up before the colder months. Best regards',
  'facility-041': 'Please confirm the appointment of the lift inspection on 12 March.',
  'facility-061': 'I have asked twice for new light bulbs in the hallway, this is getting ridiculous!!!',
  'facility-090': '清掃の予約を来週の火曜日に変更してください。🙏',
  'facility-113': '{"subject":"Wasser im Keller","body":"Seit heute früh steht Wasser im Heizungskeller."}',
};

const complete = ({ lead: _, ...draft }: Draft): Edit => ({
  component: 'system',
  kind: 'seed',
  replaces: null,
  generation: 0,
  slot: null,
  exampleIds: [],
  effect: null,
  harm: null,
  rollouts: { with: 0, without: 0 },
  rounds: [],
  protected: false,
  status: 'kept',
  ...draft,
});

function compose(drafts: readonly Draft[], isIn: (edit: Edit) => boolean): string {
  return drafts
    .filter((draft) => isIn(complete(draft)))
    .map(({ lead = '\n', text }) => lead + text)
    .join('')
    .trimStart();
}

/** One incumbent a round, and the units of the last. */
export function demoAttributionPage(options: DemoOptions = {}): ReportPage {
  const page = demoPage({ ...options, generations: 6, acceptance: 0 });
  const isOwn = ({ kind }: Edit) => kind === 'seed' || kind === 'deletion';
  const isKept = ({ status }: Edit) => status === 'kept';
  const seed: Components = { system: compose(SYSTEM, isOwn), user: compose(USER, isOwn) };
  const best: Components = { system: compose(SYSTEM, isKept), user: compose(USER, isKept) };
  const { report } = page;
  const random = demoRandom(3);
  const improved = report.verdict === 'improved';
  const bestId = 'round-6';
  const rounds = report.generations.filter(({ generation }) => generation > 0);
  const candidates: Report['candidates'] = [
    ...report.candidates.filter(({ id }) => id === 'baseline').map((one) => ({ ...one, components: seed })),
    ...rounds.map(({ generation }) => ({
      id: `round-${generation}`,
      parents: [generation === 1 ? 'baseline' : `round-${generation - 1}`],
      generation,
      origin: 'mutation' as const,
      components: generation === 6 ? best : { ...best, system: `${best.system?.slice(0, 500 + generation * 80)}` },
      status: 'accepted' as const,
      reason: null,
      validation: { mean: Math.round((0.6123 + generation * 0.024 + random() * 0.01) * 1e4) / 1e4, n: 60 },
      frontier: generation === 6,
    })),
  ];
  const winner = candidates.at(-1);
  return {
    ...page,
    seedComponents: seed,
    replies: REPLIES,
    trainExamples: TRAIN,
    report: {
      ...report,
      candidates,
      generations: report.generations.map((entry) => ({
        ...entry,
        accepted: entry.generation > 0 ? 1 : 0,
        rejected: 0,
        proposed: entry.generation > 0 ? 4 : 0,
        reasons: {},
        bestValidation: candidates[entry.generation]?.validation.mean ?? null,
      })),
      best: { ...report.best, candidateId: bestId, validation: winner?.validation ?? report.best.validation },
      recommended: improved ? { candidateId: bestId, components: best } : { candidateId: 'baseline', components: seed },
      edits: [...SYSTEM, ...USER].map(complete),
    },
  };
}
