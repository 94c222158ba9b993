/**
 * The reflection model of a world. It looks at some of the failing examples and has an idea for each: a useful one (the
 * rule that the example's kind lacks), a useless, a harmful or a memorising one. It does not know which. The same for
 * whoever asks: our optimizer, and the reference.
 */
import { unit } from '../unit.ts';
import type { FamilySettings } from './families.ts';
import { type Catalogue, MEMORISED, say, USELESS } from './statements.ts';
import { type Nature, pick, type ReflectionView, type Statement } from './world.ts';

/** Chance of a second and of a third idea in a reply. */
const MORE = [0.55, 0.3];
/** Share of replies that see the defect for what it is, when they see an example that it spoils. */
const SEES_DEFECT = 0.1;
const DEFECT_SHARE = 0.25;
/** Of lines that are said anew, this share loses its sense. */
const LOST_IN_REWORDING = 0.08;

export function reflectionModel(
  settings: FamilySettings,
  catalogue: Catalogue,
  natures: ReadonlyMap<string, Nature>,
  seed: number,
): (view: ReflectionView) => string {
  return (view) => {
    const key = [seed, view.component, view.text, ...view.examples.map(({ input }) => input)];
    const draw = (...purpose: (string | number)[]): number => unit(...key, ...purpose);
    const failing = view.examples.filter(({ score }) => score < 1 - 1e-9);
    const lines = view.text.replace(/\n+$/, '').split('\n');
    const count = 1 + MORE.filter((share, i) => draw('more', i) < share).length;
    const fresh: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const example = failing.length === 0 ? undefined : pick(failing, ...key, 'example', i);
      const nature = natures.get(example?.input ?? '');
      const line = idea(view, nature, example?.input ?? '', i, draw);
      if (line !== null && !fresh.includes(line) && !view.text.includes(line)) fresh.push(line);
    }
    if (fresh.length === 0) fresh.push(`${pick(USELESS, ...key, 'nothing')} (${Math.floor(draw('n') * 900)}).`);
    const spoiled = failing.some(({ input }) => (natures.get(input)?.place ?? 1) < DEFECT_SHARE);
    const defect = say(catalogue.statements.get('defect'));
    const kept =
      settings.defect && spoiled && draw('sees') < SEES_DEFECT ? lines.filter((line) => line !== defect) : lines;
    const old = reword(kept, draw);
    // Before a partial, which stays at the end.
    const at = old.findLastIndex((line) => line.trim() !== '' && !line.includes('{{'));
    return `${[...old.slice(0, at + 1), ...fresh, ...old.slice(at + 1)].join('\n')}\n`;
  };

  function idea(
    view: ReflectionView,
    nature: Nature | undefined,
    input: string,
    i: number,
    draw: (...purpose: (string | number)[]) => number,
  ): string | null {
    const { ideas } = settings;
    const chance = draw('idea', i);
    const useless = (): string => `${pick(USELESS, seed, input, i)} (${Math.floor(draw('which', i) * 900)}).`;
    if (nature === undefined || chance < ideas.useless) return useless();
    if (chance < ideas.useless + ideas.harmful) {
      const harm = pick(catalogue.harms, seed, view.text, input, i, 'harm');
      return say(catalogue.statements.get(harm), seed, input, i);
    }
    if (chance < ideas.useless + ideas.harmful + ideas.memorising) {
      return `${MEMORISED}${input.slice(0, 32)}: it is ${nature.expected}.`;
    }
    return settings.hopeless ? useless() : (missing(view, nature, draw, i) ?? useless());
  }

  /** The rule that the example needs and the prompt does not state. */
  function missing(
    { component, text, others }: ReflectionView,
    { kind }: Nature,
    draw: (...purpose: (string | number)[]) => number,
    i: number,
  ): string | null {
    const whole = `${text}\n${others}`;
    const states = (statement: Statement | undefined): boolean =>
      statement?.wordings.some((wording) => whole.includes(wording)) ?? true;
    const ids = [`rule-${kind}`, `rule-${kind}b`];
    if (settings.form && draw('form', i) < 0.35) ids.unshift('brackets');
    const candidates = ids
      .map((id) => catalogue.statements.get(id))
      .filter(
        (one): one is Statement => one !== undefined && (one.component ?? 'system') === component && !states(one),
      );
    if (candidates.length === 0) return null;
    const first = candidates[0]?.id === 'brackets' ? candidates[0] : pick(candidates, seed, kind, text, i);
    const both = settings.interacting && candidates.length > 1 && draw('both', i) < 0.3 && kind < 2;
    return (both ? candidates : [first]).map((one) => say(one, seed, component, text, i)).join('\n');
  }

  function reword(lines: readonly string[], draw: (...purpose: (string | number)[]) => number): string[] {
    if (settings.style === 'adds') {
      // Now and then a reply touches the form that all answers depend on.
      if (!settings.form || draw('form lost') >= 0.12) return [...lines];
      return lines.filter((line) => !catalogue.statements.get('form')?.wordings.includes(line));
    }
    const all = settings.style === 'rewrites';
    const said = lines.map((line, i) => {
      const share = all ? 0.95 : 0.2;
      if (line.trim() === '' || draw('reword', line, i) >= share) return line;
      const statement = [...catalogue.statements.values()].find(({ wordings }) => wordings.includes(line));
      if (statement === undefined) return all ? turned(line) : line;
      if (draw('lost', line, i) < LOST_IN_REWORDING && statement.id !== 'form')
        return `Keep the purpose of each queue in mind (${i}).`;
      const others = statement.wordings.filter((wording) => wording !== line);
      return others.length === 0 ? line : pick(others, seed, line, i, ...lines);
    });
    if (!all) return said;
    const order = said.map((line, i) => ({ line, key: draw('order', i) }));
    return order.sort((a, b) => a.key - b.key).map(({ line }) => line);
  }
}

/** Another way to say a line that nobody knows: the same words, so that it means what it did. */
function turned(line: string): string {
  return line.startsWith('Also: ') ? line.slice(6) : `Also: ${line}`;
}
