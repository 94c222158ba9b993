/** Simple messages in German, by matter. Slots as in `generator-words.ts`; the thing is left out, as it has no German name. */
import { choose, type Draw, type Facts } from './generator-words.ts';

const TOLD: Readonly<Record<string, readonly string[]>> = {
  delivery: [
    'mein Paket sollte am {date} kommen und ist nicht da.',
    'seit {n} Tagen steht die Sendung in {place} und bewegt sich nicht.',
    'der Fahrer hat nicht geklingelt, obwohl ich zu Hause war.',
    'die Sendungsnummer wird auf Ihrer Seite nicht gefunden.',
    'laut Zettel liegt alles bei einem Nachbarn namens {name}, den es hier nicht gibt.',
  ],
  damage: [
    'die Ware kam zerbrochen an, die Ecke ist ab.',
    'nach {n} Wochen geht das Gerät nicht mehr an und riecht verbrannt.',
    'die Farbe blättert ab und eine Schraube ist verbogen.',
    'der Griff ist nach dem ersten Gebrauch abgebrochen.',
    'schon beim Auspacken fielen mir Scherben entgegen.',
  ],
  wrong_item: [
    'ich habe Grün bestellt und Rosa bekommen.',
    'in der Schachtel lagen nur fünf statt sechs Stück.',
    'auf dem Paket steht mein Name, drin ist die Bestellung von {name}.',
    'statt der großen Ausführung kam die für Kinder.',
    'Schrauben und Anleitung fehlen.',
  ],
  refund: [
    'ich habe die Ware am {date} zurückgeschickt und noch kein Geld erhalten.',
    'wie schicke ich etwas zurück, das nicht durch die Tür passt?',
    'das Rücksendeetikett lag nicht bei.',
    'Sie haben nur einen Teil des Betrags überwiesen, es fehlen {amount}.',
    'am {day} wollte jemand die Rücksendung abholen, gekommen ist keiner.',
  ],
  login: [
    'ich komme nicht mehr in mein Konto, das Passwort wird abgelehnt.',
    'der Code per SMS kommt nie an.',
    'die App stürzt ab, sobald ich den Warenkorb öffne.',
    'nach {n} Versuchen bin ich gesperrt.',
    'in meinem Konto steht plötzlich ein Fremder: {name}.',
  ],
  charge: [
    'mir wurden zweimal {amount} abgebucht.',
    'auf meinem Auszug steht eine Zahlung vom {date}, die ich nicht kenne.',
    'mein Gutschein wird an der Kasse nicht angenommen.',
    'im Warenkorb ist der Preis auf einmal um {amount} höher.',
    'Sie mahnen einen Betrag an, den ich am {date} überwiesen habe.',
  ],
  invoice: [
    'mir fehlt die Rechnung vom {date} für die Steuer.',
    'die Rechnung ist auf {name} ausgestellt, das bin ich nicht.',
    'auf der Rechnung fehlt die Umsatzsteuer-Nummer.',
    'die Summe stimmt nicht, sie liegt um {amount} zu hoch.',
    'unser Büro in {place} braucht alles auf einem einzigen Beleg.',
  ],
  change: [
    'bitte stornieren Sie meine Bestellung, ich habe mich vertan.',
    'ich habe die alte Adresse in {place} angegeben.',
    'ich wollte nur ein Stück, das Formular hat {n} daraus gemacht.',
    'kann ich Blau statt Weiß haben, noch ist nichts verschickt?',
    'das Abonnement soll bis {date} ruhen.',
  ],
  question: [
    'wie breit ist der Artikel ohne die Griffe?',
    'wann ist die Ware wieder lieferbar?',
    'kann das Stück im Winter draußen in {place} stehen?',
    'brauche ich zum Aufbau einen Bohrer?',
    'worin liegt der Unterschied zum Modell, das {amount} mehr kostet?',
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

const DAYS: Readonly<Record<string, string>> = {
  Monday: 'Montag',
  Tuesday: 'Dienstag',
  Wednesday: 'Mittwoch',
  Thursday: 'Donnerstag',
  Friday: 'Freitag',
  Saturday: 'Samstag',
};
const MONTHS = 'Januar Februar März April Mai Juni Juli August September Oktober November'.split(' ');
const ENGLISH_MONTHS = 'January February March April May June July August September October November'.split(' ');
const NUMBERS = 'zwei drei vier fünf sechs sieben acht neun'.split(' ');
const ENGLISH_NUMBERS = 'two three four five six seven eight nine'.split(' ');

/** The same facts as a German writes them. */
export function germanFacts(facts: Facts): Facts {
  const [day = '', month = ''] = facts.date.split(' ');
  return {
    ...facts,
    day: DAYS[facts.day] ?? facts.day,
    date: `${day}. ${MONTHS[ENGLISH_MONTHS.indexOf(month)] ?? month}`,
    n: NUMBERS[ENGLISH_NUMBERS.indexOf(facts.n)] ?? facts.n,
    amount: facts.amount.replace('.', ',').replace('euros', 'Euro'),
  };
}

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
