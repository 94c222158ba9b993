/** `npm run bench:coverage`: how often the verdict's interval covers the truth, and calls nothing a gain; docs/benchmarks.md. */
import { type Random, stream } from '../lambdas/optimizer/random.ts';
import { bootstrapInterval, mean, signFlipPValue } from '../lambdas/optimizer/statistics.ts';

const SIZES = [20, 30, 50, 60, 70, 100, 200];
const TRIALS = 1000;
/** Of 10,000 in a run: what fewer ones add is chance, mostly a somewhat lower coverage. */
const RESAMPLES = 500;

/** A population of paired differences: its values and their shares. */
interface Population {
  readonly name: string;
  readonly values: readonly number[];
  readonly shares: readonly number[];
}

/** Two right-or-wrong scores that differ on `discordance` of the examples, with a mean difference of `gain`. */
function rightOrWrong(discordance: number, gain: number): Population {
  return {
    name: `right or wrong: ${percent(discordance)} differ, gain ${percent(gain)}`,
    values: [-1, 0, 1],
    shares: [(discordance - gain) / 2, 1 - discordance, (discordance + gain) / 2],
  };
}

/** The mean over two draws of an example, each of which is as likely to differ. */
function drawnTwice({ name, values, shares }: Population): Population {
  const pairs = values.flatMap((a, i) =>
    values.map((b, j) => [(a + b) / 2, (shares[i] ?? 0) * (shares[j] ?? 0)] as const),
  );
  return { name: `two draws, ${name}`, values: pairs.map(([value]) => value), shares: pairs.map(([, share]) => share) };
}

const populations: readonly Population[] = [
  rightOrWrong(0.1, 0),
  rightOrWrong(0.2, 0),
  rightOrWrong(0.3, 0),
  rightOrWrong(0.45, 0),
  { name: 'graded in quarters, no gain', values: [-0.5, -0.25, 0, 0.25, 0.5], shares: [0.05, 0.2, 0.5, 0.2, 0.05] },
  { name: 'skewed, no gain: seldom +0.6, often -0.1', values: [0.6, 0, -0.1], shares: [0.1, 0.3, 0.6] },
  rightOrWrong(0.1, 0.05),
  rightOrWrong(0.1, 0.1),
  rightOrWrong(0.2, 0.1),
  rightOrWrong(0.3, 0.1),
  rightOrWrong(0.3, 0.25),
  rightOrWrong(0.45, 0.2),
  rightOrWrong(0.45, 0.4),
  drawnTwice(rightOrWrong(0.3, 0.1)),
  { name: 'graded in quarters, gain 10 %', values: [-0.25, 0, 0.25, 0.5], shares: [0.1, 0.5, 0.3, 0.1] },
  { name: 'skewed: seldom +1, else -0.02', values: [1, -0.02], shares: [0.08, 0.92] },
];

console.log(
  `95 % interval covers the truth, of ${TRIALS} tests; in brackets: called "improved" where there is no gain`,
);
console.log(`${'examples'.padEnd(50)}${SIZES.map((n) => String(n).padStart(13)).join('')}`);
const usual: number[] = [];
const falsely: number[] = [];
for (const population of populations) {
  const cells = SIZES.map((n) => measure(population, n));
  usual.push(...cells.filter((_, at) => (SIZES[at] ?? 0) >= 50).map(({ covered }) => covered));
  falsely.push(...cells.flatMap((cell) => cell.falsely ?? []));
  const shown = cells.map(
    ({ covered, falsely }) => percent(covered, 1) + (falsely === null ? '' : ` (${percent(falsely, 1)})`),
  );
  console.log(population.name.padEnd(50) + shown.map((cell) => cell.replaceAll(' %', '').padStart(13)).join(''));
}
usual.sort((a, b) => a - b);
const inside = usual.filter((covered) => covered >= 0.93 && covered <= 0.97).length;
console.log(
  `\n50 examples and more: ${inside} of ${usual.length} within 93 to 97 %, least ${percent(usual[0] ?? 0, 1)}, median ${percent(usual[usual.length >> 1] ?? 0, 1)}, most ${percent(usual.at(-1) ?? 0, 1)}`,
);
console.log(
  `no gain called improved: ${percent(mean(falsely) ?? 0, 1)} of all tests, at most ${percent(Math.max(...falsely), 1)} of a cell's; ${Math.round(process.cpuUsage().user / 1e6)} s of processor time`,
);

function measure(population: Population, n: number): { covered: number; falsely: number | null } {
  const truth = population.values.reduce((sum, value, at) => sum + value * (population.shares[at] ?? 0), 0);
  const isNull = Math.abs(truth) < 1e-9;
  const draw = stream(0, 'coverage', population.name, n);
  let covered = 0;
  let falsely = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const differences = Array.from({ length: n }, () => sample(population, draw));
    const [low, high] = bootstrapInterval(differences, draw, RESAMPLES);
    if (low <= truth + 1e-9 && truth - 1e-9 <= high) covered += 1;
    // As the verdict has it: both.
    if (isNull && low > 1e-9 && signFlipPValue(differences, draw, RESAMPLES) < 0.05) falsely += 1;
  }
  return { covered: covered / TRIALS, falsely: isNull ? falsely / TRIALS : null };
}

function sample({ values, shares }: Population, random: Random): number {
  return values[random.weighted(shares)] ?? 0;
}

function percent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)} %`;
}
