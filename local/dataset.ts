/** The command `dataset`: checks a task's datasets, and brings data in and out. */
import { nearest } from '../lambdas/contracts/issues.ts';
import { exitCodes, runCommand } from './command.ts';
import { refuse } from './dataset-arguments.ts';
import { checkDatasets, checkUsage } from './dataset-check.ts';
import { exportDataset, exportUsage } from './dataset-export.ts';
import { importDatasets, importUsage } from './dataset-import.ts';

const usage = `Usage: npm run -s dataset -- check|import|export …

${[checkUsage, importUsage, exportUsage].join('\n\n')}

Exit code: 0 when all is well, or nothing worse than a warning was found; 2 when data cannot be used or an option is wrong.`;

const subcommands = { check: checkDatasets, import: importDatasets, export: exportDataset };

/** Runs the command and gives its exit code. */
export function main(args: readonly string[]): Promise<number> {
  return runCommand(async () => {
    const [name = '', ...rest] = args;
    if (args.some((word) => word === '--help' || word === '-h')) {
      console.log(usage);
      return exitCodes.done;
    }
    const known = Object.keys(subcommands);
    const subcommand = Object.entries(subcommands).find(([one]) => one === name)?.[1];
    if (subcommand !== undefined) return subcommand(rest);
    return refuse({
      message: name === '' ? 'Say what to do with the data.' : `There is no dataset ${JSON.stringify(name)}.`,
      remedy: (name === '' ? null : nearest(name, known)) ?? `Choose one of ${known.join(', ')}.`,
    });
  });
}
