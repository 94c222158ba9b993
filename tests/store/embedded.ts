/** The embedded AWS in a fresh folder, for the tests of one file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type EmbeddedAws, startEmbeddedAws } from '../../local/embedded-aws.ts';

export function newFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'prompt-optimizer-store-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts it before the tests of the file and ends it after them. */
export function useEmbeddedAws(): void {
  const folder = newFolder();
  let aws: EmbeddedAws | undefined;
  beforeAll(async () => {
    aws = await startEmbeddedAws(folder.path);
  });
  afterAll(async () => {
    await aws?.stop();
    folder.remove();
  });
}
