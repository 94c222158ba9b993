/**
 * Runs that a command has begun and not seen the end of, by what was asked for: called again after it was cut off, the
 * command follows the same run instead of paying for a second one.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runIdSchema } from '../../lambdas/contracts/payloads.ts';

export interface PendingRun {
  /** null: the last one was followed to its end. */
  readonly runId: string | null;
  keep(runId: string): void;
  forget(): void;
}

/** @param request what the service is asked for */
export function pendingRun(url: string, request: unknown, folder = join('.prompt-optimizer', 'remote')): PendingRun {
  const hash = createHash('sha256')
    .update(JSON.stringify([url, request]))
    .digest('hex')
    .slice(0, 32);
  const path = join(folder, `${hash}.txt`);
  const kept = runIdSchema.safeParse(existsSync(path) ? readFileSync(path, 'utf-8') : '');
  return {
    runId: kept.success ? kept.data : null,
    keep(runId) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, runId);
    },
    forget() {
      rmSync(path, { force: true });
    },
  };
}
