/** The prompt's templates: variables that examples have, partials that exist, no circles, no component left over. */
import type { Example } from '../contracts/dataset.ts';
import type { InputProblem } from '../contracts/errors.ts';
import type { Task } from '../contracts/task.ts';
import { DEFAULT_USER, partialsOf, variablesOf } from '../model/templates.ts';

/** @param inputs of every example that the prompt will be rendered with */
export function checkTemplates(task: Task, inputs: readonly Example['input'][]): InputProblem[] {
  const isKnown = (variable: string): boolean =>
    variable === 'input' || variable === '.' || inputs.some((input) => hasVariable(input, variable.split('.')));
  const problems: InputProblem[] = [];
  for (const [name, text] of Object.entries({ user: DEFAULT_USER, ...task.prompt })) {
    const field = `prompt.${name}`;
    try {
      for (const variable of variablesOf(text)) {
        if (isKnown(variable)) continue;
        problems.push({
          field,
          message: `uses {{${variable}}}, which no example has.`,
          remedy: `Examples have ${namesOf(inputs)
            .map((known) => `{{${known}}}`)
            .join(', ')}.`,
        });
      }
      for (const partial of partialsOf(text)) {
        if (Object.hasOwn(task.prompt, partial)) continue;
        problems.push({
          field,
          message: `includes {{> ${partial}}}, which is no component of the prompt.`,
          remedy: `Add prompt.${partial} or take it out.`,
        });
      }
    } catch (error) {
      problems.push({
        field,
        message: `is no Mustache template: ${error instanceof Error ? error.message : error}.`,
        remedy: 'Close every {{…}} and every section.',
      });
    }
  }
  return [...problems, ...partialCircles(task), ...unusedComponents(task), ...missingInput(task)];
}

/** A prompt that shows the model nothing of an example would be answered alike for all of them. */
function missingInput({ prompt }: Task): InputProblem[] {
  const texts = Object.values({ user: DEFAULT_USER, ...prompt });
  // A text that does not parse is told already.
  if (texts.some((text) => !parses(text) || variablesOf(text).length > 0)) return [];
  const remedy =
    'Write {{input}} where the input belongs, or leave prompt.user out: the input is then the user message.';
  return [{ field: 'prompt.user', message: 'has no place for the input, nor has any other component.', remedy }];
}

function parses(text: string): boolean {
  try {
    variablesOf(text);
    return true;
  } catch {
    return false;
  }
}

/** A free component that no message includes would be improved for nothing. */
function unusedComponents(task: Task): InputProblem[] {
  const used = new Set<string>();
  const use = (name: string): void => {
    if (!Object.hasOwn(task.prompt, name) || used.has(name)) return;
    used.add(name);
    for (const partial of partialsIn(task.prompt[name] ?? '')) use(partial);
  };
  use('system');
  use('user');
  return Object.keys(task.prompt)
    .filter((name) => !used.has(name) && !task.freeze.includes(name))
    .map((name) => ({
      field: `prompt.${name}`,
      message: 'is not part of any message.',
      remedy: `Include it with {{> ${name}}} in system or user, or take it out.`,
    }));
}

/** Partials of a text; none when it does not parse, which is a problem of its own. */
function partialsIn(text: string): string[] {
  try {
    return partialsOf(text);
  } catch {
    return [];
  }
}

/** A partial that includes itself would never end. */
function partialCircles(task: Task): InputProblem[] {
  const includes = (name: string): string[] =>
    Object.hasOwn(task.prompt, name) ? partialsIn(task.prompt[name] ?? '') : [];
  const reaches = (from: string, target: string, seen: Set<string>): boolean =>
    includes(from).some((next) => next === target || (!seen.has(next) && reaches(next, target, seen.add(next))));
  return Object.keys(task.prompt)
    .filter((name) => reaches(name, name, new Set()))
    .map((name) => ({
      field: `prompt.${name}`,
      message: 'includes itself.',
      remedy: 'Take the circle out of the partials.',
    }));
}

/** Whether a variable finds something as Mustache looks it up: from the input, or inside a section from anything in it. */
function hasVariable(input: Example['input'], path: readonly string[]): boolean {
  const contexts: unknown[] = [input];
  for (let context = contexts.pop(); context !== undefined; context = contexts.pop()) {
    if (typeof context !== 'object' || context === null) continue;
    const found = path.reduce<unknown>((value, name) => ownValue(value, name), context);
    if (found !== undefined) return true;
    for (const inner of Object.values(context)) contexts.push(inner);
  }
  return false;
}

function ownValue(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

const MOST_NAMES = 12;

/** Some names that templates may use, for a message: of all inputs together, the fields of nested objects included. */
function namesOf(inputs: readonly Example['input'][]): string[] {
  const names = new Set(['input']);
  for (const input of inputs) {
    if (typeof input === 'string') continue;
    for (const [name, inner] of Object.entries(input)) {
      if (name.includes('.')) continue; // Mustache would take it for a path.
      names.add(name);
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) continue;
      for (const field of Object.keys(inner)) names.add(`${name}.${field}`);
    }
    if (names.size >= MOST_NAMES) break;
  }
  return [...names].slice(0, MOST_NAMES);
}
