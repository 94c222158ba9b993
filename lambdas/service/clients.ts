/**
 * Clients of the services around the store, each loaded by the first that needs it. Where they point is the
 * environment's business (`AWS_ENDPOINT_URL_SFN`, `…_SCHEDULER`, `…_EVENTBRIDGE`): AWS or one machine.
 */
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SFNClient } from '@aws-sdk/client-sfn';

let workflows: Promise<SFNClient> | undefined;
let schedules: Promise<SchedulerClient> | undefined;
let buses: Promise<EventBridgeClient> | undefined;

export function workflowClient(): Promise<SFNClient> {
  workflows ??= import('@aws-sdk/client-sfn').then(({ SFNClient }) => new SFNClient({}));
  return workflows;
}

export function scheduleClient(): Promise<SchedulerClient> {
  schedules ??= import('@aws-sdk/client-scheduler').then(({ SchedulerClient }) => new SchedulerClient({}));
  return schedules;
}

export function busClient(): Promise<EventBridgeClient> {
  buses ??= import('@aws-sdk/client-eventbridge').then(({ EventBridgeClient }) => new EventBridgeClient({}));
  return buses;
}

/** Ends the clients' connections, so that a process can end and another environment can be used. */
export async function closeServiceClients(): Promise<void> {
  const open = [workflows, schedules, buses];
  workflows = schedules = buses = undefined;
  for (const client of open) (await client)?.destroy();
}
