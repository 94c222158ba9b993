/** A world of a family: its data, its task model, its true score. The reflection model is in `reflection.ts`. */
import type { Example } from '../../lambdas/contracts/dataset.ts';
import type { Components } from '../../lambdas/contracts/task.ts';
import { unit } from '../unit.ts';
import { type Family, type FamilySettings, families } from './families.ts';
import { reflectionModel } from './reflection.ts';
import { ask, type Catalogue, catalogueOf, gradedAnswer, MEMORISED } from './statements.ts';
import {
  type LineNature,
  type Nature,
  pick,
  pickWeighted,
  type Sizes,
  type World,
  type WorldExample,
} from './world.ts';

const LABELS = ['A', 'B', 'C', 'D'];
/** Chance of a right answer where the prompt states the rule, where it does not and luck helps, and where it does not. */
const RIGHT = { ruled: 0.97, lucky: 0.93, unlucky: 0.04 };
/** A harmful line, and the seed's defect, make this share of the examples wrong. */
const HARM_SHARE = 0.12;
const DEFECT_SHARE = 0.25;
/** Share of answers that miss the form which the prompt does not ask for. */
const FORM_MISSED = 0.45;

export const defaultSizes: Sizes = { train: 100, validation: 60, test: 100 };

export function simulate(family: Family, seed: number, sizes: Sizes = defaultSizes): World {
  const settings: FamilySettings = families[family];
  // Worlds of different families share no chance: what one seed's test set happens to hold says nothing of another's.
  const key = Math.floor(unit('world', family, seed) * 2 ** 32);
  const catalogue = catalogueOf(settings, key);
  const natures = new Map<string, Nature>();
  const make = maker(settings, catalogue, key);
  const split = (name: string, count: number): Example[] =>
    Array.from({ length: count }, (_, i) => {
      const { example, nature } = make(name, i);
      natures.set(textOf(example), nature);
      return example;
    });
  const splits = {
    train: split('train', sizes.train),
    validation: split('validation', sizes.validation),
    test: split('test', sizes.test),
  };
  const trueScore = (components: Components): number =>
    expectedScore(reader(catalogue, components), settings, catalogue);
  return {
    family,
    seed,
    splits,
    prompt: catalogue.seedPrompt,
    evals: settings.graded ? [{ name: 'fields', type: 'json_fields' }] : [{ name: 'label', type: 'exact_match' }],
    trueScore,
    attainable: trueScore(catalogue.bestPrompt),
    answer(prompt, input, draw) {
      const nature = natures.get(input) ?? { kind: 0, lucky: false, place: 0.5, expected: 'A' };
      const reads = reader(catalogue, { all: prompt });
      const memorised = reads.text.includes(`${MEMORISED}${input.slice(0, 32)}`);
      const right = chanceOfRight({ ...nature, memorised }, reads, settings, catalogue);
      return ask(nature.expected, right, settings, unit(key, prompt, input, draw, 'answer'), (what) =>
        unit(key, prompt, input, draw, what),
      );
    },
    reflect: reflectionModel(settings, catalogue, natures, key),
    natureOfLine: (line) => natureOfLine(line, catalogue),
  };
}

/** What the evals make of a chance of being right, on average over draws. */
function scoreOf(right: number, settings: FamilySettings): number {
  const noise = settings.judgeNoise;
  // A graded answer that is wrong has half of its fields right, on average.
  const score = settings.graded ? right + (1 - right) * 0.5 : right;
  return score * (1 - noise) + (1 - score) * noise;
}

/**
 * Mean score over all examples that this world can make, chance of the model and the judge averaged out: by kind, by luck
 * and by where harm hits. An example whose given answer contradicts the rules is never right.
 */
function expectedScore(reads: Reads, settings: FamilySettings, catalogue: Catalogue): number {
  const kinds = kindWeights(settings);
  const total = kinds.reduce((sum, weight) => sum + weight, 0);
  const ends = [
    ...new Set([
      0,
      1,
      DEFECT_SHARE,
      ...catalogue.harms.flatMap((_, i) => [harmFrom(i), (harmFrom(i) + HARM_SHARE) % 1]),
    ]),
  ].sort((a, b) => a - b);
  let score = 0;
  for (const [i, end] of ends.slice(1).entries()) {
    const from = ends[i] ?? 0;
    for (const [kind, weight] of kinds.entries()) {
      for (const lucky of [true, false]) {
        const nature = { kind, lucky, place: (from + end) / 2, memorised: false };
        const right = chanceOfRight(nature, reads, settings, catalogue);
        const share = ((end - from) * weight * (lucky ? settings.luck : 1 - settings.luck)) / total;
        score += share * scoreOf(right, settings);
      }
    }
  }
  return score * (1 - settings.contradictory);
}

type Reads = (statement: string) => boolean;

