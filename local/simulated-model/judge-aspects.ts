/**
 * What criteria ask of an answer, as far as the simulated judge knows: how a criterion names the aspect, and how to see in
 * an answer's text whether it is met. The judge knows nothing of how the answer came about.
 */
import { NEEDS } from './customer-matters.ts';
import { type CustomerMessage, contentOf } from './customer-message.ts';
import { words } from './text.ts';

/** `share`: how far the aspect is met, [0, 1]; `remark`: what is missing or wrong, as it stands behind "The answer". */
export type Finding = Readonly<{ share: number; remark: string }>;

export type Aspect = Readonly<{
  id: string;
  /** How a criterion asks for it: phrases, as in `CONCEPTS`. */
  askedAs: string;
  /** What an answer does that meets it, as it stands behind "The answer". */
  praise: string;
  /** null: the aspect does not arise with this message. */
  look: (answer: string, message: CustomerMessage) => Finding | null;
}>;

const MET: Finding = { share: 1, remark: '' };
const missed = (remark: string, share = 0): Finding => ({ share, remark });

const sentencesOf = (text: string) => text.split(/(?<=[.!?])\s+|\n+/);
const quoted = (text: string) => `“${text.length > 70 ? `${text.slice(0, 69).trimEnd()}…` : text}”`;

const ACTION =
  /\b(?:I|we)(?:'ve|'ll|'m|'re| have| will| am| are| can)?(?: \w+ly)?(?: (?:just|now|already|also|then|at once))? (?:ask(?! for a)|call|check|trac|send|sent|arrang|reset|open|pass|forward|cancel|chang|block|lock|correct|updat|compar|told|made an? new|not(?:e|ing)|stop|look(?:ing)? (?:up|at)|put)\w*|\b(?:team|department|workshop|accounts|store|they|colleagues?) (?:\w+ ){0,3}(?:look|check|compar|decide|answer|write|call|repl)\w*|\bplease (?:try|open|click|choose|pack|print|unplug|stop|keep|take|write)\b|\bis attached\b|\bleft our\b/i;
const VAGUE_ACTION =
  /\b(?:look(?:ing)? into|take care of|work(?:ing)? on|sort (?:it|this) out|good hands|on it|noted)\b|\bcan (?:ask|cancel)\b/i;
const TIME =
  /\b(?:by|before|until) (?:tomorrow|tonight|noon|today|the end of|next|\d|(?:mon|tues|wednes|thurs|fri|satur|sun)day)|\bwithin (?:\d+|an?|one|two|three|four|five|the next)\b|\bin (?:an hour|\d+|two|three|five)\b|\b(?:today|tomorrow|this (?:afternoon|evening)|the same day|an hour later|at once)\b|\btakes? (?:about |up to )?(?:\d+|two|three|five|an?)\b|\b(?:24|48|72) hours\b|\bon (?:mon|tues|wednes|thurs|fri)day\b|\bneeds two days\b/i;
const MONEY =
  'refund|replacement|compensation|voucher|discount|credit|money back|the money|reimbursement|new one|new ones';
