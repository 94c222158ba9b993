/** The command `evaluate`: prompts and models on the same examples, without optimizing. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { splitNames } from '../lambdas/contracts/dataset.ts';
import { InvalidInputError } from '../lambdas/contracts/errors.ts';
import type { EvaluationRequest } from '../lambdas/contracts/evaluation.ts';
import { componentName } from '../lambdas/contracts/task.ts';
import { refuseSealed } from '../lambdas/rollout/check-evaluation.ts';
import { exitCodes, readOptions, runCommand } from './command.ts';
import { evaluationOptions, readRequest, runEvaluation } from './evaluation.ts';

const usage = `Usage: npm run -s evaluate -- TASK.yaml [options]

  --split NAME       validation (default), train, golden, or test with --unseal
  --prompt DIR       compare with the prompt in this folder: one .txt file a component, as in best-prompt (may be repeated)
  --model NAME       run each prompt with this model instead of the task's (may be repeated)
  --unseal           look at the sealed test set; that is kept in the task's history, and later reports say so
  --out DIR          where results and the store of what was scored go (default: .prompt-optimizer/evaluate-TASK)
  --run-id ID        name of the evaluation (default: from what is compared); the same name again resumes it
  --set PATH=VALUE   override a field of the task (may be repeated)
  --dry-run          say what it would cost at the most, and spend nothing
  --json             print the result as JSON and nothing else`;

/** Runs the command and gives its exit code. */
export function main(args: readonly string[]): Promise<number> {
  return runCommand(async () => {
    const read = readOptions('evaluate', args, {
      split: { type: 'string', default: 'validation' },
      prompt: { type: 'string', multiple: true, default: [] as string[] },
      model: { type: 'string', multiple: true, default: [] as string[] },
      unseal: { type: 'boolean', default: false },
      ...evaluationOptions,
    });
    if (read === 'help') {
      console.log(usage);
      return exitCodes.done;
    }
    const { taskPath, values } = read;
    const request = requestOf(values);
    refuseSealed(request);
    const words = [
      ...['--split', values.split],
      ...values.prompt.flatMap((folder) => ['--prompt', folder]),
      ...values.model.flatMap((model) => ['--model', model]),
      ...(values.unseal ? ['--unseal'] : []),
    ];
    return runEvaluation('evaluate', taskPath, request, values, words);
  });
}

/** @throws InvalidInputError */
function requestOf(values: { split: string; prompt: string[]; model: string[]; unseal: boolean }): EvaluationRequest {
  const split = splitNames.find((name) => name === values.split);
  if (split === undefined) {
    throw new InvalidInputError([
      {
        file: '--split',
        message: `${JSON.stringify(values.split)} is no split.`,
        remedy: `Choose one of ${splitNames.join(', ')}.`,
      },
    ]);
  }
  return readRequest(
    { of: 'prompts', split, prompts: values.prompt.map(readPrompt), models: values.model, unseal: values.unseal },
    { prompts: '--prompt', models: '--model' },
  );
}

/** A prompt as `best-prompt` holds it. @throws InvalidInputError when the folder holds none */
function readPrompt(folder: string): { name: string; components: Record<string, string> } {
  const fail = (message: string, remedy: string): never => {
    throw new InvalidInputError([{ file: `--prompt ${folder}`, message, remedy }]);
  };
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    return fail('is no folder.', 'Give a folder with one .txt file a component, like best-prompt.');
  }
  const files = readdirSync(folder).filter((file) => file.endsWith('.txt'));
  const components = Object.fromEntries(
    files.map((file) => [basename(file, '.txt'), readFileSync(join(folder, file), 'utf-8')]),
  );
  if (files.length === 0) return fail('holds no prompt.', 'It needs a .txt file for each component, like system.txt.');
  const wrong = files.find((file) => !componentName.test(basename(file, '.txt')));
  if (wrong !== undefined) {
    return fail(`has the file ${JSON.stringify(wrong)}, which names no component.`, 'Take it out of the folder.');
  }
  return { name: folder.slice(-100), components };
}
