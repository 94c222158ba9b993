/**
 * The part of the task model that writes replies to customers. Which moves a reply makes follows from the prompt's rules
 * where there are some, and from habit where there are none: it promises what pleases, says "as soon as possible", and
 * likes to explain. Pure: the same prompt, message and seed give the same reply.
 */
import { NEEDS } from './customer-matters.ts';
import { type CustomerMessage, readCustomerMessage } from './customer-message.ts';
import { readReplyGuidance, type Said } from './reply-guidance.ts';
import type { MoveId } from './reply-moves.ts';
import { WORDINGS } from './reply-wordings.ts';
import { pick, remember, unit } from './text.ts';

/** How much a rule counts against habit, and how much of a choice is decided anew when the rules about it change. */
export const REPLY_TUNING = { rule: 0.5, mood: 0.2, least: 0.02, most: 0.94 };

const readPrompt = remember(256, readReplyGuidance);

const WRITING =
  /\b(?:reply|respond|write back) to (?:the|this|each|every|a|an|our|all)\b|\b(?:write|draft|compose)\b[^.\n]{0,30}\b(?:reply|replies|response|answer)\b/i;
const CHOOSING =
  /\bclassify\b|\b(?:choose|pick|assign|give) (?:the|a|one) (?:label|category|queue|class)\b|\bone of(?: the following)?:/i;

/** Whether a prompt wants a reply written, and no label chosen. */
export function asksForReply(instructions: string): boolean {
  return WRITING.test(instructions) && !CHOOSING.test(instructions);
}

/** Writes a reply to a customer's message. */
export function writeReply(instructions: string, input: string, seed: number): string {
  const said = readPrompt(instructions);
  const message = readCustomerMessage(input);
  const makes = (move: MoveId, habit: number): boolean => {
    const about = said.get(move);
    const chance = habit + REPLY_TUNING.rule * effectOf(move, said);
    const whim = unit(seed, input, move);
    const mood = unit(seed, input, move, about?.fingerprint ?? 0);
    const drawn = whim * (1 - REPLY_TUNING.mood) + mood * REPLY_TUNING.mood;
    return drawn < Math.min(REPLY_TUNING.most, Math.max(REPLY_TUNING.least, chance));
  };
  const { anger, asksForMoney, missing } = message;
  const pleases = (asksForMoney ? 0.2 : 0) + 0.3 * anger;
  const parts: string[] = [];
  const say = (kind: keyof typeof WORDINGS) => parts.push(pick(WORDINGS[kind], unit(seed, input, 'words', kind)) ?? '');
  const isCourteous = makes('courtesy', 0.5);
  if (isCourteous) say('opening');
  if (makes('sympathy', 0.3 + 0.3 * anger)) say('sympathy');
  if (makes('problem', 0.32)) say(message.told.endsWith('?') ? 'problem asked' : 'problem');
  if (makes('admission', 0.1 + 0.35 * anger)) say('admission');
  if (makes('promise', 0.08 + pleases)) say('promise');
  const isConcrete = makes('step', 0.35);
  if (isConcrete) parts.push(pick(message.matter?.steps ?? WORDINGS.step, unit(seed, input, 'words', 'step')) ?? '');
  else say('vague step');
  if (makes('deadline', 0.12)) say('deadline');
  else if (!isConcrete || unit(seed, input, 'soon') < 0.4) say('soon');
  if (missing.length > 0 ? makes('question', 0.18) : isOverasking(said.get('question'), unit(seed, input, 'overask'))) {
    say(missing.length > 0 ? 'question' : 'needless question');
  }
  if (makes('background', 0.22)) say('background');
  if (isCourteous) say('closing');
  return parts.map((part) => filledIn(part, message)).join(' ');
}

/** Rules about length weigh on all that can be left out; a wish for thoroughness touches all that can be told. */
function effectOf(move: MoveId, said: ReadonlyMap<MoveId, Said>): number {
  const strength = (id: MoveId) => said.get(id)?.strength ?? 0;
  const own = strength(move);
  if (move === 'background') return own - 0.8 * strength('brevity');
  if (move === 'courtesy' || move === 'sympathy') return own - 0.35 * strength('brevity');
  if (move === 'problem' || move === 'step' || move === 'deadline') {
    return own + 0.3 * Math.max(0, strength('background'));
  }
  return own;
}

/** A rule that wants a question always gets it also where nothing is missing. */
function isOverasking(said: Said | undefined, drawn: number): boolean {
  return drawn < (said?.always === true ? 0.7 : 0.03);
}

/** A wording with what the message says in its places. */
export function filledIn(part: string, { thing, told, missing, matter }: CustomerMessage): string {
  const questions = missing.map((need) => NEEDS[need].question).join(' and ');
  return part
    .replaceAll('{thing}', thing)
    .replaceAll('{told}', told)
    .replaceAll('{questions}', questions)
    .replaceAll('{background}', matter?.background ?? WORDINGS.ramble[0]);
}
