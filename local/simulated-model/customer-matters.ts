/**
 * What the simulated model knows about the matters that customers of a shop write about: how one shows in a message, what
 * the shop needs to know, and what it usually does. Nothing here refers to a single example.
 */

/** Something that the shop needs to know before it can act. */
export type NeedName = 'order_number' | 'photo' | 'device' | 'day';

export type Need = Readonly<{
  /** In words, as it stands behind "ask for". */
  name: string;
  /** How it shows in a message that has it. */
  given: RegExp;
  /** How it shows in an answer that asks for it. */
  asked: RegExp;
  /** How the model asks for it, behind "please send me" or "could you tell me". */
  question: string;
}>;

export const NEEDS: Readonly<Record<NeedName, Need>> = {
  order_number: {
    name: 'the order number',
    given: /\b[A-Z]{1,4}-?\d{4,}\b|#\s?\d{4,}|\border (?:number |no\.? ?|nr\.? ?)?\d{4,}/i,
    asked: /\border (?:number|no\b|nr\b)|\bnumber of (?:your|the) order/i,
    question: 'your order number',
  },
  photo: {
    name: 'a photo',
    given: /\b(?:photos?|pictures?|images?|attached)\b/i,
    asked: /\b(?:photos?|pictures?|images?)\b/i,
    question: 'a photo of the damage',
  },
  device: {
    name: 'the device',
    given:
      /\b(?:iphone|ipad|android|samsung|windows|mac(?:book)?|linux|chrome|firefox|safari|edge|laptop|tablet|browser)\b/i,
    asked: /\b(?:which|what|your) (?:device|phone|browser|computer)|\bdevice (?:and|or)\b|\bor browser\b/i,
    question: 'the name of your device and browser',
  },
  day: {
    name: 'the day of the payment',
    given:
      /\b\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\b(?:yesterday|today|this morning|last night)\b|\bon the \d/i,
    asked:
      /\b(?:which|what|the) (?:day|date)\b|\bdate of (?:the|your)\b|\bwhen (?:was|were) (?:it|the|that|you)\b|\bstatement\b/i,
    question: 'the day of the payment',
  },
};

export type Matter = Readonly<{
  id: string;
  /** As in `CONCEPTS`: phrases, `*n` behind one is its weight. */
  seenAs: string;
  /** What it is about when no thing is named. */
  thing: string;
  needs: readonly NeedName[];
  /** What the shop does next; `{thing}` is what it is about. */
  steps: readonly string[];
  /** What an expert likes to tell and nobody asked for. */
  background: string;
}>;

