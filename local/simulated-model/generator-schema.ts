/** Fills a JSON Schema with made-up values: each field by its name and type. */
import { choose, type Draw, type Facts } from './generator-words.ts';

/** @param text what a field holds that is for a text */
export function valueFor(schema: unknown, text: string, facts: Facts, draw: Draw): unknown {
  return fill(schema, 'message', { text, facts, draw, depth: 0 });
}

type Filling = Readonly<{ text: string; facts: Facts; draw: Draw; depth: number }>;

const DEEPEST = 8;

function fill(schema: unknown, name: string, filling: Filling): unknown {
  const { draw, depth } = filling;
  const field = (key: string): unknown =>
    typeof schema === 'object' && schema !== null ? Reflect.get(schema, key) : undefined;
  if (field('const') !== undefined) return field('const');
  const options = field('enum');
  if (Array.isArray(options) && options.length > 0) return choose(options, draw, `${name} option`);
  for (const key of ['anyOf', 'oneOf']) {
    const list = field(key);
    if (Array.isArray(list) && list.length > 0 && depth < DEEPEST) {
      return fill(list[0], name, { ...filling, depth: depth + 1 });
    }
  }
  const type = typeOf(field('type'), field('properties'));
  if (type === 'object') return depth < DEEPEST ? objectFor(field, filling) : {};
  if (type === 'array') return depth < DEEPEST ? listFor(field, name, filling) : [];
  if (type === 'boolean') return draw(name) < 0.5;
  if (type === 'null') return null;
  if (type === 'integer' || type === 'number') return numberFor(field, name, type === 'integer', draw);
  return textFor(field, name, filling);
}

function typeOf(type: unknown, properties: unknown): string {
  const first: unknown = Array.isArray(type) ? type.find((one) => one !== 'null') : type;
  return typeof first === 'string' ? first : properties === undefined ? 'string' : 'object';
}

type Field = (key: string) => unknown;

function objectFor(field: Field, filling: Filling): Record<string, unknown> {
  const properties = Object.entries(field('properties') ?? {});
  const required = field('required');
  const isNeeded = (name: string) => Array.isArray(required) && required.includes(name);
  const kept = properties.filter(([name]) => isNeeded(name) || filling.draw(`has ${name}`) < 0.8);
  return Object.fromEntries(
    kept.map(([name, schema]) => [name, fill(schema, name, { ...filling, depth: filling.depth + 1 })]),
  );
}

function listFor(field: Field, name: string, filling: Filling): unknown[] {
  const least = numberOf(field('minItems')) ?? 1;
  const most = Math.max(least, numberOf(field('maxItems')) ?? least + 1);
  const count = least + Math.floor(filling.draw(`${name} items`) * (most - least + 1));
  const draw = (at: number) => (purpose: string) => filling.draw(`${name} ${at} ${purpose}`);
  return Array.from({ length: Math.min(20, count) }, (_, at) =>
    fill(field('items'), name, { ...filling, draw: draw(at), depth: filling.depth + 1 }),
  );
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function numberFor(field: Field, name: string, isWhole: boolean, draw: Draw): number {
  const step = numberOf(field('multipleOf')) ?? (isWhole ? 1 : 0.01);
  const above = numberOf(field('exclusiveMinimum'));
  const under = numberOf(field('exclusiveMaximum'));
  const least = numberOf(field('minimum')) ?? (above === undefined ? undefined : above + step);
  const most = numberOf(field('maximum')) ?? (under === undefined ? undefined : under - step);
  const low = least ?? (most === undefined ? 1 : Math.min(most, 1));
  const high = most ?? low + 99;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.max(first, Math.floor(high / step + 1e-9));
  return Number(((first + Math.floor(draw(name) * (last - first + 1))) * step).toFixed(6));
}

/** What a text is by the name of its field; anything else is the message. */
const BY_NAME: ReadonlyArray<readonly [RegExp, (facts: Facts, text: string) => string]> = [
  [/e-?mail_?(?:address)?$|^(?:from|to)$/i, ({ name }) => `${name.toLowerCase().replace(/[^a-z]+/g, '.')}@example.com`],
  [/order|reference|ticket/i, ({ order }) => order],
  [/name|author|sender/i, ({ name }) => name],
  [/city|place|country|location|address/i, ({ place }) => place],
  [/date|day/i, ({ date }) => date],
  [/product|item|article/i, ({ thing }) => thing],
  [/device|browser/i, ({ device }) => device],
  [/price|amount|total/i, ({ amount }) => amount],
  [/phone|mobile/i, ({ order }) => `+00 555 ${order.replace(/\D/g, '')}`],
  [/subject|title|headline/i, (_, text) => text.split(/(?<=[.!?])\s|\n/)[0]?.slice(0, 80) ?? ''],
];
const DATE = '2025-03-14';

function textFor(field: Field, name: string, { text, facts, draw }: Filling): string {
  const formats: Record<string, string> = {
    date: DATE,
    'date-time': `${DATE}T09:${String(10 + Math.floor(draw('minute') * 50))}:00Z`,
    time: '09:30:00Z',
    email: `customer${Math.floor(draw('mail') * 9999)}@example.com`,
    uri: `https://example.com/${Math.floor(draw('uri') * 9999)}`,
    uuid: '00000000-0000-4000-8000-'.concat(String(Math.floor(draw('uuid') * 1e9)).padStart(12, '0')),
  };
  const format = field('format');
  const named = BY_NAME.find(([about]) => about.test(name))?.[1](facts, text) ?? text;
  const value = typeof format === 'string' && Object.hasOwn(formats, format) ? (formats[format] ?? named) : named;
  const least = numberOf(field('minLength')) ?? 0;
  return value.slice(0, numberOf(field('maxLength')) ?? value.length).padEnd(least, '.');
}
