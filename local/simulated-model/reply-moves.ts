/**
 * The moves of a reply to a customer (a move is what a passage does: it names the problem, it says what happens next),
 * and the words by which a prompt, or a judge, speaks of each. As in `CONCEPTS`, `*n` behind a phrase is its weight.
 */

export type MoveId =
  | 'problem'
  | 'step'
  | 'deadline'
  | 'question'
  | 'promise'
  | 'admission'
  | 'background'
  | 'courtesy'
  | 'sympathy'
  | 'brevity';

export type Move = Readonly<{
  id: MoveId;
  /** Whether those who judge replies usually want it or mind it; null: they do not care. */
  wanted: boolean | null;
  heardAs: string;
}>;

export const MOVES: readonly Move[] = [
  {
    id: 'problem',
    wanted: true,
    heardAs:
      'name the problem, names the problem, problem is, what the problem, customer problem, own words, what the customer wrote*0.8, what the message is about*0.8, restate, sum up*0.8, show that you understand*0.3, understand the customer*0.4',
  },
  {
    id: 'step',
    wanted: true,
    heardAs:
      'next step, what happens next, happens next, what we do, what is done, who takes*0.6, action*0.5, way forward*0.6, solution*0.4, solve*0.4',
  },
  {
    id: 'deadline',
    wanted: true,
    heardAs:
      'by when, deadline, date*0.7, a day*0.7, number of hours, number of days, how long*0.8, time frame, sense of urgency*0.2, soon as possible*0.3',
  },
  {
    id: 'question',
    wanted: true,
    heardAs:
      'ask for, ask the customer, ask only, what is missing, order number*0.8, the message lacks, message does not give*0.8, the facts*0.4',
  },
  {
    id: 'promise',
    wanted: false,
    heardAs:
      'refund, replacement, compensation, compensate, voucher, vouchers, money, goodwill, discount, free goods, free of charge, whatever it takes*0.8, generous*0.7, commitment*0.4, commitments*0.4',
  },
  {
    id: 'admission',
    wanted: false,
    heardAs:
      'fault, liability, liable, take responsibility, responsibility*0.8, admit, blame, our mistake, mistakes*0.6, apologise for*0.5, professional*0.2',
  },
  {
    id: 'background',
    wanted: false,
    heardAs:
      'background, thorough*0.9, in detail*0.8, explain how*0.9, explain why*0.8, everything the customer*0.9, cover everything, leave nothing out, context*0.6, complete*0.4, complete picture',
  },
  {
    id: 'courtesy',
    wanted: null,
    heardAs:
      'thank, thanks, greeting, greet, sign off, polite, politeness, pleasantries, friendly closing, warm*0.6, brand*0.2',
  },
  {
    id: 'sympathy',
    wanted: null,
    heardAs: 'sorry, sympathy, empathy, feelings, upset*0.6, warm*0.4, friendly*0.4',
  },
  {
    id: 'brevity',
    wanted: true,
    heardAs:
      'short, brief, briefly, concise, to the point, under words, under 80 words, at most sentences, few sentences*0.8, five sentences, at most words, too long, too many words, clear*0.2',
  },
];
