/** How the task model words the moves of a reply. `{thing}`, `{told}`, `{questions}` and `{background}` are filled in. */
export const WORDINGS = {
  opening: [
    'Hello, and thank you very much for your message.',
    'Dear customer, thank you for getting in touch with us today.',
    'Hello and thanks for writing to us about this.',
  ],
  sympathy: [
    'I am sorry for the trouble.',
    'I can see how annoying this is.',
    'I am sorry to hear that.',
    'I understand that this is not what you hoped for.',
  ],
  problem: [
    'You write that {told}',
    'I have read your message: {told}',
    'So the problem is this: {told}',
    'If I understand you rightly, {told}',
  ],
  'problem asked': ['You ask: {told}', 'Your question is this: {told}'],
  admission: [
    'This is entirely our fault.',
    'We made a mistake here, and there is no excuse for it.',
    'We take full responsibility for what went wrong.',
  ],
  promise: [
    'You will get a full refund from us, of course.',
    'We will send you a replacement at once, free of charge.',
    'As compensation you will receive a voucher for 20 euros.',
    'We will refund the whole amount and pay for your trouble.',
  ],
  step: [
    'I have passed your message about the {thing} on to the team in charge.',
    'I am checking with my colleagues what can be done about the {thing}.',
  ],
  'vague step': [
    'We are looking into it.',
    'We will take care of the matter.',
    'Rest assured that your request is in good hands.',
    'Our team is on it.',
  ],
  deadline: [
    'You will hear from me by tomorrow evening.',
    'You will have an answer within two working days.',
    'I will write to you again by Thursday noon.',
    'This takes three working days at most.',
  ],
  soon: [
    'We will get back to you as soon as possible.',
    'We will let you know soon.',
    'We ask for a little patience until then.',
  ],
  question: [
    'Please send me {questions}.',
    'Could you give me {questions}? I need that to go on.',
    'So that I can act, I still need {questions}.',
  ],
  'needless question': [
    'Please send me your order number, your address and a photo as well.',
    'Could you also tell me your order number and your date of birth?',
  ],
  background: ['{background}', 'Let me explain how this works. {background}', 'For your information: {background}'],
  ramble: [
    'Every message that reaches us is read, sorted by matter and by day, and handed to the team that knows most about it, which is why it may take some time until you hear from the person who has read yours.',
  ],
  closing: [
    'Please do not hesitate to write again if there is anything else that we can do for you. Kind regards from your service team.',
    'We hope that this answers your question and wish you a pleasant day. With kind regards, your customer service.',
    'Thank you for your trust and your patience. Best wishes from all of us.',
  ],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>;
