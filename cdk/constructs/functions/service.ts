/** Functions around the machines, and who of them may touch what. Neither calls a model, and neither reads sealed data. */
import { WAITING } from '../../../lambdas/store/slots.ts';
import type { Machines } from '../machines.ts';
import type { Schedules } from '../schedules.ts';
import { COMPUTING_MIB, type Definer } from './define.ts';

/** API Gateway gives up an HTTP API's function after 30 seconds; a little less leaves room for the answer. */
const API_SECONDS = 29;
/** One whole processor: somebody waits for the answer. And a dataset of the largest size is checked in one piece. */
const API_MIB = 1769;

export function serviceFunctions(make: Definer, surroundings: { machines: Machines; schedules: Schedules }) {
  const { machines, schedules } = surroundings;
  const { data, sealed } = make.buckets;
  const { runs, rollouts, catalog } = make.tables;

  const api = make.defineService('Api', 'api', API_SECONDS, API_MIB, 'The HTTP API: tasks, datasets, runs, prompts.');
  api.useBucket('data', data, {
    read: ['uploads/', 'incoming/', 'runs/'],
    write: ['uploads/', 'incoming/', 'runs/*/report.'],
  });
  // A run whose end nobody has settled is settled by whoever needs its place, with the report of a stopped run.
  api.useTable('rollouts', rollouts, 'read');
  // A test set passes through here once, when it is checked and sealed; from then on the API cannot read it either.
  api.useBucket('sealed', sealed, { read: ['incoming/'], write: ['uploads/', 'incoming/'] });
  api.useSchedules(schedules);

  const settle = make.defineService(
    'Settle',
    'settle',
    120,
    COMPUTING_MIB,
    'Settles executions that are over, whatever ended them.',
  );
  settle.useBucket('data', data, { read: ['runs/'], write: ['runs/'] });
  settle.useTable('rollouts', rollouts, 'read');
  settle.keepUndelivered(schedules.deadLetters);

  for (const fn of [api, settle]) {
    fn.useLists(runs);
    fn.useIndexes('runs', runs);
    fn.useTable('catalog', catalog, 'readWrite');
    fn.useLists(catalog);
    // Who waits for a place is in the queue until its execution is started.
    fn.useRemovals(catalog, WAITING);
    fn.useMachines(machines);
    fn.useBus(make.bus);
    make.startRuns(fn);
  }

  return { Api: api, Settle: settle };
}
