import { describe, expect, it } from 'vitest';
import { findShape } from '../../../local/simulated-model/answer-shape.ts';
import { readGuidance } from '../../../local/simulated-model/guidance.ts';
import { readMessage, showsConcept } from '../../../local/simulated-model/reading.ts';
import { ask, loadTask, loadTrain, play, scoreOf } from './playing.ts';

const facility = loadTask('facility-support');
const emails = loadTrain('facility-support');
const triage = loadTask('support-triage');
const tickets = loadTrain('support-triage');
const withLines = (...lines: string[]) => ({
  ...facility.prompt,
  system: [facility.prompt.system?.trimEnd(), ...lines].join('\n'),
});

const GOOD_LINES = [
  'Return only JSON, no code fences.',
  '',
  'How to decide:',
  '- Urgency is high when the sender asks for immediate or urgent help, or something has failed and must be repaired now.',
  '- Urgency is medium for routine maintenance, minor defects and complaints that are not urgent.',
  '- Urgency is low for inquiries, requests for information and scheduling of cleaning.',
  '- Sentiment is positive only if there is real praise or enthusiasm. Polite greetings and thanks are not positive.',
  '- Sentiment is negative when the sender is frustrated, upset or disappointed; a problem alone is not negative.',
  '- Otherwise sentiment is neutral: businesslike and factual.',
  '- emergency_repair_services: urgent breakdowns, not routine maintenance, not cleaning.',
  '- cleaning_services_scheduling: dates and frequency of a cleaning schedule; not maintenance visits.',
  '- facility_management_issues: coordination of space, security and common areas, not maintenance, not cleaning.',
];

describe('the task model on facility-support (train)', () => {
  it('scores the first prompt between 0.5 and 0.65', () => {
    const score = scoreOf(facility, facility.prompt, emails);
    expect(score).toBeGreaterThan(0.5);
    expect(score).toBeLessThan(0.65);
  });

  it('scores a prompt that a person wrote with sensible cue words above 0.75', () => {
    expect(scoreOf(facility, withLines(...GOOD_LINES), emails)).toBeGreaterThan(0.75);
  });

  it('gains from the same rules in other words, under a schema as well as without', () => {
    const other = withLines(
      'Urgency: high for outages and anything urgent; medium for planned maintenance; low for questions.',
    );
    expect(scoreOf(facility, other, emails)).toBeGreaterThan(scoreOf(facility, facility.prompt, emails) + 0.02);
  });

  it('does not care for an edit that says nothing', () => {
    const useless = withLines('Be accurate. You are an expert with many years of experience.');
    expect(scoreOf(facility, useless, emails)).toBeCloseTo(scoreOf(facility, facility.prompt, emails), 3);
  });

  it('loses when a rule says the opposite', () => {
    const opposite = withLines(
      '- Urgency is low when the sender asks for immediate or urgent help.',
      '- Urgency is high for inquiries and requests for information.',
    );
    expect(scoreOf(facility, opposite, emails)).toBeLessThan(scoreOf(facility, facility.prompt, emails) - 0.05);
  });

  it('keeps the form more often when the prompt insists on it', () => {
    const broken = (prompt: typeof facility.prompt) =>
      emails.filter((email) => !play(facility, prompt, email).text.startsWith('{')).length;
    expect(broken(facility.prompt)).toBeGreaterThan(0);
    expect(broken(withLines('Return only JSON.'))).toBe(0);
  });
});

describe('the task model on support-triage (train)', () => {
  const withRules = (...rules: string[]) => ({ ...triage.prompt, rules: rules.join('\n') });

  it('scores the first prompt between 0.45 and 0.7, and good rules above 0.8', () => {
    const seed = scoreOf(triage, triage.prompt, tickets);
    expect(seed).toBeGreaterThan(0.45);
    expect(seed).toBeLessThan(0.7);
    const good = withRules(
      'Answer with the label only.',
      '- billing: charges, invoices, payments, refunds, prices, tax. Not when the sender wants to cancel or leave, not for an error, not when the sender asks how to do something.',
      '- bug: the product misbehaves: an error message, a crash, a blank page, wrong results, something stopped working.',
      '- account: login, password, access, roles, permissions, email address, ownership. Not for an error or something broken.',
      '- how_to: how to use a feature, where to find it, whether something is possible, settings, steps. Not to cancel.',
      '- cancellation: the sender wants to leave: cancel, not renew, downgrade, pause the subscription or close the account.',
    );
    expect(scoreOf(triage, good, tickets)).toBeGreaterThan(0.8);
  });

  it('follows rules that send everything to the wrong queue', () => {
    const wrong = withRules(
      '- billing: login, password',
      '- bug: how do I, is there a way',
      '- account: payments and charges',
      '- how_to: errors and crashes',
    );
    expect(scoreOf(triage, wrong, tickets)).toBeLessThan(0.25);
  });
});

