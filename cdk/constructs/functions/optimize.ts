/** Functions of an optimization, and who of them may touch what: only Prepare and Verify see sealed data. */
import { COMPUTING_MIB, type Definer, WAITING_MIB } from './define.ts';

export function optimizeFunctions(make: Definer) {
  const { data, sealed } = make.buckets;
  const { runs, rollouts, sealedRollouts, catalog } = make.tables;

  const prepare = make.define(
    'Prepare',
    'prepare',
    300,
    COMPUTING_MIB,
    'Checks the task, splits the data, seals the test set.',
  );
  // The task's history, runs of the same task that go on, and what its scheduled runs have spent this month.
  prepare.useLists(runs);
  prepare.useIndexes('runs', runs);
  prepare.useTable('catalog', catalog, 'read');
  prepare.useLists(catalog);
  prepare.useBus(make.bus);
  prepare.useBucket('data', data, { read: ['uploads/', 'runs/'], write: ['runs/'] });
  prepare.useBucket('sealed', sealed, { read: ['uploads/', 'runs/'], write: ['runs/'] });

  const plan = make.define('Plan', 'plan', 300, COMPUTING_MIB, 'Folds what has landed and names the next step.');
  plan.useBucket('data', data, { read: ['runs/'], write: ['runs/'] });
  plan.useTable('rollouts', rollouts, 'read');
  // A scheduled run has a budget of the month, which its other runs have a part in.
  plan.useTable('catalog', catalog, 'read');
  plan.useIndexes('runs', runs);
  plan.useBus(make.bus);

  const mutate = make.define('Mutate', 'mutate', 900, WAITING_MIB, 'Makes one child.');
  const score = make.define('Score', 'score', 900, WAITING_MIB, 'Runs one shard of rollouts.');
  for (const fn of [mutate, score]) {
    fn.useBucket('data', data, { read: ['runs/'] });
    fn.useTable('rollouts', rollouts, 'readWriteGrouped');
    make.callModel(fn);
    make.logContent(fn);
    make.callScorers(fn);
  }

  const verify = make.define('Verify', 'verify', 900, WAITING_MIB, 'Runs one shard of the sealed test.');
  verify.useBucket('data', data, { read: ['runs/'], write: ['runs/'] });
  verify.useBucket('sealed', sealed, { read: ['runs/'] });
  verify.useTable('sealedRollouts', sealedRollouts, 'readWriteGrouped');
  make.callModel(verify);
  make.callScorers(verify);

  const conclude = make.define('Conclude', 'conclude', 300, COMPUTING_MIB, 'Statistics, verdict, report.');
  conclude.useBucket('data', data, { read: ['runs/'], write: ['runs/'] });
  conclude.useTable('rollouts', rollouts, 'read');
  // The winner may become the task's champion.
  conclude.useTable('catalog', catalog, 'readWrite');
  conclude.useLists(catalog);
  conclude.useBus(make.bus);

  return { Prepare: prepare, Plan: plan, Mutate: mutate, Score: score, Verify: verify, Conclude: conclude };
}
