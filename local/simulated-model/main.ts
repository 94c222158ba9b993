/** `npm run simulated-model -- --seed 1 --task-latency-ms 200`: serves until Ctrl-C. */
import { parseArgs } from 'node:util';
import { startSimulatedModel } from './server.ts';

const HELP = `Plays a task model, a reflection model, a judge, a generator of synthetic data and an
embedding model over the OpenAI API, on loopback.

  --seed N                   seeds every choice (0)
  --port N                   a free port when left out
  --task-latency-ms N        time that a task answer takes (0)
  --reflection-latency-ms N  time that a reflection takes (0)
  --judge-latency-ms N       time that a judgement takes (0)
  --generator-latency-ms N   time that a reply with synthetic data takes (0)
  --error-rate N             share of requests answered with 500, 0 to 1 (0)
  --rate-limit N             requests a second above which 429 is answered (none)
`;

function numberOf(name: string, value: string | undefined, max = Number.MAX_SAFE_INTEGER): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number < 0 || number > max) {
    console.error(`--${name} must be a number from 0 to ${max}, not "${value}".`);
    process.exit(2);
  }
  return number;
}

const text = { type: 'string' } as const;
let values: Record<string, string | boolean | undefined>;
try {
  values = parseArgs({
    options: {
      seed: text,
      port: text,
      'task-latency-ms': text,
      'reflection-latency-ms': text,
      'judge-latency-ms': text,
      'generator-latency-ms': text,
      'error-rate': text,
      'rate-limit': text,
      help: { type: 'boolean' },
    },
  }).values;
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  process.exit(2);
}
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const option = (name: string, max?: number) => {
  const value = values[name];
  return numberOf(name, typeof value === 'string' ? value : undefined, max);
};
const rateLimitPerSecond = option('rate-limit');
const model = await startSimulatedModel({
  seed: option('seed') ?? 0,
  port: option('port', 65_535) ?? 0,
  taskLatencyMs: option('task-latency-ms') ?? 0,
  reflectionLatencyMs: option('reflection-latency-ms') ?? 0,
  judgeLatencyMs: option('judge-latency-ms') ?? 0,
  generatorLatencyMs: option('generator-latency-ms') ?? 0,
  errorRate: option('error-rate', 1) ?? 0,
  ...(rateLimitPerSecond === undefined ? {} : { rateLimitPerSecond }),
});

console.log(`The simulated model listens on ${model.baseUrl}
It shows the workflow, not how a real model would do. In another terminal:

  OPENAI_API_KEY=none OPENAI_BASE_URL=${model.baseUrl} npm run -s optimize -- examples/facility-support/task.yaml

Ctrl-C ends it.`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.log(`\nAnswered: ${JSON.stringify(model.counts())}`);
    void model.close().then(() => process.exit(0));
  });
}
