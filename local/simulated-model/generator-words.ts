/** Things, names, places, days and numbers that customers write of, and how they are drawn. */
import type { ThingKind } from './generator-situation.ts';
import { pick, unit } from './text.ts';

/** A number in [0, 1) for each purpose: the same for the same request and seed. */
export type Draw = (purpose: string) => number;

/** @param key a hash of the request */
export function drawsOf(seed: number, key: number): Draw {
  return (purpose) => unit(seed, key, purpose);
}

export function below(draw: Draw, name: string | number): Draw {
  return (purpose) => draw(`${name}/${purpose}`);
}

export function choose<T>(items: readonly T[], draw: Draw, purpose: string): T {
  const item = pick(items, draw(purpose));
  if (item === undefined) throw new Error(`There is nothing to choose for ${purpose}.`);
  return item;
}

/** All items, in an order that is drawn. */
export function shuffled<T>(items: readonly T[], draw: Draw, purpose: string): T[] {
  return items
    .map((item, at) => ({ item, order: draw(`${purpose} ${at}`) }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

const THINGS_BY_KIND: Readonly<Record<ThingKind, readonly string[]>> = {
  furniture: split(
    'oak chair, dining table, bookcase, corner sofa, wardrobe, dresser, wall shelf, bar stool and table, chest of drawers, rocking chair, tall mirror, hall bench, folding chair, desk chair, side table, glass-door bookcase',
  ),
  appliance: split(
    'kettle, toaster, hand blender, stand mixer, mini fridge, coffee machine, egg scale, vacuum, fan heater, waffle machine, steam mixer, milk heater, bread machine, ice machine, kitchen scale, robot vacuum',
  ),
  glass: split(
    'vase, teapot, glass bowl and lid, wine glass, cake plate, serving plate, blue vase, glass jug, soup plate, water glass, round mirror, glass lampshade, coffee glass, butter plate, egg plate, salad plate',
  ),
  light: split(
    'floor lamp, desk lamp, bedside lamp, solar lamp, string of bulbs, ceiling lamp, lantern lamp, paper lampshade, alarm clock with a lamp, wall lamp, reading lamp, battery lamp, cordless drill, garden lamp',
  ),
  garden: split(
    'garden bench, planter, watering can and planter, iron table, garden fork, deck chair, fire pan, bird table, hedge knife, zinc planter, tool shelf, garden clock, sun chair, plant shelf, balcony table, pruning knife',
  ),
  cloth: split(
    'wool blanket, linen curtain, feather pillow, cotton bedding, hall rug, sofa cushion, mattress, velvet curtain, down pillow, bath rug, picnic blanket, chair cushion, striped rug, winter bedding, throw blanket, shower curtain',
  ),
};
const KINDS: readonly ThingKind[] = ['furniture', 'appliance', 'glass', 'light', 'garden', 'cloth'];

const NAMES = split(
  'Mira Olsen, Tom Becker, Ms Adeyemi, Paul Novak, Mr Rossi, Hanna Lind, Yusuf Demir, Mrs Clarke, Ana Costa, Jonas Weber, Ms Petrova, Liam Byrne, Mr Tanaka, Zoe Martin, Mrs Kaya, Ivo Horvat, Ruth Engel, Sam Okoro, Ms Laurent, Piotr Zielinski, Nora Haas, Mr Singh, Eva Molnar, Carl Berg',
);
const PLACES = split(
  'Leeds, Ghent, Bern, Cork, Porto, Graz, Aarhus, Bath, Turin, Lyon, Bonn, Malmo, Perth, York, Utrecht, Vienna, Galway, Bilbao, Tampere, Dover, Krakow, Basel, Kiel, Bergen',
);
const DAYS = split('Monday, Tuesday, Wednesday, Thursday, Friday, Saturday');
const MONTHS = split('January, February, March, April, May, June, July, August, September, October, November');
const NUMBERS = split('two, three, four, five, six, seven, eight, nine, 10, 11, 12, 14, 15, 18');
const DEVICES = split(
  'an iPhone, an old iPad, an Android phone, a Samsung tablet, Windows and Firefox, my MacBook, Chrome on a laptop, Edge, Safari, a Linux laptop',
);

function split(list: string): string[] {
  return list.split(', ');
}

/** What one customer's message is about, so that it names the same thing and day throughout. */
export type Facts = Readonly<Record<Slot, string>>;
type Slot = 'thing' | 'order' | 'day' | 'date' | 'amount' | 'name' | 'place' | 'n' | 'device';

/** @param prefix what order numbers of the shop begin with */
export function factsOf(draw: Draw, about: ThingKind | undefined, prefix: string): Facts {
  const kind = about ?? choose(KINDS, draw, 'kind');
  return {
    thing: choose(THINGS_BY_KIND[kind], draw, 'thing'),
    order: `${prefix}${10_000 + Math.floor(draw('order') * 89_999)}`,
    day: choose(DAYS, draw, 'day'),
    date: `${1 + Math.floor(draw('date') * 28)} ${choose(MONTHS, draw, 'month')}`,
    amount: `${3 + Math.floor(draw('amount') ** 2 * 480)}.${choose(['00', '50', '90', '95'], draw, 'cents')} euros`,
    name: choose(NAMES, draw, 'name'),
    place: choose(PLACES, draw, 'place'),
    n: choose(NUMBERS, draw, 'n'),
    device: choose(DEVICES, draw, 'device'),
  };
}

/** A pattern with its slots filled: `{thing}`, `{order}`, … */
export function filled(pattern: string, facts: Facts): string {
  const known = new Map<string, string>(Object.entries(facts));
  return pattern.replace(/\{(\w+)\}/g, (slot, name: string) => known.get(name) ?? slot);
}
