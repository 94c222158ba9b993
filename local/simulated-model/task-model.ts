/**
 * The task model. Mostly a classifier that is driven by its prompt: it works out which answer is wanted, collects what the
 * prompt says about each value, looks for those things in the message, and falls back on weak habits where the prompt
 * is silent. A prompt that wants a reply written gets one (`reply-writer.ts`). Pure: the same messages, schema and seed
 * give the same answer.
 */
import { type AnswerShape, type Decision, findShape } from './answer-shape.ts';
import { type Guidance, readGuidance } from './guidance.ts';
import { innateLeaning } from './innate.ts';
import { targetKey } from './mentions.ts';
import { evidence, type Message, readMessage, showsConcept } from './reading.ts';
import { asksForReply, writeReply } from './reply-writer.ts';
import { hash, remember, unit } from './text.ts';

/** How much guidance counts against habit, and how far from certain the model is; found by calibration on train. */
export const TUNING = {
  guidance: 1.2,
  against: 1.2,
  habit: 1,
  /** Habit fades as the prompt speaks about a decision. */
  habitWhenGuided: 0.4,
  flagThreshold: 0.42,
  noise: 0.12,
  promptNoise: 0.06,
  /** Cues for one value that are still read with full attention. */
  attention: 14,
  /** Characters of instructions up to which nothing is skimmed. */
  comfortableLength: 4000,
};

type PromptReading = Readonly<{
  shape: AnswerShape;
  guidance: ReadonlyMap<string, Guidance>;
  /** Hash of what is said about each decision, so that an edit elsewhere leaves the decision alone. */
  fingerprints: ReadonlyMap<string, number>;
  strictFormat: boolean;
  hasSchema: boolean;
  skimming: number;
  wantsReply: boolean;
}>;

const readPrompt: (key: string) => PromptReading = remember(256, (key) => {
  const { instructions, schema } = JSON.parse(key) as { instructions: string; schema: unknown };
  const { shape, rest } = findShape(instructions, schema);
  const guidance = readGuidance(rest, shape.decisions);
  const fingerprints = new Map(
    shape.decisions.map((decision) => {
      const lines = valuesOf(decision).map((value) => guidance.get(targetKey(decision, value))?.lines.join('\n') ?? '');
      return [decision.path.join('.'), hash(lines.join('\n\n'))] as const;
    }),
  );
  return {
    shape,
    guidance,
    fingerprints,
    strictFormat: saysOnly(instructions, shape.form),
    hasSchema: schema !== undefined && schema !== null,
    skimming: Math.min(1, Math.max(0, instructions.length / TUNING.comfortableLength - 1)),
    wantsReply: shape.form === 'label' && asksForReply(instructions),
  };
});

