/** The command `calibrate`: judges against people's ratings of golden answers, and against themselves. */
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { parse } from 'yaml';
import { InvalidInputError } from '../lambdas/contracts/errors.ts';
import { type EvaluationRequest, judgeVariantSchema } from '../lambdas/contracts/evaluation.ts';
import { describeIssues } from '../lambdas/contracts/issues.ts';
import { exitCodes, readOptions, runCommand } from './command.ts';
import { evaluationOptions, readRequest, runEvaluation } from './evaluation.ts';

const usage = `Usage: npm run -s calibrate -- TASK.yaml [options]

  --judge MODEL|FILE  compare this judge (may be repeated): a model's name (with the other settings of the task's judge), \`task\`
                      for the task's own, or a YAML file with
                      { name, model | judge: { name: MODEL, … }, evals: { EVAL: { criteria | steps } } }; default: \`task\`
  --repeats N         how often each answer is judged (default: 3); more than once measures the judge's own noise
  --out DIR           where results and the store of what was judged go (default: .prompt-optimizer/evaluate-TASK)
  --run-id ID         name of the calibration (default: from what is compared); the same name again resumes it
  --set PATH=VALUE    override a field of the task (may be repeated)
  --dry-run           say what it would cost at the most, and spend nothing
  --json              print the result as JSON and nothing else

The task's golden examples carry the answer as \`output\` and people's ratings as \`ratings: { EVAL: value }\`.`;

/** Runs the command and gives its exit code. */
export function main(args: readonly string[]): Promise<number> {
  return runCommand(async () => {
    const read = readOptions('calibrate', args, {
      judge: { type: 'string', multiple: true, default: [] as string[] },
      repeats: { type: 'string', default: '3' },
      ...evaluationOptions,
    });
    if (read === 'help') {
      console.log(usage);
      return exitCodes.done;
    }
    const { taskPath, values } = read;
    const request = requestOf(values.judge, values.repeats);
    const words = [...values.judge.flatMap((judge) => ['--judge', judge]), ...['--repeats', values.repeats]];
    return runEvaluation('calibrate', taskPath, request, values, words);
  });
}

/** @throws InvalidInputError */
function requestOf(judges: readonly string[], repeats: string): EvaluationRequest {
  return readRequest(
    { of: 'judges', judges: judges.map(readJudge), repeats: Number(repeats) },
    { judges: '--judge', repeats: '--repeats' },
  );
}

/** @throws InvalidInputError when the file cannot be read or is no judge */
function readJudge(given: string): unknown {
  if (given === 'task') return { name: 'task' };
  if (!/\.(ya?ml|json)$/.test(given)) return { name: given.slice(0, 100), model: given };
  let value: unknown;
  try {
    value = parse(readFileSync(given, 'utf-8'));
  } catch (error) {
    const message = `cannot be read: ${error instanceof Error ? error.message.split('\n')[0] : error}.`;
    throw new InvalidInputError([{ file: given, message, remedy: 'Give a YAML file, or the name of a model.' }]);
  }
  const named =
    typeof value === 'object' && value !== null ? { name: basename(given, extname(given)), ...value } : value;
  const parsed = judgeVariantSchema.safeParse(named);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(
    describeIssues(parsed.error, named, judgeVariantSchema).map(({ problem }) => ({ ...problem, file: given })),
  );
}
