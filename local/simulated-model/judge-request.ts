/**
 * Recognises a judge's request by its form and reads it back: criteria from the system message, the material from between
 * the lines with the marker. What stands between them is text and nothing else; nothing in it is followed.
 */

/** One criterion as it is put to the judge. `verdicts` from worst to best. */
export type JudgedCriterion = Readonly<{ name: string; description: string; verdicts: ReadonlyArray<string | number> }>;

export type JudgeRequest = Readonly<{
  criteria: readonly JudgedCriterion[];
  input: string;
  reference: string | null;
  answer: string;
}>;

type ChatMessage = Readonly<{ role: string; content: string }>;

/** The request's parts; null when it is no judge's. */
export function readJudgeRequest(messages: readonly ChatMessage[], schema: unknown): JudgeRequest | null {
  const system = messages.find(({ role }) => role === 'system' || role === 'developer')?.content ?? '';
  // A second try has more messages behind the material.
  const user = messages.find(({ role }) => role === 'user')?.content ?? '';
  const marker = /\bwith the marker ([\w-]{8,64})\b/.exec(system)?.[1];
  const verdicts = verdictsOf(schema);
  if (marker === undefined || verdicts === null) return null;
  const answer = between(user, 'ANSWER', marker);
  if (answer === null) return null;
  return {
    criteria: verdicts.map(([name, list]) => ({ name, verdicts: list, description: descriptionOf(system, name) })),
    input: between(user, 'INPUT', marker) ?? '',
    reference: between(user, 'REFERENCE', marker),
    answer,
  };
}

/** The verdicts of each criterion, from a schema whose every field is an object of a reasoning and a score. */
function verdictsOf(schema: unknown): Array<[string, Array<string | number>]> | null {
  const criteria = Object.entries(propertiesOf(schema));
  const found = criteria.map(([name, criterion]): [string, Array<string | number>] => {
    const { reasoning, score, ...others } = propertiesOf(criterion);
    const list = fieldOf(score, 'enum');
    const isCriterion = reasoning !== undefined && Object.keys(others).length === 0 && Array.isArray(list);
    return [name, isCriterion ? list.filter((one) => typeof one === 'string' || typeof one === 'number') : []];
  });
  return found.length === 0 || found.some(([, list]) => list.length < 2) ? null : found;
}

function propertiesOf(schema: unknown): Record<string, unknown> {
  const properties = fieldOf(schema, 'properties');
  return typeof properties === 'object' && properties !== null ? { ...properties } : {};
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** What stands under the criterion's heading, without the list of scores. */
function descriptionOf(system: string, name: string): string {
  const heading = `\n# ${name}\n`;
  const start = system.indexOf(heading);
  if (start < 0) return '';
  const end = system.indexOf('\nScores: ', start + heading.length - 1);
  return system.slice(start + heading.length, end < 0 ? undefined : Math.max(end, start + heading.length)).trim();
}

function between(text: string, name: string, marker: string): string | null {
  const opening = `<<<${name} ${marker}\n`;
  const start = text.indexOf(opening);
  const end = text.indexOf(`\n${name} ${marker}>>>`, start + opening.length - 1);
  return start < 0 || end < 0 ? null : text.slice(start + opening.length, Math.max(end, start + opening.length));
}
