/**
 * Epoch-shuffled minibatches (GEPA's default batch sampler), without any state: the minibatch of a slot is a pure
 * function of the training ids, the settings and the slot's number.
 *
 * The training set is used in epochs: each run of `ids.length` draws, counted from the first slot on, holds every
 * example once. The reference fills up an epoch's last minibatch with repeats; here it goes on into the next epoch.
 */
import { type Random, stream } from './random.ts';

/**
 * The ids of one slot's minibatch: `size` distinct ids, or all of `ids` when `size` is larger.
 *
 * Slots of one generation never share an example as long as `slotsPerGeneration * size <= ids.length`.
 *
 * @param ids training examples, in the order of the dataset; distinct.
 * @param counter number of the slot over the whole run, from 0: `(generation - 1) * slotsPerGeneration + slot`.
 * @throws RangeError when there is no example, `size` or `slotsPerGeneration` is no whole number above 0, or `counter`
 *   is no whole number from 0 on.
 */
export function minibatch(
  ids: readonly string[],
  size: number,
  seed: number,
  counter: number,
  slotsPerGeneration: number,
): string[] {
  if (ids.length === 0) throw new RangeError('a minibatch needs at least one training example');
  if (!isCount(size) || size < 1) throw new RangeError(`size must be 1 or more, got ${size}`);
  if (!isCount(slotsPerGeneration) || slotsPerGeneration < 1) {
    throw new RangeError(`slotsPerGeneration must be 1 or more, got ${slotsPerGeneration}`);
  }
  if (!isCount(counter)) throw new RangeError(`counter must be 0 or more, got ${counter}`);
  if (size >= ids.length) return [...ids];

  // Too few examples for a whole generation: then at least no minibatch repeats one.
  const generationDraws = slotsPerGeneration * size;
  const window = generationDraws <= ids.length ? generationDraws : size;

  const random = stream(seed, 'minibatch');
  const from = counter * size;
  const chosen: string[] = [];
  // An epoch depends on the one before, so all of them are gone through: a draw is paid for with two rollouts, which
  // bounds this loop by half the budget's rollouts (10 ms for the largest run).
  let epoch: string[] = [];
  for (let start = 0; chosen.length < size; start += ids.length) {
    epoch = nextEpoch(ids, epoch, start % window, window, random);
    const first = Math.max(0, from + chosen.length - start);
    chosen.push(...epoch.slice(first, first + size - chosen.length));
  }
  return chosen;
}

/**
 * Shuffles the next epoch. When a window of draws began with the last `begun` ones of the previous epoch, the draws
 * that complete it come from the other examples.
 */
function nextEpoch(
  ids: readonly string[],
  previous: readonly string[],
  begun: number,
  window: number,
  random: Random,
): string[] {
  const shuffled = random.shuffle(ids);
  if (begun === 0) return shuffled;
  const used = new Set(previous.slice(-begun));
  const completing = new Set(shuffled.filter((id) => !used.has(id)).slice(0, window - begun));
  return [...completing, ...shuffled.filter((id) => !completing.has(id))];
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