describe('an answer depends on the request and the seed alone', () => {
  const messages = [
    {
      role: 'system',
      content:
        'Classify as one of: refund, praise. Answer with the label only.\n- refund: money back\n- praise: delighted',
    },
    { role: 'user', content: 'I am delighted with the new boiler.' },
  ];

  it('gives the same answer whatever was asked before', () => {
    const first = ask(messages, 3);
    for (const email of emails.slice(0, 20)) play(facility, facility.prompt, email, 3);
    expect(ask(messages, 3)).toBe(first);
    expect(first).toBe('praise');
  });

  it('works for tasks and labels that it has never met', () => {
    const answer = (content: string) =>
      ask([messages[0] ?? { role: 'system', content: '' }, { role: 'user', content }]);
    expect(answer('The heater never worked, I want a refund of my payment.')).toBe('refund');
  });

  it('answers in the form of a JSON Schema whatever the prompt says', () => {
    const schema = {
      type: 'object',
      properties: {
        mood: { enum: ['good', 'bad'] },
        flags: { type: 'object', properties: { leak: { type: 'boolean' } } },
      },
    };
    const text = ask(
      [{ role: 'system', content: 'Judge the message.' }, messages[1] ?? { role: 'user', content: '' }],
      0,
      {
        response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
      },
    );
    expect(JSON.parse(text)).toEqual({ mood: expect.stringMatching(/good|bad/), flags: { leak: expect.any(Boolean) } });
  });
});

describe('reading a prompt', () => {
  const shapeOf = (prompt: string) =>
    findShape(prompt, undefined).shape.decisions.map((decision) => [
      decision.path.join('.'),
      decision.kind,
      decision.values,
    ]);

  it.each([
    [
      '{"a": "x" | "y", "b": {"c": true/false}}',
      [
        ['a', 'choice', ['x', 'y']],
        ['b.c', 'flag', []],
      ],
    ],
    ['Return JSON.\n- "a" as one of `x`, `y`', [['a', 'choice', ['x', 'y']]]],
    [
      'Return JSON.\n- "b": a dictionary with true or false for each of `c_d`, `e_f`',
      [
        ['b.c_d', 'flag', []],
        ['b.e_f', 'flag', []],
      ],
    ],
    ['Classify the ticket as billing, bug or account.', [['', 'choice', ['billing', 'bug', 'account']]]],
    ['Choose a label:\n- x: this\n- y: that', [['', 'choice', ['x', 'y']]]],
  ])('finds the wanted answer in %j', (prompt, expected) => {
    expect(shapeOf(prompt)).toEqual(expected);
  });

  const cues = (line: string, value: string) => {
    const decisions = [{ path: ['mood'], kind: 'choice', values: ['good', 'bad'] }] as const;
    const guidance = readGuidance(line, decisions).get(`mood=${value}`);
    return (guidance?.cues ?? [])
      .filter((cue) => cue.concept)
      .map((cue) => `${cue.sign > 0 ? '+' : '-'}${cue.concept}`);
  };

  it.each([
    ['mood good: real praise', 'good', ['+praise']],
    ['- mood bad: for an outage, not for an inquiry', 'bad', ['+breakdown', '-question']],
    ['Mood: good for compliments, bad for a crash', 'good', ['+praise']],
    ['Choose mood bad if there was a refund rather than good', 'bad', ['+money']],
    ['Politeness is not mood good', 'good', ['-courtesy']],
    ['Praise makes the mood good, not bad', 'bad', ['-praise']],
  ])('takes from %j what it says about %s', (line, value, expected) => {
    expect(cues(line, value)).toEqual(expected);
  });

  it('understands a negation in the message', () => {
    expect(showsConcept(readMessage('This is urgent.'), 'urgency')).toBeGreaterThan(0);
    expect(showsConcept(readMessage('This is not urgent.'), 'urgency')).toBe(0);
  });
});
