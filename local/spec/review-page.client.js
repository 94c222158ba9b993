// The script of the review page. It shows texts by textContent alone and asks nothing of any network.
const data = JSON.parse(document.getElementById('data').textContent);
const { review, shown } = data;
const storageKey = `review ${review.spec} ${review.specHash} ${review.round}`;
const element = (id) => document.getElementById(id);
const said = readSaid();
let at = Math.max(
  0,
  review.examples.findIndex(({ id }) => said[id] === undefined),
);

/** What was said so far, by example. A browser that keeps nothing for files loses it with the page. */
function readSaid() {
  const known = Object.fromEntries(
    review.examples.filter(({ rating }) => rating !== null).map(({ id, rating, why }) => [id, { rating, why }]),
  );
  try {
    return { ...known, ...JSON.parse(localStorage.getItem(storageKey) ?? '{}') };
  } catch {
    return known;
  }
}

function keepSaid() {
  try {
    localStorage.setItem(storageKey, JSON.stringify(said));
  } catch {
    // The file that is saved at the end is what counts.
  }
}

function put(id, text) {
  element(id).textContent = text;
}

function show() {
  const example = review.examples[at];
  const texts = shown[at];
  const answer = said[example.id];
  put('place', `Example ${at + 1} of ${review.examples.length}`);
  put('input', texts.input);
  element('reference').hidden = texts.expected === null;
  put('expected', texts.expected ?? '');
  put('output', texts.output);
  element('rate').hidden = answer !== undefined;
  element('verdict').hidden = answer === undefined;
  if (answer !== undefined) {
    const agrees = answer.rating === texts.verdict;
    put('yours', `You: ${answer.rating}`);
    put('judges', `The judge: ${texts.verdict}`);
    element('judges').className = agrees ? 'agrees' : 'differs';
    put('reasoning', texts.reasoning);
    element('disagreement').hidden = agrees;
    element('why').value = answer.why ?? '';
  } else {
    // Nothing of the verdict stands in the page before the rating does.
    for (const id of ['yours', 'judges', 'reasoning']) put(id, '');
  }
  element('back').disabled = at === 0;
  element('next').disabled = at === review.examples.length - 1;
  tellProgress();
}

function tellProgress() {
  const rated = review.examples.flatMap(({ id }, i) =>
    said[id] === undefined ? [] : [[said[id].rating, shown[i].verdict]],
  );
  const agreed = rated.filter(([rating, verdict]) => rating === verdict).length;
  put('progress', `${rated.length} of ${review.examples.length} rated, ${agreed} as the judge does.`);
}

/** A rating stands: who has heard the judge may not change it. */
function rate(rating) {
  const { id } = review.examples[at];
  if (said[id] !== undefined) return;
  said[id] = { rating, why: null };
  keepSaid();
  show();
  const focus = rating === shown[at].verdict ? element('next') : element('why');
  focus.focus();
}

function move(by) {
  const to = at + by;
  if (to < 0 || to >= review.examples.length) return;
  at = to;
  show();
  element('place').focus();
}

/** The review as it is kept beside the spec, with the ratings. */
function filled() {
  const examples = review.examples.map((example, i) => {
    const answer = said[example.id];
    if (answer === undefined) return example;
    const judge = { verdict: shown[i].verdict, reasoning: data.reasonings[i] };
    return { ...example, rating: answer.rating, why: answer.why, judge };
  });
  return { ...review, examples };
}

function save() {
  const blob = new Blob([`${JSON.stringify(filled(), null, 2)}\n`], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = 'review.json';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

element('pass').addEventListener('click', () => rate('pass'));
element('fail').addEventListener('click', () => rate('fail'));
element('back').addEventListener('click', () => move(-1));
element('next').addEventListener('click', () => move(1));
element('save').addEventListener('click', save);
element('why').addEventListener('input', ({ target }) => {
  said[review.examples[at].id].why = target.value;
  keepSaid();
});
document.addEventListener('keydown', (event) => {
  if (event.target.localName === 'textarea' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'p') rate('pass');
  else if (event.key === 'f') rate('fail');
  else if (event.key === 'ArrowLeft') move(-1);
  else if (event.key === 'ArrowRight') move(1);
  else return;
  event.preventDefault();
});
show();
