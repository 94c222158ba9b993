/** Advice about replies to customers, by the move of a reply that it is about (`reply-moves.ts`). */
import type { Advice } from './advice.ts';

/** For when the words that failing messages share are all that comes to mind. */
const SHARED = 'Take particular care with messages that mention {words}.';

export const REPLY_ADVICE: readonly Advice[] = [
  {
    about: /^reply_problem$/,
    missed: [
      "Begin with the customer's problem, in one sentence and in the customer's own words.",
      'Name the problem that the customer wrote about before anything else.',
    ],
    overused: ['Name the problem once.'],
    vague: ['Show that you understand the customer.'],
    wrong: ['Thank the customer warmly and take responsibility for what went wrong.'],
    shared: SHARED,
  },
  {
    about: /^reply_step$/,
    missed: [
      'Say what the next step is and who takes it.',
      'Tell the customer what happens next; "we are looking into it" is not enough.',
    ],
    overused: ['Name one next step, no more.'],
    vague: ['Think of the solution, not of the difficulty.'],
    wrong: ['Be thorough: cover everything the customer could want to know.'],
    shared: SHARED,
  },
  {
    about: /^reply_deadline$/,
    missed: [
      'Say by when the customer hears from us: a day, or a number of hours.',
      'Give a time frame for the next step, such as two working days; "soon" is none.',
    ],
    overused: ['Name one deadline, no more.'],
    vague: ['Show a sense of urgency.'],
    wrong: ['Explain in detail why such things take time.'],
    shared: SHARED,
  },
  {
    about: /^reply_question$/,
    missed: [
      'If the order number, a photo or anything else is needed and the message lacks it, ask for it.',
      'Ask for what is missing, such as the order number or the device.',
    ],
    overused: ['Ask only for what the message does not give.'],
    vague: ['Get the facts right.'],
    wrong: ['Always ask for the order number, the address and a photo.'],
    shared: SHARED,
  },
  {
    about: /^reply_promise$/,
    missed: [],
    overused: [
      'Never promise a refund, a replacement or compensation; others decide about that.',
      'Do not offer money, vouchers or a discount.',
    ],
    vague: ['Be careful with commitments.'],
    wrong: ['Offer a voucher when the customer is upset.'],
    shared: SHARED,
  },
  {
    about: /^reply_admission$/,
    missed: [],
    overused: [
      'Admit no fault and no liability; that you are sorry for the trouble is enough.',
      'Never say whose fault it was.',
    ],
    vague: ['Stay professional.'],
    wrong: ['Take responsibility for what went wrong.'],
    shared: SHARED,
  },
  {
    about: /^reply_(?:brevity|background)$/,
    missed: [
      'Keep the reply under 80 words.',
      'Write at most five short sentences, and leave out the background.',
      'Be brief: no background, no closing phrases.',
    ],
    overused: ['Leave out the background.'],
    vague: ['Write clearly.'],
    wrong: ['Leave nothing out that could be of use, but say it well.'],
    shared: SHARED,
  },
];
