/** Situations of customers with an account, a change of mind or a question. What stands in braces is filled in. */
import type { Situations } from './generator-situation.ts';

export const ACCOUNT_SITUATIONS: Situations = {
  login: [
    {
      topic: 'a password that is refused',
      told: [
        'I cannot log in: my password is refused, though I wrote it down.',
        'Since {date} the page says that no account has my address.',
        'The right password and then a blink, and I am at the login page again.',
        'After {n} tries I am locked out and told to wait 24 hours.',
      ],
      brief: ['password refused', 'locked out since {day}', 'cannot log in'],
    },
    {
      topic: 'a code or link that never arrives',
      told: [
        'The code that you send by text never reaches my phone.',
        'I asked for the reset e-mail {n} times and looked in spam too.',
        'By the time that the link comes it is out of date.',
        'Your sign in code goes to a number that I gave up on {date}.',
      ],
      brief: ['no code by text', 'reset mail never comes', 'link out of date on arrival'],
    },
    {
      topic: 'an app that does not work',
      told: [
        'The app closes by itself when I open my basket.',
        'Since the update of {date} your app shows prices in the money of another country.',
        'In the app I see the order of the {thing}, on the laptop I do not.',
        'The app throws me out each time that I search for a {thing}.',
      ],
      brief: ['app crashes', 'app shows no orders', 'basket in the app is empty on {day}'],
    },
    {
      topic: 'an account that was broken into',
      told: [
        'Somebody has ordered a {thing} with my account to {place}.',
        'I was told that my password changed on {date}; I did not change it.',
        'There is a stranger called {name} in my list of addresses.',
        'My account was used at three in the night, {n} times.',
      ],
      brief: ['account hacked?', 'who is {name} in my account', 'password changed, not by me'],
    },
    {
      topic: 'data of an account',
      told: [
        'Please delete my account and all that you know of me.',
        'I want to change my e-mail, but the field is grey.',
        'We married on {date}; how do I change the name of the account to {name}?',
        'I have two accounts with you and would like to make one of them.',
      ],
      brief: ['delete my account', 'change e-mail, field is grey', 'merge {n} accounts'],
    },
    {
      topic: 'letters and e-mails that nobody wants',
      told: [
        'I have left your newsletter {n} times and it still comes.',
        'Why does the account of {name}, who died years ago, get your catalogue?',
        'Each night at two your app wakes me with an offer for a {thing}.',
        'Take my phone number out of your list, I was called on {day} again.',
      ],
      brief: ['stop the newsletter', 'no more offers for a {thing}', 'unsubscribe does nothing'],
    },
  ],
  change: [
    {
      topic: 'an order to be cancelled',
      told: [
        'Please cancel the {thing}: my sister has given me hers.',
        'I pressed order too early and would like to cancel before it leaves.',
        'We found a {thing} in {place} for half the price, so I want out of my order.',
        'As nobody could say when it comes, I cancel the {thing} as of {date}.',
      ],
      brief: ['cancel the {thing}', 'cancel please, bought in {place}', 'ordered by mistake'],
    },
    {
      topic: 'a wrong address for an order',
      told: [
        'I gave my old address by mistake, in {place}.',
        'The house number is {n} and not what the form filled in.',
        'Could the {thing} go to my office in {place} after all?',
        'My {thing} is on its way to {name}, who moved out years ago; can that be changed?',
      ],
      brief: ['old address, change it to {place}', 'house number is {n}', 'send the {thing} to my office'],
    },
    {
      topic: 'another number of pieces',
      told: [
        'I ordered two of the {thing} and meant one.',
        'Please add a second {thing} to the order before it is packed.',
        'I wanted 1 and the form made {n} of it.',
        'Take the {thing} out of my order and leave the rest.',
      ],
      brief: ['one {thing}, not two', 'add one more {thing}', '{n} is wrong, I want 1'],
    },
    {
      topic: 'another colour or model',
      told: [
        'Can I swap the {thing} for the one in green? It has not left yet.',
        'My wife says blue, so please change the colour.',
        'I took the small {thing} and need the large one, is it too late?',
        'If the model of {date} is still there, I would rather have that {thing}.',
      ],
      brief: ['swap {thing} for green', 'blue, not white', 'larger {thing} instead?'],
    },
    {
      topic: 'a subscription to be paused or ended',
      told: [
        'Please pause my subscription until {date}, we are away.',
        'I want to stop the coffee that comes every six weeks.',
        'The subscription runs on although I ended it on the phone with {name}.',
        'How do I get my boxes every {n} weeks instead of each month?',
      ],
      brief: ['pause subscription until {date}', 'stop the coffee', 'every {n} weeks, not monthly'],
    },
    {
      topic: 'a gift',
      told: [
        'The {thing} is a birthday present for {name}; please leave the price out.',
        'Is gift wrapped possible for a {thing} that I ordered on {day}?',
        'I forgot the card with my gift and would like to add a line.',
        'My present must not come before {date}, or the surprise is gone.',
      ],
      brief: ['wrap the {thing} please', 'gift for {name}, no price', 'not before {date}, surprise'],
    },
  ],
  question: [
    {
      topic: 'whether a product suits a purpose',
      told: [
        'Is the {thing} safe on an induction hob?',
        'Does the {thing} hold two grown men?',
        'Can the {thing} stay out of doors in the winter of {place}?',
        'Would you use this {thing} in a house with a cat and two small boys?',
      ],
      brief: ['{thing} ok on induction?', '{thing} outside in winter?', 'will the {thing} hold me'],
    },
    {
      topic: 'measures and weight',
      told: [
        'How wide is the {thing} without its handles?',
        'How heavy is the {thing}, as I live {n} floors up?',
        'Our niche has {n} inches; does the {thing} fit?',
        'The page gives the height of the {thing} and not how deep it is.',
      ],
      brief: ['how wide is the {thing}', '{thing}: weight?', 'does it fit in {n} inches'],
    },
    {
      topic: 'whether something is in stock',
      told: [
        'When will the {thing} be in stock again?',
        'Do you have the {thing} in your shop in {place}?',
        'I have looked for the {thing} since {date}; is it gone for good?',
        'May I reserve a {thing} for {day} and pay when I fetch it?',
      ],
      brief: ['{thing} back in stock when', '{thing} in {place}?', 'reserve one {thing}'],
    },
    {
      topic: 'care and cleaning',
      told: [
        'Does the {thing} need oil, and how often?',
        'May I put the {thing} in the dishwasher?',
        'Red wine on the {thing}: what gets it out?',
        'With which soap do I clean the {thing} without spoiling it?',
      ],
      brief: ['dishwasher for the {thing}?', 'stain on a {thing}', 'oil or wax?'],
    },
    {
      topic: 'the difference between two products',
      told: [
        'What is the difference between the {thing} and the one that costs {amount} more?',
        'Which one lasts longer, your {thing} or that of the other maker?',
        'I cannot decide between the old {thing} and the new one of {date}.',
        'Two of you gave me different answers: {name} says steel, the page says iron.',
      ],
      brief: ['which {thing} is better', 'why {amount} more', 'steel or iron'],
    },
    {
      topic: 'guarantee and spare parts',
      told: [
        'How many years of guarantee does the {thing} have?',
        'Do you sell a spare lid for the {thing}?',
        'Which bulbs go into the {thing} and where do I get them in {place}?',
        'Does the guarantee hold when {name} has repaired it at home?',
      ],
      brief: ['guarantee on the {thing}?', 'spare lid for my {thing}', 'which bulbs'],
    },
    {
      topic: 'how something is put together',
      told: [
        'Do I need a drill to put up the {thing}?',
        'At step {n} of the leaflet for the {thing} I can find no left and no right.',
        'How long is it until a {thing} stands, for one person with two hands?',
        'What would it cost when one of you comes to {place} and builds the {thing}?',
      ],
      brief: ['need a drill for the {thing}?', 'step {n} makes no sense', 'do you also build it'],
    },
  ],
};
