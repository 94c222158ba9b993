/**
 * The reflection model: reads what went wrong, picks one to three mistakes, and edits the component a little: it adds
 * or replaces a guideline, or says more clearly which form the answer has. It cannot tell its good ideas from its bad
 * ones; that is what the optimizer's trials are for. Pure: the same request and seed give the same reply.
 */
import { CONCEPTS } from './concepts.ts';
import { conceptsAt } from './cues.ts';
import { ADVICE, JSON_ONLY, LABEL_ONLY, USELESS } from './guidelines.ts';
import {
  formMistakes,
  type Mistake,
  mistakesOf,
  type ReflectionRequest,
  readReflectionRequest,
} from './reflection-request.ts';
import { pick, stemmed, unit, words } from './text.ts';

/** Shares of the kinds of edits; the rest is helpful advice. */
const SHARES = { vague: 0.1, wrong: 0.07, fromWords: 0.1, useless: 0.05, broken: 0.03 };

type Draw = (purpose: string) => number;

/** A mistake seen from one side: `value` was missed where it was expected, or given where it was not. */
type Issue = Readonly<{
  field: string;
  value: string;
  isFlag: boolean;
  missed: boolean;
  examples: readonly number[];
  weight: number;
}>;

/** Answers a reflection request; see the module's comment. */
export function reflect(user: string, seed: number): string {
  const request = readReflectionRequest(user);
  if (!request) return 'I found no component to improve.';
  const draw: Draw = (purpose) => unit(seed, user, purpose);
  const { text, reasons } = revise(request, draw);
  const head =
    reasons.length > 0 ? `What went wrong: ${reasons.join('; ')}.` : 'The answers look right; a small clarification.';
  return breakNowAndThen(request, `${head}\n\n\`\`\`\`\n${text}\n\`\`\`\``, draw);
}

function revise(request: ReflectionRequest, draw: Draw): { text: string; reasons: string[] } {
  let text = request.text;
  const reasons: string[] = [];
  const form = formMistakes(request.examples);
  if (form.json + form.label > 0 && draw('form') < 0.8) {
    const line = pick(form.json > 0 ? JSON_ONLY : LABEL_ONLY, draw('form line')) ?? '';
    if (!text.includes(line)) {
      text = `${text.trimEnd()}\n${line}`;
      reasons.push('some answers did not have the form that was asked for');
    }
  }
  if (draw('useless') < SHARES.useless) {
    const line = pick(USELESS, draw('useless line')) ?? '';
    return { text: text.includes(line) ? text : `${text.trimEnd()}\n${line}`, reasons: ['the answers seem hasty'] };
  }
  const issues = issuesOf(mistakesOf(request.examples));
  const wanted = 1 + (draw('more') < 0.7 ? 1 : 0) + (draw('even more') < 0.4 ? 1 : 0);
  for (const [at, issue] of sample(issues, wanted, draw).entries()) {
    const line = adviceFor(issue, request, text, (purpose) => draw(`${purpose} ${at}`));
    if (line === null) continue;
    text = place(text, line, labelOf(issue), draw(`place ${at}`));
    reasons.push(reasonOf(issue));
  }
  if (text === request.text) {
    const line = pick(USELESS, draw('useless line')) ?? '';
    text = `${text.trimEnd()}\n${line}`;
  }
  return { text, reasons };
}

function issuesOf(mistakes: readonly Mistake[]): Issue[] {
  const issues = new Map<string, Issue>();
  const add = (field: string, value: string, isFlag: boolean, missed: boolean, example: number, weight: number) => {
    const key = `${field}=${value} ${missed}`;
    const known = issues.get(key);
    issues.set(key, {
      ...{ field, value, isFlag, missed },
      examples: [...(known?.examples ?? []), example],
      weight: (known?.weight ?? 0) + weight,
    });
  };
  for (const { field, was, expected, example } of mistakes) {
    // A field of many counts for less than one that stands alone.
    const weight = field.includes('.') ? 0.5 : 1;
    const name = field.split('.').at(-1) ?? '';
    if (/^(?:true|false)$/.test(expected)) add(name, 'true', true, expected === 'true', example, weight);
    else {
      add(name, expected, false, true, example, weight);
      if (/^[\w-]+$/.test(was)) add(name, was, false, false, example, 0.6 * weight);
    }
  }
  return [...issues.values()];
}

function sample(issues: readonly Issue[], count: number, draw: Draw): Issue[] {
  return issues
    .map((issue) => ({
      issue,
      order: -Math.log(1 - draw(`issue ${issue.field}=${issue.value} ${issue.missed}`)) / issue.weight,
    }))
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ issue }) => issue);
}

function reasonOf({ field, value, missed }: Issue): string {
  const move = /^reply_(\w+)$/.exec(field)?.[1];
  if (move !== undefined) return `${move}: ${missed ? 'missing in some replies' : 'not wanted in some replies'}`;
  return `${field || 'the label'} ${missed ? 'missed' : 'wrongly gave'} ${value}`;
}