function saysOnly(instructions: string, form: AnswerShape['form']): boolean {
  if (
    /\b(?:nothing else|no (?:other|extra|additional) (?:text|words)|without (?:any )?(?:explanation|prose|other text|quotes)|no (?:prose|explanation|code fence|markdown|quotes|punctuation))/i.test(
      instructions,
    )
  )
    return true;
  return form === 'json'
    ? /\bonly (?:valid |the |a |with )?(?:\w+ )?json\b|\bjson(?: object)? only\b|\b(?:no|without|never)\b[^.\n]*(?:```|fence|markdown|prose)/i.test(
        instructions,
      )
    : /\b(?:only|just|exactly) (?:with )?(?:the |one |its |that )?(?:\w+ )?(?:label|name|category|word|value|class|queue)|\b(?:label|name|category|word)(?: name)? only\b|\bin (?:a single|one) word\b/i.test(
        instructions,
      );
}

function valuesOf(decision: Decision): readonly string[] {
  return decision.kind === 'flag' ? ['true'] : decision.values;
}

function sum(guidance: Guidance, sign: 1 | -1, message: Message): number {
  let miss = 1;
  let count = 0;
  for (const cue of guidance.cues) {
    if (cue.sign !== sign || cue.weight === 0) continue;
    count += 1;
    const strength =
      cue.concept !== null
        ? showsConcept(message, cue.concept)
        : cue.phrase
          ? evidence(message, [cue.phrase], false)
          : 0;
    miss *= 1 - Math.min(0.97, cue.weight * strength);
  }
  // A list of many things is read with less attention for each.
  return (1 - miss) * (count > TUNING.attention ? Math.sqrt(TUNING.attention / count) : 1);
}

function leaning(prompt: PromptReading, decision: Decision, value: string, message: Message, seed: number): number {
  const name = decision.path.join('.');
  const guidance = prompt.guidance.get(targetKey(decision, value));
  // What the prompt says about a value takes the place of the habit there; the other values keep theirs.
  const isGuided = (guidance?.cues.length ?? 0) > 0;
  const habit = (isGuided ? TUNING.habitWhenGuided : TUNING.habit) * innateLeaning(decision, value, message);
  const said = guidance
    ? guidance.prior + TUNING.guidance * sum(guidance, 1, message) - TUNING.against * sum(guidance, -1, message)
    : 0;
  const text = hash(message.text);
  const doubt = TUNING.noise * (1 + 2 * prompt.skimming) * (unit(seed, text, name, value) - 0.5) * 2;
  const mood = TUNING.promptNoise * (unit(seed, text, name, value, prompt.fingerprints.get(name) ?? 0) - 0.5) * 2;
  return habit + said + doubt + mood;
}

function decide(prompt: PromptReading, decision: Decision, message: Message, seed: number): string | boolean {
  if (decision.kind === 'text') return message.text.slice(0, 60);
  if (decision.kind === 'flag') return leaning(prompt, decision, 'true', message, seed) > TUNING.flagThreshold;
  let best = '';
  let top = Number.NEGATIVE_INFINITY;
  for (const value of decision.values) {
    const score = leaning(prompt, decision, value, message, seed);
    if (score > top) {
      top = score;
      best = value;
    }
  }
  return best;
}

type Answer = { [key: string]: string | boolean | Answer };

function asObject(decisions: readonly Decision[], values: ReadonlyArray<string | boolean>): Answer {
  const root: Answer = {};
  decisions.forEach((decision, at) => {
    let place = root;
    for (const key of decision.path.slice(0, -1)) {
      const next = place[key];
      if (typeof next === 'object') place = next;
      else {
        const made: Answer = {};
        place[key] = made;
        place = made;
      }
    }
    place[decision.path.at(-1) ?? 'answer'] = values[at] ?? '';
  });
  return root;
}

export type TaskRequest = Readonly<{ system: string; user: string; schema?: unknown; seed: number; draw?: number }>;

/** Splits what the user message tells the model to do from the message that it is to judge. */
export function separate(system: string, user: string): { instructions: string; input: string } {
  const tagged = /^([\s\S]*)<([A-Za-z][\w-]*)>\n?([\s\S]*)<\/\2>([\s\S]*)$/.exec(user);
  if (tagged && (tagged[3] ?? '').length > 20) {
    return { instructions: [system, tagged[1], tagged[4]].join('\n'), input: tagged[3] ?? '' };
  }
  const fenced = /^([\s\S]*?)(?:"""|```|\n---+\n)\s*([\s\S]+?)(?:"""|```|\n---+\n|$)/.exec(user);
  if (fenced && system.trim() === '' && (fenced[2] ?? '').length > 20) {
    return { instructions: `${system}\n${fenced[1] ?? ''}`, input: fenced[2] ?? '' };
  }
  if (system.trim() !== '') return { instructions: system, input: user };
  const gap = user.search(/\n\s*\n/);
  return gap < 0
    ? { instructions: user, input: user }
    : { instructions: user.slice(0, gap), input: user.slice(gap).trim() };
}

/** Answers one task request with text. */
export function answerTask(request: TaskRequest): string {
  const { instructions, input } = separate(request.system, request.user);
  const prompt = readPrompt(JSON.stringify({ instructions, schema: request.schema }));
  if (prompt.wantsReply) return writeReply(instructions, input, request.seed);
  const { decisions, form } = prompt.shape;
  if (decisions.length === 0) return `Here is what the message says: ${input.slice(0, 200)}`;
  const message = readMessage(input);
  const values = decisions.map((decision) => decide(prompt, decision, message, request.seed));
  const chance = unit(request.seed, 'format', input, request.draw ?? 0);
  if (form === 'label') {
    const label = String(values[0] ?? '');
    if (prompt.strictFormat || chance > 0.09) return label;
    return chance < 0.04 ? `Category: ${label}` : chance < 0.06 ? `**${label}**` : `This looks like ${label}.`;
  }
  const json = JSON.stringify(asObject(decisions, values));
  if (prompt.hasSchema || prompt.strictFormat || chance > 0.05) return json;
  return chance < 0.035
    ? `Here is the analysis of the message:\n\n${json}\n\nLet me know if you need anything else.`
    : `${json.slice(0, -1)}, "note": "see the message"`;
}
