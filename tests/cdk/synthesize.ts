/** Runs `cdk/app.ts` as the CDK does, in a process of its own, without bundling and without an account. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../', import.meta.url));

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      DeletionPolicy: z.string().optional(),
    }),
  ),
  Outputs: z.record(z.string(), z.unknown()),
});
export type Template = z.output<typeof templateSchema>;

const reportSchema = z.object({
  pluginReports: z.array(z.object({ pluginName: z.string(), violations: z.array(z.object({ ruleName: z.string() })) })),
});

const assetsSchema = z.object({ files: z.record(z.string(), z.object({ source: z.object({ path: z.string() }) })) });

export interface Synthesis {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly template: Template;
  /** Rules that something breaks, with the checker's name: `AwsSolutions: AwsSolutions-S1`. */
  readonly findings: string[];
  /** The asset of this key in the bucket that CDK uploads assets to. */
  asset(key: string): Promise<Buffer>;
  /** Removes what the app wrote. */
  discard(): Promise<void>;
}

export interface SynthesisOptions {
  readonly context?: Readonly<Record<string, string>>;
  /** Module that the process loads before the app, relative to this file. */
  readonly preload?: string;
}

/** @throws Error with what the app printed, when it left no template. */
export async function synthesize(options: SynthesisOptions = {}): Promise<Synthesis> {
  const directory = await mkdtemp(join(tmpdir(), 'prompt-optimizer-cdk-'));
  const read = async (file: string) => JSON.parse(await readFile(join(directory, file), 'utf8'));
  const { exitCode, stderr } = await runApp(directory, options);
  const [template, report, assets] = await Promise.all(
    ['PromptOptimizer.template.json', 'validation-report.json', 'PromptOptimizer.assets.json'].map(read),
  ).catch((cause: unknown) => {
    throw new Error(`cdk/app.ts ended with ${exitCode}: ${stderr}`, { cause });
  });
  const { files } = assetsSchema.parse(assets);
  return {
    exitCode,
    stderr,
    template: templateSchema.parse(template),
    findings: reportSchema
      .parse(report)
      .pluginReports.flatMap(({ pluginName, violations }) =>
        violations.map(({ ruleName }) => `${pluginName}: ${ruleName}`),
      ),
    asset: (key) => readFile(join(directory, files[key.replace(/\.[^.]*$/, '')]?.source.path ?? `no asset ${key}`)),
    discard: () => rm(directory, { recursive: true }),
  };
}

/** Ends with the app's exit code and what it wrote to the error stream. */
export async function runApp(
  directory: string,
  { context, preload }: SynthesisOptions,
): Promise<{ exitCode: number | null; stderr: string }> {
  const cdkJson = z
    .object({ context: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(await readFile(join(root, 'cdk.json'), 'utf8')));
  const child = spawn(
    process.execPath,
    [...(preload === undefined ? [] : ['--import', new URL(preload, import.meta.url).href]), 'cdk/app.ts'],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        CDK_OUTDIR: directory,
        CDK_CONTEXT_JSON: JSON.stringify({ ...cdkJson.context, 'aws:cdk:bundling-stacks': [], ...context }),
      },
    },
  );
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  return { exitCode, stderr };
}
