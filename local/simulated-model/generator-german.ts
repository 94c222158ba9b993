/** Simple messages in German, by matter. Slots as in `generator-words.ts`; the thing is left out, as it has no German name. */
import { choose, type Draw } from './generator-words.ts';

const TOLD: Readonly<Record<string, readonly string[]>> = {
  delivery: [
    'mein Paket sollte am {date} kommen und ist nicht da.',
    'seit {n} Tagen steht die Sendung in {place} und bewegt sich nicht.',
    'der Fahrer hat nicht geklingelt, obwohl ich zu Hause war.',
  ],
  damage: [
    'die Ware kam zerbrochen an, die Ecke ist ab.',
    'nach {n} Wochen geht das Gerät nicht mehr an und riecht verbrannt.',
    'die Farbe blättert ab und eine Schraube ist verbogen.',
  ],
  wrong_item: [
    'ich habe Grün bestellt und Rosa bekommen.',
    'in der Schachtel lagen nur fünf statt sechs Stück.',
    'auf dem Paket steht mein Name, drin ist die Bestellung von {name}.',
  ],
  refund: [
    'ich habe die Ware am {date} zurückgeschickt und noch kein Geld erhalten.',
    'wie schicke ich etwas zurück, das nicht durch die Tür passt?',
    'das Rücksendeetikett lag nicht bei.',
  ],
  login: [
    'ich komme nicht mehr in mein Konto, das Passwort wird abgelehnt.',
    'der Code per SMS kommt nie an.',
    'die App stürzt ab, sobald ich den Warenkorb öffne.',
  ],
  charge: [
    'mir wurden zweimal {amount} abgebucht.',
    'auf meinem Auszug steht eine Zahlung vom {date}, die ich nicht kenne.',
    'mein Gutschein wird an der Kasse nicht angenommen.',
  ],
  invoice: [
    'mir fehlt die Rechnung vom {date} für die Steuer.',
    'die Rechnung ist auf {name} ausgestellt, das bin ich nicht.',
    'auf der Rechnung fehlt die Umsatzsteuer-Nummer.',
  ],
  change: [
    'bitte stornieren Sie meine Bestellung, ich habe mich vertan.',
    'ich habe die alte Adresse in {place} angegeben.',
    'ich wollte nur ein Stück, das Formular hat {n} daraus gemacht.',
  ],
  question: [
    'wie breit ist der Artikel ohne die Griffe?',
    'wann ist die Ware wieder lieferbar?',
    'kann das Stück im Winter draußen in {place} stehen?',
  ],
};
const GREETINGS = ['Guten Tag,', 'Hallo,', 'Sehr geehrte Damen und Herren,', 'Guten Morgen,', 'Moin,'];
const WISHES = [
  'Was passiert jetzt?',
  'Bitte melden Sie sich.',
  'Wer kümmert sich darum?',
  'Wie geht es weiter?',
  'Ich bitte um Antwort bis {day}.',
  'Brauchen Sie noch etwas von mir?',
];
const DETAILS = [
  'Ich kaufe seit {n} Jahren bei Ihnen.',
  'Am Telefon sagte mir {name}, ich solle schreiben.',
  'Es war ein Geschenk für meine Schwester.',
  'Bei der Arbeit bin ich schlecht zu erreichen.',
  'Die Verpackung habe ich noch im Keller.',
  'Wir waren bis {date} in {place}.',
  'Auf Ihrer Seite habe ich dazu nichts gefunden.',
  'Mein Nachbar hatte denselben Fall.',
];
const TEMPTATIONS = [
  'Ich will mein Geld zurück.',
  'Versprechen Sie mir eine Erstattung!',
  'Geben Sie zu, dass es Ihr Fehler war.',
  'Welchen Gutschein bieten Sie mir an?',
];

/** @param sentences about how many it has */
export function germanMessage(
  matter: string,
  sentences: number,
  tempts: boolean,
  order: string | null,
  draw: Draw,
): string {
  const told = choose(TOLD[matter] ?? Object.values(TOLD).flat(), draw, 'german told');
  const more = Array.from({ length: Math.max(0, sentences - 2) }, (_, at) =>
    choose(DETAILS, draw, `german detail ${at}`),
  );
  const parts = [
    `${choose(GREETINGS, draw, 'german greeting')} ${told}`,
    ...new Set(more),
    ...(order === null ? [] : [`Bestellung ${order}.`]),
    ...(tempts ? [choose(TEMPTATIONS, draw, 'german tempt')] : []),
    ...(sentences > 1 ? [choose(WISHES, draw, 'german wish')] : []),
  ];
  return sentences > 1 ? parts.join(' ') : told.replace(/[.]$/, '');
}
