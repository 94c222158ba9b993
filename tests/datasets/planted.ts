/** Inputs as a generator writes them, each with a copy that only differs in its form and a paraphrase. */

export interface Planted {
  readonly topic: string;
  readonly text: string;
  /** Case, punctuation, accents or width of the letters changed. */
  readonly variant: string;
  /** Said in other words: another order, a greeting, filling words, another number or name. */
  readonly paraphrase: string;
}

/** Different questions of the same topic are unrelated: none of them may be taken for another. */
const byTopic: Record<string, readonly (readonly [text: string, variant: string, paraphrase: string])[]> = {
  kettle: [
    [
      'My kettle arrived broken, what now?',
      'MY KETTLE ARRIVED BROKEN... WHAT NOW',
      'The kettle arrived broken. What should I do now?',
    ],
    [
      'How do I get rid of the limescale in my kettle?',
      'how do i get rid of the LIMESCALE in my kettle',
      'Hello, how can I get rid of limescale in the kettle? Thanks!',
    ],
    [
      'Does the kettle come with a spare filter?',
      'Does the kettle come with a spare filter ?!',
      'Good morning, I would like to know if the kettle comes with a spare filter.',
    ],
    [
      'The lid of my kettle does not close properly any more.',
      'the lid of my kettle does not close properly any more',
      "My kettle's lid doesn't close properly anymore, please help.",
    ],
    [
      'Is the handle of the kettle safe for left-handed people?',
      'Is the handle of the kettle safe for left handed people?',
      'For left-handed people, is the kettle handle safe?',
    ],
  ],
  delivery: [
    ['Where is my order 48213?', 'where is my order #48213', 'Where is my order 59177?'],
    [
      'Can you leave the parcel with my neighbour if I am not at home on Friday?',
      'Can you leave the parcel with my neighbour, if I am not at home on friday',
      'If I am not home on Friday, could you leave the parcel with the neighbour?',
    ],
    [
      'The courier says he delivered yesterday, but there is nothing in front of my door.',
      'The courier says he delivered yesterday - but there is NOTHING in front of my door!',
      'Hi there, the courier says it was delivered yesterday but nothing is in front of my door.',
    ],
    [
      'I want to change the delivery address of order FH-22871 to my office.',
      'I want to change the delivery address of order FH 22871 to my office',
      'I want the delivery address of my order FH-19404 changed to my office, please.',
    ],
    [
      'How much does express shipping to Norway cost?',
      'How much does Express-Shipping to Norway cost??',
      'What does express shipping to Norway cost?',
    ],
  ],
  gym: [
    [
      'How do I cancel my membership?',
      'How do I cancel my membership',
      'Hi, how can I cancel the membership? Thank you in advance.',
    ],
    [
      'Can I freeze my membership for two months while my leg is healing?',
      'can I freeze my membership for two months, while my leg is healing',
      'My leg is healing, can I freeze the membership for two months meanwhile?',
    ],
    [
      'Which of your classes are suitable for complete beginners?',
      '"Which of your classes are suitable for complete beginners"',
      'Are there classes suitable for complete beginners?',
    ],
    [
      'The showers in the changing room have been cold since Monday.',
      'THE SHOWERS IN THE CHANGING ROOM HAVE BEEN COLD SINCE MONDAY',
      'Since Monday the showers in the changing rooms have been cold.',
    ],
    [
      'My name is Anna Becker and I was charged twice for the month of May.',
      'my name is anna becker, and i was charged twice for the month of may',
      'My name is Tom Becker and I was charged twice for the month of May.',
    ],
  ],
  bank: [
    [
      'I forgot the PIN of my credit card.',
      'i forgot the pin of my credit-card',
      'Hello, I have forgotten my credit card PIN!',
    ],
    [
      'My card was stolen in Lisbon last night, please block it immediately.',
      'My card was stolen in Lisbon last night - please block it, immediately!',
      'Please immediately block my card, it was stolen last night in Lisbon.',
    ],
    [
      'What is the highest amount that I can withdraw per day?',
      'What is the highest amount, that I can withdraw per day',
      "What's the highest amount I can withdraw in one day?",
    ],
    [
      'Why was my application for a mortgage declined?',
      'why was my application for a mortgage declined',
      'Could you explain why my mortgage application was declined?',
    ],
    [
      'Do you charge a fee when I pay with my card in a foreign currency?',
      'Do you charge a fee, when I pay with my card in a foreign currency?',
      'Is there a fee that you charge when I pay in foreign currency with my card?',
    ],
  ],
  cooking: [
    [
      'Which oil is best for frying fish?',
      'WHICH OIL IS BEST FOR FRYING FISH???',
      'What oil would be best to fry fish?',
    ],
    [
      'My bread never rises although I use fresh yeast. What am I doing wrong?',
      'my bread never rises, although i use fresh yeast - what am I doing wrong',
      'What am I doing wrong? I use fresh yeast, yet my bread never rises.',
    ],
    [
      'How long can I keep cooked rice in the fridge?',
      'How long can I keep cooked rice in the fridge',
      'How long may cooked rice be kept in the fridge?',
    ],
    [
      'Please give me a recipe for a vegan lasagne for six people.',
      'please give me a recipe for a vegan lasagné for six people',
      'Give me a vegan lasagne recipe for eight people, please.',
    ],
    [
      'Can I replace butter with olive oil when I bake a cake?',
      'Can I replace butter with olive-oil when I bake a cake?!',
      'When baking a cake, can butter be replaced with olive oil?',
    ],
  ],
  Bahn: [
    [
      'Mein Zug hatte zwei Stunden Verspätung. Bekomme ich mein Geld zurück?',
      'mein zug hatte zwei stunden Verspatung, bekomme ich mein geld zurück',
      'Guten Tag, bekomme ich Geld zurück, wenn mein Zug zwei Stunden Verspätung hatte?',
    ],
    [
      'Darf ich mein Fahrrad im ICE mitnehmen?',
      'Darf ich mein FAHRRAD im ICE mitnehmen',
      'Kann ich das Fahrrad im ICE mitnehmen?',
    ],
    [
      'Ich habe meinen Rucksack im Zug von Köln nach Mainz vergessen.',
      'Ich habe meinen Rucksack im Zug von KÖLN nach MAINZ vergessen!!',
      'Im Zug von Köln nach Mainz habe ich leider meinen Rucksack vergessen.',
    ],
    [
      'Wie kann ich die BahnCard 50 kündigen?',
      'wie kann ich die bahncard 50 kündigen',
      'Ich möchte meine BahnCard 25 kündigen, wie geht das?',
    ],
  ],
  注文: [
    [
      '注文した商品がまだ届いていません。',
      '注文した商品がまだ届いていません!',
      'すみません、注文した商品がまだ届きません。',
    ],
    ['配送先の住所を変更したいです。', '配送先の住所を変更したいです', '配送先の住所を変更できますか?'],
    [
      'クレジットカードで支払うことはできますか?',
      'ｸﾚｼﾞｯﾄｶｰﾄﾞで支払うことはできますか',
      'クレジットカードで支払えますか?',
    ],
    [
      '届いた茶碗が割れていたので、返品をお願いします。',
      '届いた茶碗が割れていたので返品をお願いします',
      '茶碗が割れて届いたので返品したいです。',
    ],
  ],
  酒店: [
    ['我想取消明天的酒店预订。', '我想取消明天的酒店预订！！', '您好，我想取消明天预订的酒店。'],
    ['酒店的早餐几点开始?', '酒店的早餐，几点开始？', '请问酒店早餐几点开始?'],
    ['房间里的空调坏了,能换一间吗?', '房间里的空调坏了 能换一间吗', '我房间的空调坏了，可以换一间房吗?'],
  ],
};

