/** What every command of a spec works with. */
import type { Spec } from '../../lambdas/contracts/spec.ts';
import { commandLine, shortPath } from '../command.ts';
import { besideSpec, type LoadedSpec } from '../spec-file.ts';
import type { Session } from './session.ts';
import type { Terminal } from './terminal.ts';

export interface SpecCommand {
  readonly loaded: LoadedSpec;
  readonly spec: Spec;
  readonly terminal: Terminal;
  readonly session: Session;
  /** As they were given to `--set`. */
  readonly set: readonly string[];
  /** ISO 8601. */
  readonly now: () => string;
}

/** A path as the user would type it. */
export function shown(path: string): string {
  return shortPath(path);
}

/** A command about this spec, as it would be typed. */
export function specCommand(
  { loaded, set }: Pick<SpecCommand, 'loaded' | 'set'>,
  name: string,
  ...words: string[]
): string {
  return commandLine('spec', [name, shown(loaded.path), ...words, ...set.flatMap((one) => ['--set', one])]);
}

export function filesOf({ loaded }: Pick<SpecCommand, 'loaded'>): ReturnType<typeof besideSpec> {
  return besideSpec(loaded.path);
}
