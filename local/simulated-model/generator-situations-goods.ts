/** Situations of customers whose goods are late, broken or not what they ordered. What stands in braces is filled in. */
import type { Situations } from './generator-situation.ts';

export const GOODS_SITUATIONS: Situations = {
  delivery: [
    {
      topic: 'a parcel that has not come',
      told: [
        'My {thing} was meant to come on {day} and nobody came.',
        'I ordered a {thing} {n} weeks ago and still have nothing to show for it.',
        'Since {date} I am waiting for the {thing}, and there is no sign of it.',
        'You promised two days for the {thing}, and now it is {n} weeks.',
      ],
      brief: ['where is my {thing}', 'still waiting for the {thing}', 'no {thing} since {day}'],
    },
    {
      topic: 'tracking that does not move',
      told: [
        'According to the tracking page the {thing} has been at the depot in {place} since {date}.',
        'The tracking has said "on its way" for {n} days, always the same line.',
        'Each time I open the tracking link for my {thing} I see a blank page.',
        'Tracking jumped from {place} back to the warehouse, which makes no sense to me.',
      ],
      brief: ['tracking stuck in {place}', 'tracking link for the {thing} is dead', 'status unchanged for {n} days'],
    },
    {
      topic: 'a parcel marked as delivered that is not there',
      told: [
        'The {thing} is shown as delivered on {day}, but there is nothing at my door.',
        'Your courier has a signature from {name}, and nobody of that name lives here.',
        'Supposedly my parcel was handed over at noon; I was at home and heard no bell.',
        'I asked all neighbours about the {thing} that was delivered, and none of them has it.',
      ],
      brief: ['says delivered, nothing here', 'who is {name}, who signed for my {thing}?', 'delivered where exactly'],
    },
    {
      topic: 'part of an order that is still missing',
      told: [
        'Two of three boxes came on {day}, and the one with the {thing} did not.',
        'The {thing} was left out of my delivery and the slip says it follows later.',
        'I have the legs and the screws by now, but the {thing} itself has not arrived.',
        'Half of what I paid for came, and about the rest nobody tells me anything.',
      ],
      brief: ['when does the rest come', 'box {n} of the {thing} has not arrived', 'only half of it delivered'],
    },
    {
      topic: 'a courier who did not ring',
      told: [
        'The driver left a card on {day} although I sat ten steps from the bell.',
        'My {thing} was thrown over the fence by your courier while it rained.',
        'Your courier drove past my house in {place} without stopping; I saw the van.',
        'Nobody rang, and now the {thing} lies in a shop at the other end of {place}.',
      ],
      brief: ['driver never rang', 'courier dumped the {thing} in the rain', 'card in the letter box, was at home'],
    },
    {
      topic: 'a day of delivery that does not suit',
      told: [
        'The courier wants to bring the {thing} on {day}, when there is nobody in.',
        'I cannot wait from eight to six for a van; which hour will it be?',
        'For the {thing} I would need a delivery after {date}, as we move house.',
        'On {day} I am in {place} for work, and the delivery is planned for then.',
      ],
      brief: ['not in on {day}, deliver later?', 'what time does the van come', 'other day for the {thing} please'],
    },
    {
      topic: 'delivery to another country',
      told: [
        'My {thing} is held by customs in {place} and they want papers from you.',
        'I live in {place}; does the delivery of a {thing} to us take longer?',
        'The courier wrote that the parcel goes back because a customs form has no value on it.',
        'From {place} I was asked for {amount} in duty before the parcel is released.',
      ],
      brief: ['customs in {place} has my {thing}', 'delivery to {place}, how long', 'duty of {amount} for a parcel?'],
    },
  ],
  damage: [
    {
      topic: 'damaged furniture',
      about: 'furniture',
      told: [
        'One leg of the {thing} is cracked from top to bottom.',
        'The {thing} came with a deep scratch right across the front.',
        'When I lifted the {thing} out of its carton, a corner came off in my hand.',
        'After {n} days the {thing} wobbles so much that nobody dares to use it.',
      ],
      brief: ['{thing} scratched', 'leg of the {thing} broke', 'new {thing}, cracked already'],
    },
    {
      topic: 'a kitchen appliance that stopped working',
      about: 'appliance',
      told: [
        'The {thing} died this morning with a bang and a smell of burning.',
        'Our {thing} hums, goes warm and then does nothing at all.',
        'Since {day} the {thing} leaks whenever I fill it.',
        'After barely {n} weeks the {thing} stopped working in the middle of breakfast.',
      ],
      brief: ['{thing} dead', '{thing} smells of burning', 'my {thing} leaks'],
    },
    {
      topic: 'glass or china broken on the way',
      about: 'glass',
      told: [
        'The carton rattled, and inside the {thing} was in pieces.',
        'There was no padding at all around the {thing}, so of course it is chipped.',
        'I cut my finger on what is left of the {thing}.',
        'Of the set, {n} arrived broken, and the {thing} has a crack below the rim.',
      ],
      brief: ['{thing} in pieces', 'shards where my {thing} should be', 'chipped {thing}'],
    },
    {
      topic: 'a lamp or battery that fails',
      about: 'light',
      told: [
        'The {thing} flickers as soon as it gets dark and goes off after a minute.',
        'I charged the {thing} all night and the battery is dead again by noon.',
        'A new bulb makes no difference: the {thing} stays dark.',
        'There are sparks at the switch of the {thing}; is it safe?',
      ],
      brief: ['{thing} flickers', 'battery dead in the {thing}', '{thing} stays dark, new bulb too'],
    },
    {
      topic: 'garden goods that rust or fade',
      about: 'garden',
      told: [
        'The {thing} is described as weatherproof and rusted after the first rain.',
        'In {n} weeks of sun the {thing} lost half of its colour.',
        'A weld on the {thing} gave way, and the screws are bent.',
        'The paint of the {thing} peels off in strips wherever the sun gets at it.',
      ],
      brief: ['{thing} rusted already', 'paint peels off the {thing}', '{thing} gave way'],
    },
    {
      topic: 'cloth and bedding of bad quality',
      about: 'cloth',
      told: [
        'The {thing} lost feathers from the first night on.',
        'I washed the {thing} at thirty degrees as the label says, and now it is far shorter.',
        'The zip of the {thing} does not close, and a seam came open on {day}.',
        'Dye from the {thing} came off on a white wall.',
      ],
      brief: ['{thing} shrank', 'zip of the {thing} broke', 'seam open on the {thing}'],
    },
    {
      topic: 'something that broke after years',
      told: [
        'I have had the {thing} for {n} years and last week it broke.',
        'The hinge of my old {thing} came off; do you still have the part?',
        'My mother bought this {thing} from you long ago, and the handle is cracked.',
        'Out of guarantee by {n} days, and the {thing} gives up. Is that how you plan it?',
      ],
      brief: ['old {thing} broke, parts?', '{thing} dead after {n} years', 'hinge for a {thing}'],
    },
  ],
  wrong_item: [
    {
      topic: 'the wrong colour',
      told: [
        'I ordered the {thing} in green and what came was pink.',
        'The {thing} you sent is black; the picture shows it in oak.',
        'We have two different shades: one {thing} is cream, the other grey.',
        'The label on the carton says blue, the {thing} inside is red.',
      ],
      brief: ['wrong colour: {thing}', 'pink {thing}, I ordered the grey one', 'two shades of one {thing}'],
    },
    {
      topic: 'the wrong size',
      told: [
        'You sent a {thing} for a child, I ordered the large one.',
        'The {thing} turns out to be {n} centimetres narrower than the description promised.',
        'I measured twice: this {thing} is not the size on my invoice.',
        'In the box was a {thing} so big that it blocks the door.',
      ],
      brief: ['{thing} too small, wrong size sent', 'sent the wrong size', '{thing} {n} cm short'],
    },
    {
      topic: 'parts missing in the box',
      told: [
        'There are no screws in the box of the {thing}.',
        'The {thing} came without a plug and without instructions.',
        'A bag marked with a C should hold {n} bolts and holds none.',
        'I have built the {thing} up to step {n}, and there a part is missing.',
      ],
      brief: ['no screws with the {thing}', 'instructions missing', 'bag C empty, cannot finish the {thing}'],
    },
    {
      topic: 'too few pieces',
      told: [
        'I paid for six and there were only five in the box.',
        'One {thing} was packed where the order says two.',
        'The packing slip lists {n}, my kitchen table counts fewer.',
        'A pair, so I thought, is two; you sent a single {thing}.',
      ],
      brief: ['five in place of six', 'one {thing} short', 'counted twice: one missing'],
    },
    {
      topic: "somebody else's order",
      told: [
        "The parcel has my name on it, but inside is somebody else's {thing}.",
        'I received a {thing} that a {name} in {place} must be waiting for.',
        'There must be a mix-up: I ordered a {thing} and got dog food.',
        'In place of my {thing} you sent me {n} shower curtains.',
      ],
      brief: ['I have the {thing} of {name}', 'not my parcel', 'got dog food, ordered a {thing}'],
    },
    {
      topic: 'a used or opened product',
      told: [
        'The {thing} has coffee stains and was sold to me as new.',
        'Tape on the box had been cut before, and a long hair stuck to the {thing}.',
        'What you sent looks like a display model, price tag and all.',
        'Somebody has already built and taken apart this {thing}: the holes are worn.',
      ],
      brief: ['{thing} is used', 'box was open before', 'a display model?'],
    },
    {
      topic: 'a product unlike its description',
      told: [
        'Solid wood, said the description, and the {thing} is paper on chipboard.',
        'The page speaks of a {thing} made in {place}; the sticker says otherwise.',
        'In your photos the {thing} has a lid, in reality there was none.',
        'It was called silent, and the {thing} you send is louder than my car.',
      ],
      brief: ['{thing} is not as described', 'chipboard, not oak', 'photo shows a lid, {thing} has none'],
    },
  ],
};