export const planted: readonly Planted[] = Object.entries(byTopic).flatMap(([topic, rows]) =>
  rows.map(([text, variant, paraphrase]) => ({ topic, text, variant, paraphrase })),
);

/** More questions and their paraphrases, kept apart from the first ones while features were tried. */
export const further: readonly Pick<Planted, 'topic' | 'text' | 'paraphrase'>[] = [
  {
    topic: 'dentist',
    text: 'I need an appointment for a check-up next week.',
    paraphrase: 'Next week I need a check-up appointment.',
  },
  {
    topic: 'dentist',
    text: 'My filling fell out yesterday evening and it hurts.',
    paraphrase: 'Hello doctor, yesterday evening my filling fell out and it is hurting.',
  },
  {
    topic: 'dentist',
    text: 'Does the insurance pay for professional cleaning?',
    paraphrase: 'Will my insurance pay for a professional cleaning?',
  },
  {
    topic: 'dentist',
    text: 'Can I eat normally after the wisdom tooth was pulled?',
    paraphrase: 'After my wisdom tooth has been pulled, can I eat normally?',
  },
  {
    topic: 'dentist',
    text: 'Please move my appointment from Tuesday 9:00 to Thursday afternoon.',
    paraphrase: 'Could you please move my Tuesday 10:30 appointment to Thursday afternoon?',
  },
  {
    topic: 'rental',
    text: 'The heating in my flat has been off since Saturday.',
    paraphrase: 'My flat heating is off since Saturday, please send someone.',
  },
  {
    topic: 'rental',
    text: 'How much notice do I have to give before I move out?',
    paraphrase: 'Before moving out, how much notice must I give?',
  },
  {
    topic: 'rental',
    text: 'Am I allowed to keep a dog in the apartment?',
    paraphrase: 'May I keep a dog in my apartment?',
  },
  {
    topic: 'rental',
    text: 'The neighbours upstairs play loud music every night.',
    paraphrase: 'Every single night the upstairs neighbours are playing loud music!',
  },
  {
    topic: 'rental',
    text: 'When will I get my deposit back?',
    paraphrase: 'When do I get the deposit back? I moved out in March.',
  },
  {
    topic: 'phone',
    text: 'My internet has been slow since the last update.',
    paraphrase: 'Since the last update my internet is very slow.',
  },
  {
    topic: 'phone',
    text: 'How do I set up call forwarding on an Android phone?',
    paraphrase: 'Hey! How can I set up call forwarding on my Android phone?',
  },
  {
    topic: 'phone',
    text: 'I was billed 39.90 instead of 29.90 this month.',
    paraphrase: 'This month I was billed 44.90 instead of 34.90.',
  },
  {
    topic: 'phone',
    text: 'Can I keep my number when I switch to you?',
    paraphrase: 'Can I keep my phone number if I switch to you?',
  },
  {
    topic: 'phone',
    text: 'Is roaming in Switzerland included in my plan?',
    paraphrase: 'Does my plan include roaming in Switzerland?',
  },
  {
    topic: 'travel',
    text: 'Plan a three day trip to Vienna with two small children.',
    paraphrase: 'Please plan a 3 day trip to Vienna with two small kids.',
  },
  {
    topic: 'travel',
    text: 'Do I need a visa to travel to Japan for ten days?',
    paraphrase: 'Do I need a visa for a ten day trip to Japan?',
  },
  {
    topic: 'travel',
    text: 'What is the cheapest way to get from the airport to the city?',
    paraphrase: 'Which is the cheapest way from the airport into the city?',
  },
  {
    topic: 'travel',
    text: 'My suitcase was damaged on the flight to Rome.',
    paraphrase: 'On the flight to Madrid my suitcase was damaged.',
  },
  {
    topic: 'travel',
    text: 'Are there any museums that are open on Mondays?',
    paraphrase: 'Which museums are open on Monday?',
  },
  {
    topic: 'versicherung',
    text: 'Ich möchte meine Adresse ändern.',
    paraphrase: 'Bitte ändern Sie meine Adresse, ich bin umgezogen.',
  },
  {
    topic: 'versicherung',
    text: 'Zahlt die Versicherung, wenn mein Handy ins Wasser gefallen ist?',
    paraphrase: 'Mein Handy ist ins Wasser gefallen, zahlt das die Versicherung?',
  },
  {
    topic: 'versicherung',
    text: 'Wie melde ich einen Wasserschaden in der Küche?',
    paraphrase: 'Guten Abend, wie kann ich einen Wasserschaden in meiner Küche melden?',
  },
  {
    topic: '予約',
    text: '来週の金曜日に二名で予約したいです。',
    paraphrase: '来週の金曜日、二名で予約をお願いします。',
  },
  { topic: '予約', text: '予約の時間を七時に変更できますか?', paraphrase: '予約の時間を八時に変更したいのですが。' },
  { topic: '予約', text: '駐車場はありますか?', paraphrase: 'お店に駐車場はありますか?' },
  {
    topic: 'python',
    text: 'How do I sort a list of dictionaries by a key in Python?',
    paraphrase: 'In Python, how can I sort a list of dicts by key?',
  },
  { topic: 'python', text: 'Why does my loop never end?', paraphrase: 'My loop never ends. Why?' },
  {
    topic: 'python',
    text: 'Write a function that reverses a string without using slicing.',
    paraphrase: 'Write me a function which reverses a string, not using slicing.',
  },
  {
    topic: 'python',
    text: 'What is the difference between a list and a tuple?',
    paraphrase: 'Explain the difference between lists and tuples.',
  },
];

