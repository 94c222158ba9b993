/** For tests of what stands in for AWS on one machine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function makeFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'prompt-optimizer-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Settings of a client of the facades. */
export function clientOf(url: string) {
  return {
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
}
