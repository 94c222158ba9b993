/** Situations of customers that are about money: returns, payments, invoices. What stands in braces is filled in. */
import type { Situations } from './generator-situation.ts';

export const MONEY_SITUATIONS: Situations = {
  refund: [
    {
      topic: 'a return whose money is late',
      told: [
        'I sent the {thing} back on {date} and there is no money on my card.',
        'Your warehouse signed for my return {n} weeks ago, yet my account shows nothing.',
        'It is now the third month that I wait to be refunded for a {thing}.',
        'The return went off in {place} with a receipt, and you keep silent about the {amount}.',
      ],
      brief: ['return of the {thing}, where is the {amount}', 'refund still not here', 'sent back on {date}, no money'],
    },
    {
      topic: 'how to return something',
      told: [
        'How do I send back a {thing} that does not fit through my door?',
        'I would like to return the {thing}; does it have to be in its own carton?',
        'Does a {thing} that was opened but not used count for the 30 days?',
        'Where do I bring back the {thing}, and who pays for the postage?',
      ],
      brief: ['how to return a {thing}', 'can I bring back the {thing}', 'return without carton?'],
    },
    {
      topic: 'a return label that is missing',
      told: [
        'The return label that you spoke of was not in my parcel.',
        'I have asked for a return label {n} times and got an empty e-mail.',
        'My printer is broken, so I need the label for the {thing} on paper.',
        'The code on the return label for the {thing} is refused at the counter in {place}.',
      ],
      brief: ['no return label', 'label for the {thing} cannot be read', 'return code refused in {place}'],
    },
    {
      topic: 'a refund of the wrong amount',
      told: [
        'You refunded {amount}, which is less than what I paid for the {thing}.',
        'Of the two returns only one was given back to me.',
        'Why was postage taken off when the money for my {thing} came back?',
        'My refund is short by {amount} and nobody has told me why.',
      ],
      brief: ['refund too small', '{amount} of my return is missing', 'only one of two returns refunded'],
    },
    {
      topic: 'a return that was refused',
      told: [
        'My return of the {thing} came back to me with a note that it is too late.',
        'You refused the {thing} for a scratch that was there when I got it.',
        'I posted the {thing} on day {n} of your 30 days, so why refuse it?',
        'A colleague of yours said yes to the return, and {name} now says no.',
      ],
      brief: ['return refused, why', '{thing} sent back to me again', 'day {n}, still in time'],
    },
    {
      topic: 'collection of a large return',
      told: [
        'Nobody came to collect the {thing} on {day} although it stood ready from seven.',
        'I cannot carry the {thing} down {n} floors by myself for the return.',
        'When do you fetch the {thing} that I send back? It blocks our hall.',
        'The man who was to collect the return took one look at the {thing} and left.',
      ],
      brief: ['collect the {thing} when?', 'nobody fetched my return', '{thing} still in the hall'],
    },
  ],
  charge: [
    {
      topic: 'two payments for one order',
      told: [
        'I was charged twice for one {thing}, both times {amount}.',
        'On {date} the same payment left my account two times.',
        'My bank shows a second debit of {amount} that I know nothing of.',
        'I pressed the button once and paid for two, says my statement.',
      ],
      brief: ['charged twice', 'double payment on {date}', '{amount} two times?'],
    },
    {
      topic: 'a charge that nobody ordered',
      told: [
        'There is a payment to you of {amount} on my bank statement, and I ordered nothing.',
        'Who is allowed to take money from my account in the name of {name}?',
        'I have never bought from you, and on {date} you took {amount}.',
        'What is the charge that begins with the letters FHL?',
      ],
      brief: ['{amount} charged, ordered nothing', 'unknown debit on {date}', 'not my payment'],
    },
    {
      topic: 'a price that changed at the till',
      told: [
        'The {thing} cost {amount} on the page and more in the basket.',
        'My total went up by {amount} between two clicks.',
        'Last {day} the price of the {thing} was lower; which one holds?',
        'Your newsletter names a price for the {thing} that the till does not know.',
      ],
      brief: ['price of the {thing} changed', 'basket says {amount}, page says less', 'wrong total'],
    },
    {
      topic: 'a gift card or code that is refused',
      told: [
        'My gift card is worth {amount} and the till says it is empty.',
        'The voucher code from your letter is refused as unknown.',
        'I typed the discount code {n} times; now it is said to be used up.',
        'A friend in {place} gave me a gift card that only works in a currency I do not have.',
      ],
      brief: ['gift card refused', 'code does not work for a {thing}', 'voucher code expired early'],
    },
    {
      topic: 'a payment that is declined',
      told: [
        'My card is declined whenever I pay for the {thing}, in every other shop it works.',
        'The payment page turns round and round and then says declined.',
        'I paid by bank transfer on {date} and you write that nothing came.',
        'Three parts were agreed for the {thing}, and the second payment was declined.',
      ],
      brief: ['card declined', 'transfer of {amount} not booked', 'cannot pay for my {thing}'],
    },
    {
      topic: 'a late fee or a reminder',
      told: [
        'You want a late fee of {amount} for a bill that I paid on {date}.',
        'A reminder came today about a {thing} that I never received.',
        'Why do I get a second warning when {name} told me to wait?',
        'The debt collector from {place} writes to me on your behalf about {amount}.',
      ],
      brief: ['late fee of {amount}?', 'reminder for a bill I paid', 'warning letter, why'],
    },
  ],
  invoice: [
    {
      topic: 'an invoice that never came',
      told: [
        'I need the invoice for the {thing} for my tax return and never got one.',
        'No invoice was in the parcel, and none came by e-mail.',
        'My bookkeeper, {name}, asks for the bill of {date} again and again.',
        'The link to my last invoice opens a page that is empty.',
      ],
      brief: ['invoice for the {thing} please', 'no bill in the parcel', 'need the invoice of {date}'],
    },
    {
      topic: 'a wrong name or address on an invoice',
      told: [
        'The invoice is made out to {name}, and I am somebody else.',
        'Our firm moved to {place}; the bill still has the old street.',
        'Please put the name of the company on the invoice, not mine.',
        'There is a spelling mistake in my name on each invoice since {date}.',
      ],
      brief: ['wrong name on the invoice', 'bill to the firm in {place} please', 'invoice spelled {name}'],
    },
    {
      topic: 'tax on an invoice',
      told: [
        'The VAT on my bill for the {thing} is that of another country.',
        'Without our VAT number the invoice is of no use to us.',
        'Net and gross on the invoice differ by {amount}, which is not the rate.',
        'As a school in {place} we pay no VAT, and you have charged it.',
      ],
      brief: ['VAT missing on the bill', 'wrong VAT for {place}', 'add our VAT number'],
    },
    {
      topic: 'one invoice for several orders',
      told: [
        'Could I have one invoice for all that I bought since {date}?',
        'For {n} orders you sent {n} bills, and my office wants a single one.',
        'Please split the invoice: the {thing} is mine, the rest belongs to {name}.',
        'We pay monthly; how do our orders get onto one invoice?',
      ],
      brief: ['one bill for {n} orders?', 'split the invoice for the {thing}', 'monthly invoice possible?'],
    },
    {
      topic: 'an invoice that does not match the order',
      told: [
        'On the bill stands a {thing} that I did not buy.',
        'The total on my invoice is higher than the sum of its lines by {amount}.',
        'My invoice has no date, so the guarantee has no start.',
        'You billed me for express to {place}, and it came by slow post.',
      ],
      brief: ['bill lists a {thing} I never bought', 'invoice adds up wrongly', 'no date on the bill'],
    },
  ],
};
