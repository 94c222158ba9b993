/** What is told of a run: kept for whoever follows it, and sent to an event bus where there is one. No prompt, no data. */
import type { ServiceEvent } from '../contracts/run.ts';
import { optionalEnv } from '../platform/env.ts';
import { logger } from '../platform/logger.ts';
import { type EventPlace, eventId, saveEvent } from '../store/run-lists.ts';
import { busClient } from './clients.ts';

const SOURCE = 'prompt-optimizer';

/** What rules on the bus match; null: kept alone. */
const detailTypes: Readonly<Record<ServiceEvent['type'], string | null>> = {
  started: 'Run started',
  progress: null,
  generation_finished: 'Generation finished',
  budget_warning: 'Budget warning',
  ended: 'Run ended',
  promoted: 'Prompt promoted',
};

/**
 * Tells an event, at least once: the same place and type again is the same event to whoever follows the run. That it
 * could not be sent to the bus is logged, and no run fails for it.
 */
export async function publish(place: EventPlace, event: ServiceEvent): Promise<void> {
  const id = eventId(place, event.type);
  await saveEvent(id, event);
  const bus = optionalEnv('EVENT_BUS_NAME');
  const detailType = detailTypes[event.type];
  if (bus === undefined || detailType === null) return;
  try {
    await send(bus, detailType, { id, ...event });
  } catch (error) {
    logger.error('an event was not sent', { id, type: event.type, runId: event.runId, error: String(error) });
  }
}

async function send(bus: string, detailType: string, detail: object): Promise<void> {
  const { PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
  const entry = { EventBusName: bus, Source: SOURCE, DetailType: detailType, Detail: JSON.stringify(detail) };
  const client = await busClient();
  const { Entries: [answer] = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
  if (answer?.ErrorCode !== undefined) throw new Error(`${answer.ErrorCode}: ${answer.ErrorMessage ?? ''}`);
}
