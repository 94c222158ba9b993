/**
 * The six fields of an AWS cron expression, checked by AWS's rules and told as a pattern of croner's. AWS counts days of
 * the week from 1 (SUN), and one of the two fields for days must be `?`:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based. Pure.
 */

/** What a field is called, and the numbers that it may have. */
interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Words for its numbers, the first for `from`. */
  readonly words?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const MINUTE: Field = { name: 'minutes', from: 0, to: 59 };
const HOUR: Field = { name: 'hours', from: 0, to: 23 };
const DAY: Field = { name: 'day of the month', from: 1, to: 31 };
const MONTH: Field = { name: 'month', from: 1, to: 12, words: MONTHS };
const WEEKDAY: Field = { name: 'day of the week', from: 1, to: 7, words: DAYS };
const YEAR: Field = { name: 'year', from: 1970, to: 2199 };

/** What is wrong with an expression, and what to do about it. */
export class CronFieldError extends Error {
  override readonly name = 'CronFieldError';
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/**
 * The pattern for croner (seconds first, days of the week from 0), in which only numbers and `L`, `W`, `#` are left.
 * @param text what stands between the brackets of `cron(...)`
 * @throws CronFieldError
 */
export function cronPattern(text: string): string {
  const fields = text.trim().toUpperCase().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields;
  if (fields.length !== 6) {
    const found = text.trim() === '' ? 0 : fields.length;
    throw new CronFieldError(
      `has ${found} field${found === 1 ? '' : 's'}, and cron has six: minutes, hours, day of the month, month, day of the week, year.`,
      'For example cron(0 6 ? * MON *): Mondays at six.',
    );
  }
  if ((day === '?') === (weekday === '?')) {
    throw new CronFieldError(
      day === '?'
        ? 'has ? for the day of the month and for the day of the week.'
        : 'names a day of the month and a day of the week.',
      'One of the two must be ?, for example cron(0 6 ? * MON *) or cron(0 6 1 * ? *).',
    );
  }
  return [
    '0',
    numbers(MINUTE, minute),
    numbers(HOUR, hour),
    day === '?' ? '*' : dayOfMonth(day),
    numbers(MONTH, month),
    weekday === '?' ? '*' : dayOfWeek(weekday),
    numbers(YEAR, year),
  ].join(' ');
}

/** `L`: the last day; `15W`: the weekday nearest to the fifteenth. */
function dayOfMonth(text: string): string {
  if (text === 'L') return 'L';
  const nearest = /^(\d{1,2})W$/.exec(text)?.[1];
  return nearest === undefined ? numbers(DAY, text) : `${single(DAY, nearest)}W`;
}

/** `L`: Saturday; `6L` and `FRIL`: the last Friday of the month; `3#2`: the second Tuesday. */
function dayOfWeek(text: string): string {
  if (text === 'L') return '6';
  const last = /^(\w+)L$/.exec(text)?.[1];
  if (last !== undefined) return `${single(WEEKDAY, last) - 1}#L`;
  const [, day, nth] = /^(\w+)#(\d+)$/.exec(text) ?? [];
  if (day !== undefined && nth !== undefined) {
    if (Number(nth) < 1 || Number(nth) > 5) throw wrong(WEEKDAY, text, 'After # stands 1 to 5, as in 3#2.');
    return `${single(WEEKDAY, day) - 1}#${Number(nth)}`;
  }
  const listed = numbers(WEEKDAY, text);
  return listed === '*'
    ? '*'
    : listed
        .split(',')
        .map((one) => Number(one) - 1)
        .join(',');
}

/** All numbers that a field stands for, as a list; `*` where it is every one. */
function numbers(field: Field, text: string): string {
  if (text === '*') return '*';
  const all = new Set<number>();
  for (const part of text.split(',')) for (const one of numbersOf(field, part)) all.add(one);
  return [...all].sort((a, b) => a - b).join(',');
}

function numbersOf(field: Field, part: string): number[] {
  const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
  const [first = '', last] = range === '*' ? [String(field.from), String(field.to)] : range.split('-');
  const every = step === undefined ? 1 : Number(step);
  if (range === '' || every < 1 || range.split('-').length > 2) throw wrong(field, part);
  const from = single(field, first);
  const to = last === undefined ? (step === undefined ? from : field.to) : single(field, last);
  if (to < from) throw wrong(field, part, 'A range goes from the smaller to the larger.');
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, i) => from + i * every);
}

function single(field: Field, text: string): number {
  const word = field.words?.indexOf(text) ?? -1;
  const number = word >= 0 ? field.from + word : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= field.from && number <= field.to) return number;
  throw wrong(field, text);
}

function wrong({ name, from, to, words }: Field, text: string, hint?: string): CronFieldError {
  const names = words === undefined ? '' : ` (${words[0]} to ${words.at(-1)})`;
  return new CronFieldError(
    `has ${JSON.stringify(text)} for the ${name}.`,
    hint ?? `Give ${from} to ${to}${names}, a list (1,2), a range (1-5), a step (0/15) or *.`,
  );
}
