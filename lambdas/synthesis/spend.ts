/** What a synthesis has spent: as its report tells it, and as the budget counts it. Pure. */

import type { Spend, Usage } from '../contracts/artifacts.ts';
import type { Ledger } from '../contracts/item-records.ts';
import type { AnswerRow, Generated, GenerateItem, SynthesisSpend } from '../contracts/synthesis.ts';
import { addUsageTo } from '../optimizer/steps/spend.ts';

type Purpose = keyof SynthesisSpend['generatorCalls'];

export const purposes: Readonly<Record<GenerateItem['asks'], Purpose>> = {
  topics: 'topics',
  judge: 'judges',
  inputs: 'inputs',
};

export const nothingSpent: SynthesisSpend = {
  rollouts: 0,
  modelCalls: 0,
  judgeCalls: 0,
  generatorCalls: { topics: 0, judges: 0, inputs: 0, references: 0 },
  inputTokens: 0,
  outputTokens: 0,
  costUsd: 0,
  cacheHits: 0,
  failures: 0,
};

/** As the budget counts: what is neither a call of the generator nor of a judge is an answer of the task's model. */
export function budgetSpend({ generatorCalls, ...spend }: SynthesisSpend): Spend {
  return { ...spend, reflectionCalls: totalOf(generatorCalls) };
}

function totalOf(calls: SynthesisSpend['generatorCalls']): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}

/** A call of the generator on top of `spend`; what another run had paid for is a cache hit. */
export function addGenerated(
  spend: SynthesisSpend,
  { usage, cached, failure }: Generated,
  purpose: Purpose,
): SynthesisSpend {
  const paid = addGeneratorUsage(spend, usage, purpose);
  return {
    ...paid,
    cacheHits: paid.cacheHits + (cached ? 1 : 0),
    failures: paid.failures + (failure === null ? 0 : 1),
  };
}

/** An answer with its judges and its reference. */
export function addAnswer(
  spend: SynthesisSpend,
  { usage, referenceUsage, cached, failure }: AnswerRow,
): SynthesisSpend {
  const paid = addGeneratorUsage(addUsageTo(spend, usage), referenceUsage, 'references');
  return {
    ...paid,
    rollouts: paid.rollouts + (usage.calls > 0 ? 1 : 0),
    cacheHits: paid.cacheHits + (cached ? 1 : 0),
    failures: paid.failures + (failure === null ? 0 : 1),
  };
}

/** Calls that belong to no result. */
export function addLedger(spend: SynthesisSpend, ledger: Ledger | null, purpose: Purpose | null): SynthesisSpend {
  if (ledger === null) return spend;
  if (purpose !== null) return addGeneratorUsage(spend, ledger.task, purpose);
  return addGeneratorUsage(addUsageTo(spend, ledger.task), ledger.reflection, 'references');
}

function addGeneratorUsage(spend: SynthesisSpend, usage: Usage, purpose: Purpose): SynthesisSpend {
  const { generatorCalls } = spend;
  return {
    ...addUsageTo(spend, usage),
    generatorCalls: { ...generatorCalls, [purpose]: generatorCalls[purpose] + usage.calls },
  };
}