const PROMISE = new RegExp(
  `\\b(?:we|I)(?:'ll| will)(?: \\w+){0,3} (?:refund|replace|compensate|reimburse|credit|pay)\\b|\\b(?:we|I)(?:'ll| will)(?: \\w+){0,2} (?:send|give|offer|issue|add)(?: \\w+){0,6} (?:${MONEY}|euros)\\b|\\byou(?:'ll| will)(?: \\w+){0,3} (?:get|receive|have|be)(?: \\w+){0,5} (?:${MONEY}|refunded)\\b|\\bfree of charge\\b|\\bat no (?:extra )?cost\\b`,
  'i',
);
const HEDGE = /\b(?:if|(?<!at )once|unless|whether|not|cannot|can't|check|decide|depends|may|might)\b/i;
const ADMISSION =
  /\b(?:our|my) (?:own )?(?:fault|mistake|error|negligence)\b|\bwe (?:have )?(?:made an? \w*\s?(?:mistake|error)|messed|are (?:fully )?(?:responsible|liable|to blame))|\b(?:take|accept)(?: \w+){0,2} (?:responsibility|liability|blame)\b|\bmistake on our side\b|\bsold you an? (?:dangerous|faulty|broken)/i;

/** A question that is answered needs no next step. */
const isAnswered = (answer: string, { matter }: CustomerMessage) =>
  matter?.id === 'question' && /^\W*(?:yes|no)\b/i.test(answer);

export const ASPECTS: readonly Aspect[] = [
  {
    id: 'problem',
    askedAs: 'names the problem, name the problem, names the customer problem, restates, what the customer wrote about',
    praise: 'names the problem',
    look(answer, message) {
      const said = contentOf(answer);
      const shared = [...message.content].filter((word) => said.has(word));
      const enough = Math.min(3, Math.max(1, Math.ceil(message.content.size * 0.35)));
      if (shared.length >= enough) return MET;
      return shared.length > 0
        ? missed('barely names the problem that the customer wrote about', 0.5)
        : missed('does not name the problem that the customer wrote about');
    },
  },
  {
    id: 'step',
    askedAs: 'next step, what happens next, what will be done, says what is done',
    praise: 'says what the next step is',
    look(answer, message) {
      if (isAnswered(answer, message) || ACTION.test(answer)) return MET;
      const vague = VAGUE_ACTION.exec(answer)?.[0];
      return vague === undefined
        ? missed('does not say what the next step is')
        : missed(`does not say what the next step is: ${quoted(vague)} is too vague`, 0.25);
    },
  },
  {
    id: 'deadline',
    askedAs: 'by when, time frame, until when, how long it takes, names a day, deadline',
    praise: 'says by when',
    look(answer, message) {
      if (isAnswered(answer, message)) return null;
      if (TIME.test(answer)) return MET;
      const soon = /\bas soon as possible|(?<!too )\bsoon\b|\bshortly\b/i.exec(answer)?.[0];
      return soon === undefined
        ? missed('does not say by when the customer will hear more')
        : missed(`does not say by when the customer will hear more: ${quoted(soon)} is no day`);
    },
  },
  {
    id: 'question',
    askedAs: 'asks for what is missing, asks for it, ask for what, asks for missing, missing information',
    praise: 'asks for what is missing',
    look(answer, message) {
      const open = message.missing.filter((need) => !NEEDS[need].asked.test(answer));
      const list = open.map((need) => NEEDS[need].name).join(' and ');
      if (open.length > 0) {
        const share = 0.5 * (1 - open.length / message.missing.length);
        return missed(`does not ask for ${list}, which the message does not give`, share);
      }
      const isGiven = NEEDS.order_number.given.test(message.text);
      const asks = /\b(?:send|tell|give)\b[^.?!]*\border number\b/i.test(answer);
      if (isGiven && asks) return missed('asks needlessly for the order number, which the message gives');
      return message.missing.length > 0 ? MET : null;
    },
  },
  {
    id: 'promise',
    askedAs:
      'no refund, no compensation, promises no, not promise, never promise, without promising, no money, no voucher',
    praise: 'promises nothing',
    look(answer) {
      const found = sentencesOf(answer).find((one) => PROMISE.test(one) && !HEDGE.test(one));
      return found === undefined ? MET : missed(`promises a refund or compensation: ${quoted(found)}`);
    },
  },
  {
    id: 'admission',
    askedAs: 'no liability, admits no, not admit, never admit, no fault, no blame',
    praise: 'admits no liability',
    look(answer) {
      const found = sentencesOf(answer).find((one) => ADMISSION.test(one));
      return found === undefined ? MET : missed(`admits fault or liability: ${quoted(found)}`);
    },
  },
  {
    id: 'tone',
    askedAs: 'polite, friendly, courteous, kind, respectful, tone, calm',
    praise: 'is polite',
    look(answer) {
      if (/\b(?:you should have|your own fault|calm down|read our|never wrong)\b/i.test(answer)) {
        return missed('lectures the customer');
      }
      return /\b(?:thank|sorry|please|hello|dear|glad|hope)\b/i.test(answer) ? MET : missed('is curt', 0.5);
    },
  },
  {
    id: 'brevity',
    askedAs: 'brief, short, concise, to the point',
    praise: 'is short',
    look(answer) {
      const count = words(answer).length;
      return count <= 90 ? MET : missed(`does not stay short: it has ${count} words`, count <= 120 ? 0.5 : 0);
    },
  },
];