/** One sentence with another matter: neighbours at most, never duplicates. */
export const sameFrame: readonly (readonly [string, string])[] = [
  ['How do I cancel my membership?', 'How do I freeze my membership?'],
  ['My kettle arrived broken.', 'My kettle arrived late.'],
  ['Where is my order?', 'Where is my invoice?'],
  ['What is 12 + 35?', 'What is 48 + 7?'],
  ['What is 17 * 4?', 'What is 19 * 6?'],
  ['Can I pay by credit card?', 'Can I pay by bank transfer?'],
  ['Translate "good morning" into French.', 'Translate "see you later" into French.'],
  ['Write a poem about the sea.', 'Write a poem about my grandmother.'],
  ['How long can I keep cooked rice in the fridge?', 'How long can I keep raw chicken in the freezer?'],
  ['The app crashes when I open the camera.', 'The app crashes when I log in.'],
  ['Wie kann ich meinen Vertrag kündigen?', 'Wie kann ich meinen Vertrag verlängern?'],
  ['予約をキャンセルしたいです。', '予約を変更したいです。'],
  ['Does the vacuum cleaner come with spare bags?', 'Does the vacuum cleaner come with a warranty?'],
  ['What are the opening hours on Sunday?', 'What are the prices on Sunday?'],
  ['What is the difference between a list and a tuple?', 'What is the difference between is and == in Python?'],
];
