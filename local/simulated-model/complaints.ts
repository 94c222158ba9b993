/**
 * Reads what judges and other evals complain about in replies: which move is missing, and which one is there that should
 * not be. It knows the field's words (`reply-moves.ts`) and no judge's sentences by heart.
 */
import { hearMoves } from './reply-guidance.ts';
import { MOVES, type MoveId } from './reply-moves.ts';

/** `missed`: the move was wanted and is not there; otherwise it is there and was not wanted. */
export type Complaint = Readonly<{ move: MoveId; missed: boolean }>;

const wantedMoves = new Map(MOVES.map((move) => [move.id, move.wanted]));
const NEEDLESS = /\b(?:needless|needlessly|unnecessary|too (?:much|many)|already)\b/i;
/** Says what was asked for, and not what the answer does. */
const DEMAND = /\bmust\b/i;
const IS_RIGHT = /^(?:right|pass)\b/i;

/** Complaints of the feedback of one eval, `name: what it says`; each once. */
export function complaintsOf(feedback: string): Complaint[] {
  const [, name = '', said = ''] = /^([\w-]+):\s*([\s\S]*)$/.exec(feedback) ?? [];
  if (said === '' || IS_RIGHT.test(said)) return [];
  // What is quoted from the answer is no complaint.
  const clauses = said.replace(/[“"][^”"]*[”"]/g, 'this').split(/[.;:!?](?=\s|$)/);
  const found = new Map<string, Complaint>();
  for (const clause of clauses) {
    for (const { move, sign } of hearMoves(clause)) {
      const wanted = wantedMoves.get(move);
      const isDemand = DEMAND.test(clause);
      const missed = wanted === true && sign > 0 === isDemand;
      const overdone = wanted === false ? sign > 0 !== isDemand : sign > 0 && NEEDLESS.test(clause);
      if (wanted !== null && (missed || overdone)) found.set(`${move} ${missed}`, { move, missed });
    }
  }
  // An eval that says nothing of the kind may be named after what it wants: "short".
  if (found.size === 0 && !/\b\d of \d\b|\b(?:fail|critical)\b/i.test(said)) {
    for (const { move, sign } of hearMoves(name.replaceAll(/[_-]/g, ' '))) {
      if (wantedMoves.get(move) === true && sign > 0) found.set(move, { move, missed: true });
    }
  }
  return [...found.values()];
}
