/**
 * How the task model judges when a prompt gives it no guidance: the names of labels taken at face value, negations
 * overlooked, politeness taken for joy and every "prompt response" for pressure. Weak on purpose: these are the habits
 * that a better prompt corrects.
 */
import type { Decision } from './answer-shape.ts';
import { conceptsAt } from './cues.ts';
import { evidence, type Message, phrases, showsConcept } from './reading.ts';
import { stem, stemmed } from './text.ts';

/** Ordinary words that name one end or the middle of a scale. */
const SCALE: Readonly<Record<string, 'top' | 'middle' | 'bottom' | 'good' | 'neutral' | 'bad'>> = {
  high: 'top',
  urgent: 'top',
  critical: 'top',
  severe: 'top',
  p1: 'top',
  medium: 'middle',
  normal: 'middle',
  moderate: 'middle',
  p2: 'middle',
  low: 'bottom',
  minor: 'bottom',
  p3: 'bottom',
  positive: 'good',
  satisfied: 'good',
  happy: 'good',
  neutral: 'neutral',
  mixed: 'neutral',
  negative: 'bad',
  unhappy: 'bad',
  angry: 'bad',
};

const PRESSURE = phrases(
  'prompt*0.5, promptly*0.6, attention to this matter*0.4, earliest convenience*0.5, soon*0.5, crucial, important*0.5, essential*0.5, need*0.3, concern*0.4',
);
const MANNERS = phrases(
  'hope this message finds you well*0.5, thank you for your*0.5, best regards*0.3, look forward*0.3, i appreciate*0.4, would appreciate*0.3, appreciated*0.4, kind regards*0.3, please*0.2, thanks*0.5',
);
const EASE = phrases('inquiry*0.4, curious*0.6, whenever');

function onScale(position: string, message: Message): number {
  switch (position) {
    case 'top':
      return (
        0.6 * showsConcept(message, 'urgency', true) +
        0.55 * evidence(message, PRESSURE, true) +
        0.2 * showsConcept(message, 'hazard', true)
      );
    case 'middle':
      return 0.62;
    case 'bottom':
      return 0.36 + 0.35 * showsConcept(message, 'calm', true) + 0.3 * evidence(message, EASE, true);
    case 'good':
      return 0.16 + 0.7 * showsConcept(message, 'praise', true) + 0.45 * evidence(message, MANNERS, true);
    case 'bad':
      return 0.05 + 0.5 * showsConcept(message, 'anger', true) + 0.55 * showsConcept(message, 'defect', true);
    default:
      return 0.5;
  }
}

type NameReading = Readonly<{ concepts: readonly string[]; words: ReturnType<typeof phrases> }>;
const nameReadings = new Map<string, NameReading>();

/** What the words of a label's name bring to mind. */
function readName(name: string): NameReading {
  let reading = nameReadings.get(name);
  if (!reading) {
    const stems = stemmed(name.replaceAll(/[_-]/g, ' ')).filter((word) => word.length > 2 && word !== 'and');
    const concepts = new Set(stems.flatMap((_, at) => conceptsAt(stems, at).concepts));
    reading = { concepts: [...concepts], words: stems.map((word) => ({ stems: [word], weight: 0.7, negated: false })) };
    if (nameReadings.size > 500) nameReadings.clear();
    nameReadings.set(name, reading);
  }
  return reading;
}

/** Leaning towards a value, about 0 to 1, without any guidance. */
export function innateLeaning(decision: Decision, value: string, message: Message): number {
  const position = SCALE[stem(value.toLowerCase())] ?? SCALE[value.toLowerCase()];
  if (position && decision.kind === 'choice') return onScale(position, message);
  const name = decision.kind === 'flag' ? (decision.path.at(-1) ?? '') : value;
  const { concepts, words } = readName(name);
  const byConcept = concepts.reduce((best, id) => Math.max(best, showsConcept(message, id, true)), 0);
  return 0.45 * byConcept + 0.5 * evidence(message, words, true);
}