/** Which statements a prompt makes: each wording is looked for as it stands. */
function reader(catalogue: Catalogue, components: Components): Reads & { text: string } {
  const text = Object.values(components).join('\n');
  const known = new Map<string, boolean>();
  const reads = (id: string): boolean => {
    const cached = known.get(id);
    if (cached !== undefined) return cached;
    const statement = catalogue.statements.get(id);
    const has = statement?.wordings.some((wording) => text.includes(wording)) ?? false;
    known.set(id, has);
    return has;
  };
  return Object.assign(reads, { text });
}

function chanceOfRight(
  { kind, lucky, place, memorised }: Pick<Nature, 'kind' | 'lucky' | 'place'> & { readonly memorised: boolean },
  reads: Reads,
  settings: FamilySettings,
  { harms }: Catalogue,
): number {
  let right = ruleHolds(kind, reads, settings) ? RIGHT.ruled : lucky ? RIGHT.lucky : RIGHT.unlucky;
  if (memorised) right = RIGHT.ruled;
  for (const [i, id] of harms.entries()) {
    const from = harmFrom(i);
    const hit = place >= from ? place < from + HARM_SHARE : place + 1 < from + HARM_SHARE;
    if (hit && reads(id)) right = RIGHT.unlucky;
  }
  if (settings.defect && place < DEFECT_SHARE && reads('defect')) right = RIGHT.unlucky;
  if (settings.form) {
    if (!reads('form')) return 0;
    if (!reads('brackets')) right *= 1 - FORM_MISSED;
  }
  return right;
}

/** Where the examples begin that a harmful line makes wrong. */
function harmFrom(i: number): number {
  return (0.61 * i) % 1;
}

function kindWeights({ kinds }: FamilySettings): number[] {
  return Array.from({ length: kinds }, (_, kind) => 1 / (kind + 4));
}

/** Interacting kinds: 0 and 1 need two statements, 2 and 3 break when both of theirs are there. */
function ruleHolds(kind: number, reads: Reads, { interacting, hopeless }: FamilySettings): boolean {
  if (hopeless) return false;
  if (interacting && kind < 2) return reads(`rule-${kind}`) && reads(`rule-${kind}b`);
  if (interacting && kind < 4) return reads(`rule-${kind}`) !== reads(`rule-${kind}b`);
  return reads(`rule-${kind}`);
}

function maker(
  settings: FamilySettings,
  { words }: Catalogue,
  seed: number,
): (split: string, i: number) => WorldExample {
  const weights = kindWeights(settings);
  return (split, number) => {
    // A duplicate has the text of the example before it.
    const isDuplicate = number % 2 === 1 && unit(seed, split, number, 'duplicate') < 2 * settings.duplicates;
    const i = isDuplicate ? number - 1 : number;
    const kind = pickWeighted(weights, seed, split, i, 'kind');
    const filler = Array.from({ length: 9 }, (_, n) => pick(words.filler, seed, split, i, n, 'filler'));
    const own = words.byKind[kind] ?? [];
    const topic = settings.sharedWords
      ? [pick(own.slice(0, 3), seed, split, i, 'topic 1'), pick(own.slice(3), seed, split, i, 'topic 2')]
      : [];
    const at = Math.floor(unit(seed, split, i, 'at') * filler.length);
    const text = `${split} ${i}: ${[...filler.slice(0, at), ...topic, ...filler.slice(at)].join(' ')}.`;
    const right = LABELS[kind % LABELS.length] ?? 'A';
    const isWrong = unit(seed, split, number, 'contradicted') < settings.contradictory;
    const given = isWrong ? (LABELS[(kind + 1) % LABELS.length] ?? 'B') : right;
    const expected = settings.form ? `[${given}]` : given;
    return {
      example: {
        id: `${split}-${number}`,
        input: text,
        expected: settings.graded ? gradedAnswer(given) : expected,
        ...(isWrong ? { metadata: { contradicted: true } } : {}),
      },
      nature: {
        kind,
        lucky: unit(seed, split, i, 'luck') < settings.luck,
        place: unit(seed, split, i, 'place'),
        expected: settings.form ? `[${right}]` : right,
      },
    };
  };
}

export function textOf({ input }: Pick<Example, 'input'>): string {
  return typeof input === 'string' ? input : JSON.stringify(input);
}

function natureOfLine(line: string, { statements, seedPrompt }: Catalogue): LineNature {
  if (line.includes(MEMORISED)) return 'memorising';
  for (const [id, { wordings }] of statements) {
    if (!wordings.some((wording) => line.includes(wording))) continue;
    if (id === 'defect') return 'defect';
    if (id.startsWith('harm-')) return 'harmful';
    if (id.startsWith('rule-') || id === 'brackets') return 'useful';
    return 'seed';
  }
  return Object.values(seedPrompt).some((text) => text.includes(line.trim())) ? 'seed' : 'useless';
}
