import { describe, expect, it } from 'vitest';
import { composeComponent } from '../../../lambdas/optimizer/units/compose.ts';
import { addReply } from '../../../lambdas/optimizer/units/diff.ts';
import { unitOf } from '../../../lambdas/optimizer/units/pool.ts';
import { allOf, origin, poolOf } from './support.ts';

const PROMPT = [
  'You are a dispatcher at the water utility.',
  'Every ticket belongs to metering, billing or outages.',
  'Leaking hydrants are outages.',
  'A disputed invoice is billing.',
  'Answer with the name of the queue.',
].join('\n');

/** The same in other words and in another order, with one line that is new. */
const REPLY = [
  'The water utility employs you as its dispatcher.',
  'A ticket belongs to one queue of metering, billing and outages.',
  'Frozen pipes count as metering.',
  'Billing gets each invoice that is disputed.',
  'Treat hydrants that are leaking as outages.',
  'Name the queue as your answer.',
].join('\n');

describe('a reply that says most in other words', () => {
  const seed = poolOf(PROMPT);
  const { pool, touched, rewrote, reworded } = addReply(seed, allOf(seed), 'system', REPLY, origin(0));

  it('gives its new line alone, as an edit of the old prompt', () => {
    expect({ rewrote, reworded }).toEqual({ rewrote: false, reworded: true });
    expect(touched.map((id) => unitOf(pool, id))).toMatchObject([
      { text: 'Frozen pipes count as metering.', replaces: [], whole: false, status: 'on_trial' },
    ]);
  });

  it('puts the line after the one that it followed', () => {
    const text = composeComponent(pool, 'system', new Set([...allOf(seed), ...touched]));

    const lines = PROMPT.split('\n');
    expect(text).toBe([...lines.slice(0, 2), 'Frozen pipes count as metering.', ...lines.slice(2)].join('\n'));
  });

  it('is tried whole where its lines have no counterparts', () => {
    const other = [
      'Read the customer message.',
      'Find what broke.',
      'Say who should repair it.',
      'Be brief.',
      'Nothing else.',
      'No greeting.',
    ].join('\n');

    expect(addReply(seed, allOf(seed), 'system', other, origin(0))).toMatchObject({ rewrote: true, reworded: false });
  });

  it('is tried whole where nothing in it is new', () => {
    const same = REPLY.split('\n').filter((line) => !line.startsWith('Frozen'));

    expect(addReply(seed, allOf(seed), 'system', same.join('\n'), origin(0)).reworded).toBe(false);
  });
});
