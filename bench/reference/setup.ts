/** `npm run bench:gepa-setup`: a Python of its own for the reference, beside this file. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { REFERENCE_VERSION, referenceAvailable, referencePython } from './run.ts';

const folder = import.meta.dirname;
const OLDEST = [3, 10] as const;

const names = process.platform === 'win32' ? ['py', 'python'] : ['python3', 'python'];
const isNewEnough = `import sys; sys.exit(0 if sys.version_info >= (${OLDEST.join(', ')}) else 1)`;
const found = names.find((name) => spawnSync(name, ['-c', isNewEnough]).status === 0);

if (found === undefined) {
  fail(
    `The reference needs Python ${OLDEST.join('.')} or newer as ${names.join(' or ')} on the path. Install it, or do without: the benchmarks run and leave the reference out.`,
  );
} else if (!run(found, '-m', 'venv', join(folder, '.venv'))) {
  fail('Python could not make a virtual environment. On Debian and Ubuntu it needs the package python3-venv.');
} else if (
  !run(
    referencePython,
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--require-hashes',
    '-r',
    join(folder, 'requirements.txt'),
  )
) {
  fail('pip could not install what bench/reference/requirements.txt names; see its message above.');
} else if (!referenceAvailable()) {
  fail(`gepa ${REFERENCE_VERSION} is not there after all.`);
} else {
  console.log(`gepa ${REFERENCE_VERSION} is ready in bench/reference/.venv.`);
}

function run(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'inherit' }).status === 0;
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
