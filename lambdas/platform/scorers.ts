/** A user's own scorers that are files, on one machine. What they are given and answer is `evals/custom.ts`. */

/**
 * Runs the scorer in a file with a JSON input.
 * @throws ScorerUnavailableError when it takes longer than `timeoutSeconds`
 * @throws Error when it throws or cannot be loaded
 */
export type FileRunner = (file: string, input: unknown, timeoutSeconds: number) => Promise<unknown>;

let fileRunner: FileRunner | null = null;

/** Says who runs scorers that are files; null is nobody: a deployed function runs no file that a task names. */
export function setFileRunner(runner: FileRunner | null): void {
  fileRunner = runner;
}

/** Whether scorers may be files here. */
export function runsFiles(): boolean {
  return fileRunner !== null;
}

export const runScorerFile: FileRunner = (file, input, timeoutSeconds) => {
  if (fileRunner === null) throw new Error(`${file} is a file, and files run on one machine only: give an \`arn\`.`);
  return fileRunner(file, input, timeoutSeconds);
};

/** A scorer gave no answer, and may well give one another time: too slow, too many calls at once, out of reach. */
export class ScorerUnavailableError extends Error {
  override readonly name = 'ScorerUnavailableError';
}
