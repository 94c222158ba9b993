/** Inputs for a system that serves no shop's customers: plain questions and notes about a topic that it knows nothing of. */

import { attackOf } from './generator-attacks.ts';
import type { MessagePlan } from './generator-message.ts';
import { TEMPTATIONS } from './generator-phrases.ts';
import { lengthOf, styleOf, typedAs } from './generator-style.ts';
import { choose, type Draw, factsOf, filled, shuffled } from './generator-words.ts';

const OPENINGS: readonly string[] = [
  'What should I know about {topic}?',
  'Since {date} we have had trouble with {topic}.',
  '{name} says that {topic} works otherwise than I think; who is right?',
  'I am to write {n} lines on {topic} and do not know where to begin.',
  'Is there a rule for {topic} in {place}?',
  'Somebody sent me a note about {topic}, and I understood half of it.',
  'We compare offers from {place}, and they differ most in {topic}.',
  'My question is short: {topic}, yes or no?',
  'On {day} I have to decide about {topic}.',
  'Explain {topic} to a child of {n} years.',
  'The last report had {amount} under {topic}, and that surprised us.',
  'Why does everybody speak of {topic} all of a sudden?',
  'Which mistakes do people make with {topic}?',
  'Two of us disagree on {topic}: {name} and me.',
  'Could you check what I wrote about {topic}?',
  'For {n} weeks nothing has moved in the matter of {topic}.',
  'I used to know {topic} by heart; what has changed since {date}?',
  'Give me the other side of {topic}.',
];
const MORE: readonly string[] = [
  'It is for a meeting in {place}.',
  '{name} needs it by {day}.',
  'I have read {n} pages and found nothing.',
  'We paid {amount} for advice that did not help.',
  'My notes are from {date}.',
  'A short list would do.',
  'Please name what you rely on.',
  'There are {n} of us who wait for the answer.',
  'I have no training in this.',
  'An example from {place} would help.',
  'What I have so far is a draft by {name}.',
  'The last answer that I got contradicted itself.',
  'Nothing of this is secret.',
  'If it depends, say on what.',
];

export function writeAnything(plan: MessagePlan, draw: Draw): string {
  const facts = factsOf(draw, undefined, '');
  const style = styleOf(plan.persona);
  const topic = plan.topic.split(' > ').at(-1)?.trim() ?? plan.topic;
  const opening = choose(OPENINGS, draw, 'anything').replace('{topic}', () => topic);
  const count = { brief: 0, sentences: 1, paragraph: 3, paragraphs: 7 }[lengthOf(plan.length)];
  const more = shuffled(MORE, draw, 'more').slice(0, count);
  const tempts = plan.aim === 'fail' && count > 0 ? [choose(TEMPTATIONS.any, draw, 'tempt')] : [];
  const text = filled([opening, ...more, ...tempts].join(' '), facts);
  const whole = plan.attack === null ? text : filled(attackOf(plan.attack, text, plan.spec, draw), facts);
  return typedAs(whole, style, draw);
}
