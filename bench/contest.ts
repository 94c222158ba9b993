/**
 * `npm run bench`: both strategies and, where `npm run bench:gepa-setup` was done, the reference implementation, on seeded
 * simulated tasks whose true score is known. See docs/benchmarks.md.
 *
 *     npm run bench -- [--families a,b] [--seeds 20] [--from 5000] [--rollouts 1500] [--contenders a,b] [--failing 0.05]
 */
import './quiet.ts';

import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Contender, contenders, type Job, type Outcome } from './job.ts';
import { referenceAvailable } from './reference/run.ts';
import { type MeasuredUnit, spearman } from './true-effects.ts';
import { type Family, familyNames } from './worlds/families.ts';

const { values } = parseArgs({
  options: {
    families: { type: 'string', default: familyNames.join(',') },
    seeds: { type: 'string', default: '20' },
    from: { type: 'string', default: '5000' },
    rollouts: { type: 'string', default: '1500' },
    contenders: { type: 'string', default: contenders.join(',') },
    failing: { type: 'string', default: '0' },
    workers: { type: 'string', default: '2' },
  },
});
const chosen = values.contenders.split(',').filter((name): name is Contender => contenders.some((one) => one === name));
const hasReference = chosen.includes('reference') && referenceAvailable();
if (chosen.includes('reference') && !hasReference)
  console.log('The reference is not set up (npm run bench:gepa-setup): without it.');
const families = values.families.split(',').filter((name): name is Family => familyNames.some((one) => one === name));
const jobs: Job[] = families.flatMap((family) =>
  chosen
    .filter((contender) => contender !== 'reference' || hasReference)
    .flatMap((contender) =>
      Array.from({ length: Number(values.seeds) }, (_, i) => ({
        contender,
        family,
        seed: Number(values.from) + i,
        rollouts: Number(values.rollouts),
        failing: contender === 'reference' ? 0 : Number(values.failing),
      })),
    ),
);

const outcomes: Outcome[] = [];
console.log(`${values.rollouts} rollouts all in, ${values.seeds} seeds from ${values.from}, node ${process.version}\n`);
console.log(header());
await Promise.all(Array.from({ length: Number(values.workers) }, work));
summary();

async function work(): Promise<void> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'job.ts'));
  try {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const outcome = await new Promise<Outcome>((resolve, reject) => {
        child.once('message', (message) => resolve(message as Outcome));
        child.once('exit', (code) => reject(new Error(`a run ended with code ${code}`)));
        child.send(job as Job);
      });
      child.removeAllListeners('exit');
      outcomes.push(outcome);
      const same = outcomes.filter(
        ({ job: other }) => other.family === outcome.job.family && other.contender === outcome.job.contender,
      );
      if (same.length === Number(values.seeds)) console.log(row(same));
    }
  } finally {
    if (child.connected) child.disconnect();
  }
}

function header(): string {
  return 'family       contender    share: median  quartiles    tenth  worst   improved false  kept defect  memorised  rollouts  reflections  rounds  seconds';
}

function row(runs: readonly Outcome[]): string {
  const [first] = runs;
  if (first === undefined) return '';
  const shares = runs.map(({ share }) => share).sort((a, b) => a - b);
  const at = (part: number): string =>
    (shares[Math.min(shares.length - 1, Math.floor(part * shares.length))] ?? 0).toFixed(2);
  const mean = (of: (run: Outcome) => number): number => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  const most = (of: (run: Outcome) => number): number => Math.max(...runs.map(of));
  const improved = runs.filter(({ verdict }) => verdict === 'improved');
  return [
    first.job.family.padEnd(12),
    first.job.contender.padEnd(12),
    median(shares).toFixed(3).padStart(13),
    `${at(0.25)}–${at(0.75)}`.padStart(11),
    at(0.1).padStart(8),
    (shares[0] ?? 0).toFixed(2).padStart(6),
    (first.verdict === null ? '–' : String(improved.length)).padStart(10),
    (first.verdict === null ? '–' : String(improved.filter(({ gain }) => gain <= 0).length)).padStart(5),
    String(runs.filter(({ keepsDefect }) => keepsDefect).length).padStart(12),
    `${runs.reduce((sum, { memorising }) => sum + memorising.kept, 0)}/${runs.reduce((sum, { memorising }) => sum + memorising.proposed, 0) || '–'}`.padStart(
      10,
    ),
    String(most(({ rollouts }) => rollouts)).padStart(9),
    mean(({ reflections }) => reflections)
      .toFixed(0)
      .padStart(12),
    mean(({ stages }) => stages)
      .toFixed(0)
      .padStart(7),
    mean(({ seconds }) => seconds)
      .toFixed(1)
      .padStart(8),
  ].join(' ');
}

function summary(): void {
  const ours = outcomes.filter(({ job }) => job.contender === 'attribution');
  if (ours.length === 0) return;
  const judged = ours.filter(({ covered }) => covered !== null);
  console.log(
    `\nattribution, all families: the verdict's interval holds the true gain in ${judged.filter((one) => one.covered).length} of ${judged.length} runs`,
  );
  for (const [company, truthOf] of [
    ['the prompts that were run', (unit: MeasuredUnit) => unit.truth],
    ['the best prompt', (unit: MeasuredUnit) => unit.truthInBest],
  ] as const) {
    const units = ours.flatMap((one) => one.units);
    const covered = units.filter((unit) => unit.ci95[0] <= truthOf(unit) && truthOf(unit) <= unit.ci95[1]);
    const ranked = ours.map((one) =>
      one.units
        .filter(({ isEdit, rollouts }) => isEdit && rollouts >= 60)
        .map((unit) => [unit.estimate, truthOf(unit)] as const),
    );
    const ranks = ranked.map(spearman).filter((value) => value !== null);
    console.log(
      `effects in the company of ${company}: the interval holds the true one of ${((100 * covered.length) / Math.max(1, units.length)).toFixed(1)} % of ${units.length} units; ` +
        `rank correlation of the edits in 60 rollouts or more: ${(spearman(ranked.flat()) ?? 0).toFixed(2)} over all, median of ${ranks.length} runs ${median(ranks).toFixed(2)}`,
    );
  }
}

function median(given: readonly number[]): number {
  const sorted = given.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