export const MATTERS: readonly Matter[] = [
  {
    id: 'delivery',
    seenAs:
      'parcel*0.8, delivery*0.6, deliver*0.5, delivered*0.6, courier, driver, tracking, tracking page, not arrived, still waiting*0.6, late*0.4, on its way*0.7, where is my*0.7, where are my*0.7, should have come, meant to come, not come*0.6, nobody came, depot, van*0.7, not here*0.6, arrive*0.5, arrived*0.4, the rest*0.5, left out*0.5, been sent*0.6, promised two days, forget it*0.3, no sign of*0.8',
    thing: 'parcel',
    needs: ['order_number'],
    steps: [
      'I have asked the courier to trace the {thing}.',
      'I am checking with the warehouse where the {thing} is now.',
      'I have opened a search for the {thing} at the depot.',
    ],
    background:
      'Parcels pass through several sorting centres on their way, and at each of them they are scanned, weighed and put on another van, which is why a tracking page may stand still for a while even though everything goes as planned.',
  },
  {
    id: 'damage',
    seenAs:
      'broke, broken, died*0.8, breaks, cracked, crack, stopped working, leaks, leak, drips, sparks, smells of, smells*0.7, wobbles, chipped, scratch, rusted, rust, flickers, goes dark, battery dead, dead*0.5, gave way, came off, bent, burnt, burning, zip*0.5, not close*0.7, useless*0.6, rubbish*0.6, slow every day*0.8, runs slow*0.7, lost half*0.6, screams*0.7, in pieces, shorter*0.5, bad quality*0.7, show*0.2, hums*0.6, is it safe*0.4, nothing on them*0.5',
    thing: 'product',
    needs: ['order_number', 'photo'],
    steps: [
      'I have passed your report on the {thing} to our repair team, who decide what can be done.',
      'I am asking our workshop to look at what you write about the {thing}.',
      'I have opened a quality case for the {thing}, and our technicians look at it next.',
    ],
    background:
      'Every product goes through a long series of tests before it leaves the factory, and most faults that we hear of come from shocks on the road, from changes of temperature in the van, or from parts that were put under strain while being unpacked.',
  },
  {
    id: 'wrong_item',
    seenAs:
      'missing, you sent*0.9, you send*0.7, in place of*0.7, somebody else*0.8, mix-up, mix up, in the box*0.5, not in the box, was none, only five*0.8, five of*0.4, in a box of*0.7, two toasters, wrong lid, received a*0.6, what came was, come black*0.5, paid for one*0.7, ordered the*0.5, i ordered*0.4, no lamp*0.6, description promised, display model, left handle, turns out*0.5, cot*0.3, no dog*0.3, the right ones*0.5',
    thing: 'order',
    needs: ['order_number'],
    steps: [
      'I have asked the warehouse to compare what was packed with what you ordered, the {thing} above all.',
      'I am checking the packing list for the {thing} with our warehouse.',
      'I have sent a correction for the {thing} to the people who pack.',
    ],
    background:
      'Our warehouse holds more than nine thousand different articles on three floors, and every order is put together by two people and a belt that weighs each box, so that it takes several coincidences at once before the contents and the list can differ.',
  },
  {
    id: 'refund',
    seenAs:
      'refund, refunded, return, returned, returns*0.8, sent back, send back, send it back, sent the*0.3, money back, my money*0.7, given back, the money*0.5, return label, back to you*0.7, return policy, the 30 days*0.8, collect the*0.5, wrong parcel back, off 12*0.3, rather have the money, bring back',
    thing: 'return',
    needs: ['order_number'],
    steps: [
      'I have asked our accounts team where your return of the {thing} stands.',
      'I am looking up the {thing} in our list of returns and will pass your question on to accounts.',
      'I have forwarded what you write about the {thing} to the returns team, who decide about it.',
    ],
    background:
      'A return is first registered at the gate, then unpacked, looked at by two people, entered in a list, compared with the invoice and handed over to accounts, where all returns of a week are worked through in the order in which they came in.',
  },
  {
    id: 'login',
    seenAs:
      'log in, login, password, account*0.7, accounts*0.6, the code*0.7, a code*0.6, the app*0.6, your app*0.7, sign in, locked out, reset, reset e-mail, delete my account, the field is grey, wait 24 hours, throws me out',
    thing: 'account',
    needs: ['device'],
    steps: [
      'I am checking the log of your account to see where it stops.',
      'I have sent a fresh link for your account to your address; please open it in a new window.',
      'I have passed this on to the people who look after accounts, and they check yours next.',
    ],
    background:
      'For the safety of everybody, each sign-in is compared with earlier ones by place, time and device, and when something looks unusual the system asks for more proof or closes the door for some hours, even to people who have done nothing wrong.',
  },
  {
    id: 'charge',
    seenAs:
      'charged, charge, payment, payments, billed, debit, debits, bank statement, bank transfer, price*0.5, total*0.6, declined, gift card*0.7, voucher code, discount, from my account*0.7, euros from*0.7, late fee, to pay*0.4, paid by, three parts*0.5, take money, postage*0.3',
    thing: 'payment',
    needs: ['day'],
    steps: [
      'I have asked our accounts team to compare the payment with your bank.',
      'I am checking the payment against our books.',
      'I have forwarded the payment to our bookkeeper, who looks at both entries.',
    ],
    background:
      'Between your bank and ours there are up to three other companies that each keep their own books and close them at different hours, so that one amount may be shown as pending, as booked and as released, all on the same day.',
  },
  {
    id: 'invoice',
    seenAs:
      'invoice, invoices, last invoice, the bill*0.6, bookkeeper, vat, tax return, one invoice, no date*0.4, total on my invoice',
    thing: 'invoice',
    needs: ['order_number'],
    steps: [
      'I have asked our bookkeeping to make out the invoice again as you need it.',
      'I am checking the invoice with our accounts team.',
      'I have forwarded your wish about the invoice to the people who write them.',
    ],
    background:
      'Invoices are made by a program at the moment in which a parcel leaves the house, from what stands in the order, in your account and in the tables of the tax office, and each gets a number that may never be used again.',
  },
  {
    id: 'change',
    seenAs:
      'cancel, cancelled, change*0.6, changed*0.5, my old address, house number, address by mistake*0.8, swap, pause, stop my*0.7, subscription*0.6, ordered two, meant one, wanted 1, order twice, take the*0.3, out of my order, week later*0.7, gift wrapped, to my office, after that and not before, add a*0.5, every six weeks, too late*0.7, delivery day*0.5, pressed order',
    thing: 'order',
    needs: ['order_number'],
    steps: [
      'I have asked the warehouse to hold the {thing} so that it can be changed.',
      'I am changing the {thing} as you wish, as far as it has not left yet.',
      'I have noted the change for the {thing} and our dispatchers check it next.',
    ],
    background:
      'Once an order is in the system, it is handed on in small steps from planning to picking, packing and dispatch, and each of these has its own list, which is the reason why something that looks like one click has to be changed in four places.',
  },
  {
    id: 'question',
    seenAs:
      'is it*0.2, safe on, in stock, does the*0.5, do you have*0.6, do you sell, do you also, how wide, how heavy, how long is*0.6, which bulbs, which one*0.6, can the*0.5, difference between, guarantee*0.5, dishwasher, does it matter*0.3, the wood*0.4, will the*0.3, need oil*0.7, what would it cost*0.6',
    thing: 'product',
    needs: [],
    steps: [
      'I have put your question about the {thing} to our product team.',
      'I am looking up the {thing} in the papers of the maker.',
      'I have asked the people who buy the {thing} for us.',
    ],
    background:
      'Our buyers visit the makers twice a year, look at materials, drawings and test reports, and write down what they learn in a long sheet for each article, of which only a few lines fit on the page that you see in the shop.',
  },
];

/** Things that people buy for house and garden. */
export const THINGS: readonly string[] =
  'kettle lampshade lamp chair table bench rug curtain plate pan lid teapot toaster blender mixer mirror shelf drill blanket glass bedding screw handle knife vacuum mattress cushion sofa bookcase wardrobe fridge clock scale heater machine fork planter bulb drawer dresser pillow vase'.split(
    ' ',
  );
