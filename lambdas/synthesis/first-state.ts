/** Where every synthesis begins. Pure. */
import type { SynthesisState } from '../contracts/synthesis.ts';
import { nothingRejected } from './read-reply.ts';
import { nothingSpent } from './spend.ts';

export function firstState(runId: string, concurrency: number): SynthesisState {
  return {
    schema: 'prompt-optimizer.synthesis-state.v1',
    runId,
    turn: 0,
    epoch: 0,
    topics: [],
    asked: { topics: {}, judges: {}, inputs: [] },
    judges: {},
    drafts: [],
    rejected: nothingRejected,
    splits: null,
    groupedBy: null,
    droppedNeighbours: 0,
    order: [],
    answered: 0,
    answerTurns: [],
    spend: nothingSpent,
    concurrency,
    elapsedMs: 0,
    stopReason: null,
    step: null,
  };
}
