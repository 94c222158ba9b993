/** Advice about the usual queues of a software company's support. */
import type { Advice } from './advice.ts';

export const SUPPORT_ADVICE: readonly Advice[] = [
  {
    about: /billing|payment|invoice/,
    missed: [
      '{label}: charges, invoices, refunds, payment methods, prices and tax.',
      '{label}: whenever money is the point: a double charge, a missing receipt, a refund after leaving.',
    ],
    overused: [
      '{label}: not when the sender wants to cancel or leave, and not when the sender asks how to do something.',
      '{label}: only when money is at stake; a crash or an error on a page is not {label}, neither is the wish to cancel.',
    ],
    vague: ['{label}: commercial matters.'],
    wrong: ['{label}: everything from paying customers, such as login and password trouble.'],
  },
  {
    about: /bug|defect|fault/,
    missed: [
      '{label}: the product misbehaves: an error message, a crash, a blank page, wrong results.',
      '{label}: something that used to work has stopped working or gives wrong results, whatever page it is on.',
    ],
    overused: [
      '{label}: only when the product is broken; not when the sender asks how to do something, lost a password or was charged.',
    ],
    vague: ['{label}: technical topics.'],
    wrong: ['{label}: any question about a feature.', 'When in doubt, choose {label}.'],
  },
  {
    about: /account|access|login/,
    missed: [
      '{label}: access and identity: password, login, two-factor codes, roles, seats, ownership.',
      '{label}: changes of an email address, profile, admin or permission.',
    ],
    overused: [
      '{label}: only for login, roles and profile data; not to cancel a subscription, not for an error message and not for invoices.',
    ],
    vague: ['{label}: customer relations.'],
    wrong: ['{label}: anyone who wants to close an account or cancel.'],
  },
  {
    about: /how_?to|usage/,
    missed: [
      '{label}: how to use a working feature: steps, settings, where to find something, whether it is possible.',
      '{label}: questions such as "how do I" or "is there a way", with nothing broken.',
    ],
    overused: [
      '{label}: only for usage of a feature; not for a crash or an error, not for password trouble, not to cancel or get a refund.',
      '{label}: not when something is broken, and not when the sender wants to leave or is locked out.',
    ],
    vague: ['{label}: people who are curious.'],
    wrong: ['{label}: any message with a question, also about invoices, refunds or errors.'],
  },
  {
    about: /cancel|churn|leav/,
    missed: [
      '{label}: the sender wants to leave: cancel, downgrade, pause, not renew, close the account.',
      '{label}: any wish to end, stop or pause the subscription, to cancel or not to renew, also when it is put as a question.',
    ],
    overused: [
      '{label}: only when the sender wants to leave; not when the button or the app is broken, not for a refund of a double charge.',
      '{label}: not for questions about a feature, and not for a charge after the end of the contract.',
    ],
    vague: ['{label}: unhappy customers.'],
    wrong: ['{label}: everyone who complains about errors or charges.'],
  },
];
