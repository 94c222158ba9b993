/**
 * Functions of an evaluation, and who of them may touch what: PrepareEvaluation and Evaluate see sealed data, and refuse it
 * unless it is to be unsealed.
 */
import { COMPUTING_MIB, type Definer, WAITING_MIB } from './define.ts';

export function evaluateFunctions(make: Definer) {
  const { data, sealed } = make.buckets;
  const { runs, rollouts, sealedRollouts, catalog } = make.tables;

  const prepare = make.define(
    'PrepareEvaluation',
    'prepare-evaluation',
    300,
    COMPUTING_MIB,
    'Checks what is compared on which examples.',
  );
  prepare.useLists(runs);
  prepare.useTable('catalog', catalog, 'read');
  prepare.useLists(catalog);
  prepare.useBucket('data', data, { read: ['uploads/', 'runs/'], write: ['runs/'] });
  prepare.useBucket('sealed', sealed, { read: ['uploads/'], write: ['runs/'] });

  const plan = make.define(
    'PlanEvaluation',
    'plan-evaluation',
    300,
    COMPUTING_MIB,
    'Hands out the next step of an evaluation.',
  );
  plan.useBucket('data', data, { read: ['runs/'], write: ['runs/'] });

  const evaluate = make.define('Evaluate', 'evaluate', 900, WAITING_MIB, 'Runs one shard of an evaluation.');
  evaluate.useBucket('data', data, { read: ['runs/'], write: ['runs/'] });
  evaluate.useBucket('sealed', sealed, { read: ['runs/'] });
  evaluate.useTable('rollouts', rollouts, 'readWriteGrouped');
  evaluate.useTable('sealedRollouts', sealedRollouts, 'readWriteGrouped');
  make.callModel(evaluate);
  make.callScorers(evaluate);

  const conclude = make.define(
    'ConcludeEvaluation',
    'conclude-evaluation',
    300,
    COMPUTING_MIB,
    'Statistics and result of an evaluation.',
  );
  conclude.useBucket('data', data, { read: ['runs/'], write: ['runs/'] });
  conclude.useTable('rollouts', rollouts, 'read');

  for (const fn of [prepare, conclude]) fn.useBus(make.bus);

  return { PrepareEvaluation: prepare, PlanEvaluation: plan, Evaluate: evaluate, ConcludeEvaluation: conclude };
}
