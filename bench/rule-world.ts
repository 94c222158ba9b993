/**
 * A seeded simulated task whose true accuracy is known. Each example needs one of a number of rules, and the model
 * answers rightly when its prompt states that rule, or by a luck of its own that is fixed by the example. Reflection
 * reads the failures it is shown and states the rule of one of them, a useless sentence, or a harmful one.
 */
import type { Example } from '../lambdas/contracts/dataset.ts';
import { unit } from './unit.ts';

export interface RuleWorld {
  readonly train: Example[];
  readonly validation: Example[];
  readonly test: Example[];
  readonly system: string;
  /** What the task model answers to a prompt. */
  answer(system: string, input: string): string;
  /** What the reflection model answers to a reflection request. */
  reflect(request: string): string;
}

export interface RuleWorldOptions {
  readonly seed: number;
  readonly sizes?: { readonly train: number; readonly validation: number; readonly test: number };
  readonly rules?: number;
  /** Share of the examples that are answered rightly without their rule. */
  readonly luck?: number;
}

export function ruleWorld({
  seed,
  sizes = { train: 60, validation: 40, test: 60 },
  rules = 8,
  luck = 0.4,
}: RuleWorldOptions): RuleWorld {
  const make = (split: string, count: number): Example[] =>
    Array.from({ length: count }, (_, i) => {
      const rule = Math.floor(unit(seed, split, i, 'rule') * rules);
      return { id: `${split}-${i}`, input: `Case ${split}-${i} of kind K${rule}.`, expected: `yes-${rule}` };
    });
  return {
    train: make('train', sizes.train),
    validation: make('validation', sizes.validation),
    test: make('test', sizes.test),
    system: 'Decide the case. Answer with the code of its kind.\n',
    answer(system, input) {
      const rule = /kind K(\d+)/.exec(input)?.[1] ?? '';
      const knows = system.includes(`Kind K${rule} means yes-${rule}.`);
      const misled = system.includes(`Ignore kind K${rule}.`);
      const lucky = unit(seed, input, 'luck') < luck;
      return (knows || lucky) && !misled ? `yes-${rule}` : 'no';
    },
    reflect(request) {
      const current = /<component name="system">\n([\s\S]*?)\n<\/component>/.exec(request)?.[1] ?? '';
      const failed = [...request.matchAll(/expected "yes-(\d+)"/g)].map(([, rule]) => rule);
      const chance = unit(seed, request, 'kind');
      const rule = failed[Math.floor(unit(seed, request, 'rule') * failed.length)] ?? '0';
      const sentence =
        chance < 0.6
          ? `Kind K${rule} means yes-${rule}.`
          : chance < 0.85
            ? `Be careful with case ${Math.floor(chance * 1e6)}.`
            : `Ignore kind K${Math.floor(unit(seed, request, 'harm') * rules)}.`;
      return `One sentence should help.\n\`\`\`\`\n${current.trimEnd()}\n${sentence}\n\`\`\`\``;
    },
  };
}
