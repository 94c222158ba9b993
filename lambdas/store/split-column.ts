/** The split that a cell or a list of tags names. Pure. */
import { type SplitName, splitNames } from '../contracts/dataset.ts';
import type { InputProblem } from '../contracts/errors.ts';

const FORMS = `Use ${splitNames.join(', ')}, also with more behind it, as in train_billing.`;

/** `test`, `Test` or `test_billing`; of tags the one that names a split, or else what is wrong. */
export function splitOfCell(given: unknown): SplitName | Pick<InputProblem, 'message' | 'remedy'> {
  const words = (Array.isArray(given) ? given : String(given ?? '').split(/[;|]/)).map((word) => String(word).trim());
  const found = [...new Set(words.flatMap((word) => splitNames.filter((name) => names(name, word.toLowerCase()))))];
  const [split, ...more] = found;
  if (split !== undefined && more.length === 0) return split;
  if (split !== undefined) return { message: `names several splits: ${found.join(', ')}.`, remedy: 'Name one.' };
  const shown = words.filter((word) => word !== '').map((word) => JSON.stringify(word.slice(0, 60)));
  return {
    message: shown.length === 0 ? 'names no split: it is empty.' : `names no split: ${shown.join(', ')}.`,
    remedy: FORMS,
  };
}

const names = (split: SplitName, word: string): boolean => word === split || word.startsWith(`${split}_`);