function labelOf(issue: Issue): string {
  return issue.isFlag ? issue.field : issue.field === '' ? issue.value : `${issue.field} ${issue.value}`;
}

function adviceFor(issue: Issue, request: ReflectionRequest, text: string, draw: Draw): string | null {
  const name = issue.isFlag || issue.field !== '' ? issue.field : issue.value;
  const advice = ADVICE.find(
    (entry) =>
      entry.about.test(name.toLowerCase()) &&
      (issue.isFlag || issue.field === '' ? !entry.value : entry.value?.test(issue.value.toLowerCase())),
  );
  const kind = draw('kind');
  const fromWords = () => sharedWords(issue, request, advice?.shared);
  let list: readonly string[] = issue.missed ? (advice?.missed ?? []) : (advice?.overused ?? []);
  if (kind < SHARES.fromWords) list = fromWords();
  else if (kind < SHARES.fromWords + SHARES.vague) list = advice?.vague ?? [];
  else if (kind < SHARES.fromWords + SHARES.vague + SHARES.wrong) list = advice?.wrong ?? [];
  else if (!advice) list = draw('by name') < 0.5 ? byName(issue, name, draw) : fromWords();
  const lines = list
    .map((line) =>
      line.replaceAll('{label}', labelOf(issue)).replaceAll('{value}', issue.isFlag ? 'meant' : issue.value),
    )
    .filter((line) => !text.includes(line) && !request.tried.includes(line.slice(0, 60)));
  return pick(lines, draw('line')) ?? null;
}

/** Words that the failing examples share and the others do not; with few examples that is often chance. */
function sharedWords(issue: Issue, request: ReflectionRequest, template?: string): string[] {
  const failing = issue.examples.map((at) => new Set(words(request.examples[at]?.input ?? '')));
  const others = request.examples
    .filter((_, at) => !issue.examples.includes(at))
    .map((example) => new Set(words(example.input)));
  const [first] = failing;
  if (!first) return [];
  const shared = [...first]
    .filter((word) => word.length > 4 && failing.every((set) => set.has(word)) && !others.some((set) => set.has(word)))
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    .slice(0, 3);
  if (shared.length === 0) return [];
  const list = shared.map((word) => `"${word}"`).join(', ');
  if (template !== undefined) return [template.replace('{words}', list)];
  return [issue.missed ? `{label}: messages that mention ${list}.` : `{label}: not for messages that mention ${list}.`];
}

/** What the name of an unknown label brings to mind. */
function byName(issue: Issue, name: string, draw: Draw): string[] {
  const stems = stemmed(name.replaceAll(/[_-]/g, ' '));
  const ids = new Set(stems.flatMap((_, at) => conceptsAt(stems, at).concepts));
  const ideas = CONCEPTS.filter((concept) => ids.has(concept.id)).flatMap((concept) => concept.heardAs.split(', '));
  if (ideas.length === 0) return [];
  const chosen = ideas
    .map((idea) => ({ idea, order: draw(`idea ${idea}`) }))
    .sort((a, b) => a.order - b.order)
    .slice(0, 4)
    .map(({ idea }) => idea);
  return [issue.missed ? `{label}: ${chosen.join(', ')}.` : `{label}: only for ${chosen.join(', ')}.`];
}

/** Adds a guideline behind the last one, or now and then puts it in the place of an older one about the same value. */
function place(text: string, line: string, label: string, chance: number): string {
  const lines = text.trimEnd().split('\n');
  const bullet = `- ${line}`;
  const same = lines.findLastIndex((other) =>
    new RegExp(`^[-*] ["\`*]*${label.replaceAll(/[^\w ]/g, '.')}["\`*]*\\s*[:–—-]`).test(other),
  );
  if (same >= 0 && chance < 0.3) return [...lines.slice(0, same), bullet, ...lines.slice(same + 1)].join('\n');
  const last = lines.findLastIndex((other) => /^[-*] /.test(other));
  const heading = lines.findLastIndex((other) => /^(?:guidelines|rules|how to decide).*:$/i.test(other.trim()));
  if (heading >= 0 || (last >= 0 && last === lines.length - 1)) {
    const at = Math.max(last, heading) + 1;
    return [...lines.slice(0, at), bullet, ...lines.slice(at)].join('\n');
  }
  return `${text.trimEnd()}\n\nGuidelines:\n${bullet}`;
}

/** Real models sometimes forget the end of the fence, lose a placeholder or paste an example. */
function breakNowAndThen(request: ReflectionRequest, reply: string, draw: Draw): string {
  if (draw('broken') >= SHARES.broken) return reply;
  const how = draw('how broken');
  const placeholder = request.placeholders.find((other) => request.text.includes(other));
  if (how < 0.4 && placeholder) return reply.replace(placeholder, '');
  if (how < 0.7) return reply.slice(0, reply.lastIndexOf('````')).trimEnd();
  const example = request.examples[0]?.input.slice(0, 400) ?? '';
  return reply.replace(/\n````$/, `\n\nExample:\n${example}\n\`\`\`\``);
}
