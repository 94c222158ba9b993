/** Edits of a spec's fields: which of them can be used, and what the spec's file is once they are. Pure. */
import { type Document, isScalar, isSeq } from 'yaml';
import { describeProblem } from '../../lambdas/contracts/errors.ts';
import { describeIssues } from '../../lambdas/contracts/issues.ts';
import {
  meaningOf,
  type Spec,
  type SpecChange,
  type SpecEdit,
  type SpecEdits,
  specSchema,
} from '../../lambdas/contracts/spec.ts';

export type FieldValue = string | string[];

export interface UnusedEdit {
  readonly field: string;
  readonly why: string;
}

export type CheckedEdit =
  | { readonly status: 'usable'; readonly spec: Spec; readonly before: FieldValue; readonly after: FieldValue }
  | { readonly status: 'unusable'; readonly why: string };

/**
 * Whether a field can have a value.
 * @param before what the field was when the value was proposed; null: not known
 */
function checkEdit(spec: Spec, field: string, before: FieldValue | null, value: FieldValue): CheckedEdit {
  const unusable = (why: string): CheckedEdit => ({ status: 'unusable', why });
  const meaning = meaningOf(spec);
  if (!Object.hasOwn(meaning, field)) {
    return unusable(`a spec of the type ${spec.type} has no such field; it has ${Object.keys(meaning).join(', ')}`);
  }
  const now = meaning[field] ?? [];
  const after = formed(value, Array.isArray(now));
  if (after === null) return unusable('the field is one text, and several were given');
  if (after.length === 0) return unusable('it is empty');
  if (isSame(after, now)) return unusable('the spec says so already');
  if (before !== null && !isSame(before, now))
    return unusable('the spec says something else by now than when this was proposed');
  const changed: unknown = { ...spec, [field]: after };
  const parsed = specSchema.safeParse(changed);
  if (parsed.success) return { status: 'usable', spec: parsed.data, before: now, after };
  const problems = describeIssues(parsed.error, changed, specSchema).map(({ problem }) => describeProblem(problem));
  return unusable(`the spec would not be valid: ${problems.join(' ')}`);
}

export interface AppliedEdits {
  readonly spec: Spec;
  readonly changes: readonly SpecChange[];
  readonly refused: number;
  readonly unused: readonly UnusedEdit[];
}

/** Decided edits, one after another. Those that can be used are made in the document, whose comments stay. */
export function applyEdits(spec: Spec, document: Document, { edits, by }: SpecEdits, at: string): AppliedEdits {
  const changes: SpecChange[] = [];
  const unused: UnusedEdit[] = [];
  let refused = 0;
  let changed = spec;
  for (const { field, before, after, reason, decision, changed: own } of edits) {
    if (decision === 'refuse') refused += 1;
    if (decision === 'refuse') continue;
    if (decision === null) unused.push({ field, why: 'nothing is decided: write accept, change or refuse' });
    else if (decision === 'change' && own === undefined)
      unused.push({ field, why: 'the decision is `change`, but `changed` is missing' });
    if (decision === null || (decision === 'change' && own === undefined)) continue;
    const checked = checkEdit(changed, field, before, decision === 'change' ? (own ?? after) : after);
    if (checked.status === 'unusable') {
      unused.push({ field, why: checked.why });
      continue;
    }
    setField(document, field, checked.after);
    changed = checked.spec;
    changes.push({ at, by, field, before: checked.before, after: checked.after, reason, decision });
  }
  return { spec: changed, changes, refused, unused };
}

/** Longest reason that the file of edits may hold: what a model wrote must be readable again. */
const MOST_REASON_CHARS = 20_000;

/** What a model proposes: edits that can be decided, and what cannot be used. */
export function proposedEdits(
  spec: Spec,
  proposed: readonly { readonly field: string; readonly reason: string; readonly after: readonly string[] }[],
): { edits: SpecEdit[]; unused: { what: string; why: string }[] } {
  const edits: SpecEdit[] = [];
  const unused: { what: string; why: string }[] = [];
  for (const { field, reason, after } of proposed) {
    const isRepeated = edits.some((one) => one.field === field);
    const checked: CheckedEdit = isRepeated
      ? { status: 'unusable', why: 'another edit of this field was proposed before it' }
      : checkEdit(spec, field, null, [...after]);
    if (checked.status === 'unusable') unused.push({ what: `${field}: ${after.join('\n')}`, why: checked.why });
    else {
      const words = reason.trim() === '' ? '(no reason given)' : reason.trim().slice(0, MOST_REASON_CHARS).trim();
      edits.push({ field, reason: words, before: checked.before, after: checked.after, decision: null });
    }
  }
  return { edits, unused };
}

/** Texts without white space around them; null where a text is wanted and there are several. */
function formed(value: FieldValue, isList: boolean): FieldValue | null {
  const texts = [value]
    .flat()
    .map((text) => text.trim())
    .filter((text) => text !== '');
  if (isList) return texts;
  return texts.length > 1 ? null : (texts[0] ?? '');
}

function isSame(a: FieldValue, b: FieldValue): boolean {
  const plain = (value: FieldValue): string =>
    JSON.stringify(typeof value === 'string' ? value.trim() : value.map((one) => one.trim()));
  return plain(a) === plain(b);
}

/** Sets a field; texts of a list that stay keep their comments. */
function setField(document: Document, field: string, value: FieldValue): void {
  const node: unknown = document.get(field, true);
  if (typeof value === 'string' && isScalar(node)) {
    node.value = value;
    return;
  }
  if (typeof value !== 'string' && isSeq(node)) {
    const before = [...node.items];
    node.items = value.map((text) => {
      const at = before.findIndex((item) => isScalar(item) && String(item.value).trim() === text);
      return at < 0 ? document.createNode(text) : before.splice(at, 1)[0];
    });
    return;
  }
  document.set(field, value);
}
