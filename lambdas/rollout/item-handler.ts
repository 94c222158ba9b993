/** The wrapper of the handlers of Map items: as that of every state, and the item heeds a stop of its run. */
import type { z } from 'zod';
import { type ItemInput, itemDoneSchema, itemInputSchema } from '../contracts/payloads.ts';
import { stateHandler } from '../platform/handler.ts';
import { whileWatched } from './stop-watch.ts';

export function itemHandler(
  run: (input: ItemInput) => Promise<z.input<typeof itemDoneSchema>>,
): (event: unknown) => Promise<z.output<typeof itemDoneSchema>> {
  return stateHandler(itemInputSchema, itemDoneSchema, (input) => whileWatched(input.runId, () => run(input)));
}
