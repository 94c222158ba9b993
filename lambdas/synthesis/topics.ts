/** The tree of topics: what is still missing in it, and how it grows. Pure. */
import type { SynthesisState } from '../contracts/synthesis.ts';
import type { SynthesisSettings } from '../contracts/synthesis-settings.ts';
import { MOST_ATTEMPTS } from './attempts.ts';

/** Longest name of a topic, characters. */
const LONGEST_NAME = 200;

export interface MissingTopics {
  readonly path: readonly string[];
  readonly count: number;
  readonly known: readonly string[];
  readonly attempt: number;
}

type Tree = Pick<SynthesisState, 'topics' | 'asked'>;

/** Topics that inputs are written for: those at the ends of the branches, in the order of the tree. */
export function leafTopics(topics: SynthesisState['topics'], settings: SynthesisSettings): string[][] {
  const depth = levelsOf(settings).length;
  return topics.filter((path) => path.length === depth);
}

/** What may still be asked for, level by level: below a topic nothing is asked for before its own level is complete. */
export function missingTopics({ topics, asked }: Tree, settings: SynthesisSettings): MissingTopics[] {
  for (const [level, count] of levelsOf(settings).entries()) {
    const above = level === 0 ? [[]] : topics.filter((path) => path.length === level);
    const missing = above.flatMap((path): MissingTopics[] => {
      const known = topics
        .filter((one) => one.length === level + 1 && isBelow(one, path))
        .map((one) => one.at(-1) ?? '');
      const attempt = asked.topics[keyOfPath(path)] ?? 0;
      if (known.length >= count || attempt >= MOST_ATTEMPTS) return [];
      return [{ path, count: count - known.length, known, attempt }];
    });
    if (missing.length > 0) return missing;
  }
  return [];
}

/** The tree with the topics of a reply below `path`, at most as many as were asked for, none twice. */
export function growTopics(
  { topics, asked }: Tree,
  { path, count, attempt }: Omit<MissingTopics, 'known'>,
  names: readonly string[],
): { readonly topics: string[][]; readonly asked: SynthesisState['asked']; readonly added: number } {
  const known = new Set(topics.filter((one) => one.length === path.length + 1 && isBelow(one, path)).map(keyOfPath));
  const added: string[][] = [];
  for (const name of names) {
    const one = [...path, name];
    if (added.length >= count || known.has(keyOfPath(one))) continue;
    known.add(keyOfPath(one));
    added.push(one);
  }
  return {
    topics: [...topics, ...added],
    asked: { ...asked, topics: { ...asked.topics, [keyOfPath(path)]: attempt + 1 } },
    added: added.length,
  };
}

/** A name as it is kept: one line, without the number or bullet of a list; empty when nothing is left. */
export function topicName(given: string): string {
  return given
    .replace(/\s+/g, ' ')
    .replace(/^\s*(?:\d+[.)]|[-*•])\s+/, '')
    .trim()
    .slice(0, LONGEST_NAME)
    .toWellFormed();
}

/** How many topics each level of the tree has below each of the level above. */
export function levelsOf({ topics }: SynthesisSettings): readonly number[] {
  return typeof topics === 'number' ? [topics] : topics;
}

function isBelow(path: readonly string[], above: readonly string[]): boolean {
  return above.every((name, i) => path[i] === name);
}

function keyOfPath(path: readonly string[]): string {
  return JSON.stringify(path.map((name) => name.toLowerCase()));
}
