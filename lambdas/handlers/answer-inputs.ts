/** AnswerInputs: one shard of inputs: their reference answers where those are needed, the task's answers, their judges. */
import { keepLedger } from '../rollout/item.ts';
import { itemHandler } from '../rollout/item-handler.ts';
import { loadAnswers, saveAnswers } from '../store/synthesis.ts';
import { answerShard } from '../synthesis/answer-shard.ts';
import { loadSynthesisItem } from '../synthesis/item.ts';

export const handler = itemHandler(async (input) => {
  const { runId, turn, index } = input;
  const work = await loadSynthesisItem(input);
  const { state, ledger } = work;
  const item = state.step?.kind === 'answers' ? state.step.items[index] : undefined;
  if (item === undefined) throw new Error(`Turn ${turn} of synthesis ${runId} has no shard ${index}.`);
  const { rows, stray, interruption } = await answerShard(runId, item, work, await loadAnswers(runId, turn, index));
  await saveAnswers(runId, turn, index, rows);
  if (interruption !== null) {
    await keepLedger(input, ledger, stray, interruption);
    throw interruption;
  }
  return { status: 'done' as const, index };
});
