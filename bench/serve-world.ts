/**
 * A world's server in a process of its own. Takes `{ family, seed, sizes?, options? }`, sends `{ baseUrl }`, answers any
 * message with `{ counts }`, and ends with its parent.
 */
import { startWorldServer, type WorldServerOptions } from './world-server.ts';
import type { Family } from './worlds/families.ts';
import { simulate } from './worlds/simulate.ts';
import type { Sizes } from './worlds/world.ts';

export interface ServedWorld {
  readonly family: Family;
  readonly seed: number;
  readonly sizes?: Sizes;
  readonly options?: WorldServerOptions;
}

const { family, seed, sizes, options } = JSON.parse(process.argv[2] ?? '{}') as ServedWorld;
const running = await startWorldServer(simulate(family, seed, sizes), options);
process.send?.({ baseUrl: running.baseUrl });
process.on('message', () => process.send?.({ counts: running.counts }));
process.on('disconnect', () => process.exit(0));
