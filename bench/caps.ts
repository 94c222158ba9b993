/** `npm run bench:caps`: caps and counts against the server's own, over many caps and seeds; see docs/benchmarks.md. */
import './quiet.ts';

import { onRunEvent } from '../lambdas/platform/events.ts';
import { writeRuleTask } from '../tests/support/rule-task.ts';
import { reportOf, runRuleTask } from '../tests/support/run.ts';
import { type FaultKind, randomFaults } from './model-server.ts';

const SEEDS = 5;
/** 160 is the smallest legal cap: 40 validation examples once, 60 test examples twice. */
const CAPS = [160, 161, 240, 450, 1500, 3000];
const FAULTS: FaultKind[] = ['429', '500', 'drop', 'truncated', 'refusal'];
const FAULT_SHARE = 0.05;

onRunEvent(() => {});
const verdicts: Record<string, number> = {};
let runs = 0;
let broken = 0;
const settings = (['attribution', 'gepa'] as const).flatMap((strategy) => [
  { strategy, faulty: false },
  { strategy, faulty: true },
]);
for (const { strategy, faulty } of settings) {
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const optimizer = { strategy, generations: 100, proposals: 8, minibatchSize: 4, concurrency: 32, seed };
    const task = writeRuleTask({ seed }, { optimizer });
    for (const cap of CAPS) {
      const server = faulty ? { fault: randomFaults(seed, FAULT_SHARE, FAULTS) } : {};
      const run = await runRuleTask(task, { overrides: [`budget.rollouts=${cap}`], server });
      const { spend, verdict } = reportOf(run);
      const calls = spend.modelCalls - spend.reflectionCalls;
      const agrees = calls === run.counts.task && spend.reflectionCalls === run.counts.reflection;
      const holds = run.counts.task <= cap && (faulty || spend.rollouts === calls);
      runs += 1;
      verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
      if (agrees && holds) continue;
      broken += 1;
      console.log(`${strategy}, seed ${seed}, cap ${cap}, ${faulty ? '5 % faults' : 'no faults'}:`, run.counts, spend);
    }
    task.remove();
  }
}
console.log(`${runs} runs, ${broken} in which a count or a cap was off; verdicts:`, verdicts);
process.exitCode = broken === 0 ? 0 : 1;
