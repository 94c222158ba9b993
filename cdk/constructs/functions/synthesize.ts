/**
 * Functions of a synthesis, and who of them may touch what. Until the inputs are split, each of them may become part of a
 * test set; so everything lies in the sealed bucket, in a folder that no other machine reads. None of these functions reads
 * the test sets that are there already: ConcludeSynthesis puts a new one beside them, unread.
 */
import { COMPUTING_MIB, type Definer, WAITING_MIB } from './define.ts';

export function synthesizeFunctions(make: Definer) {
  const { data, sealed } = make.buckets;
  const { sealedRollouts } = make.tables;

  const prepare = make.define(
    'PrepareSynthesis',
    'prepare-synthesis',
    300,
    COMPUTING_MIB,
    'Checks the specs of a synthesis and keeps them.',
  );
  const plan = make.define(
    'PlanSynthesis',
    'plan-synthesis',
    300,
    COMPUTING_MIB,
    'Keeps what can be used, splits it, hands out the next step of a synthesis.',
  );
  prepare.useBus(make.bus);
  prepare.useBucket('data', data, { read: ['uploads/'] });
  prepare.useBucket('sealed', sealed, { write: ['synthesis/'] });
  plan.useBucket('sealed', sealed, { read: ['synthesis/'], write: ['synthesis/'] });

  const generate = make.define('Generate', 'generate', 900, WAITING_MIB, 'Makes one call of the generator.');
  const answer = make.define(
    'AnswerInputs',
    'answer-inputs',
    900,
    WAITING_MIB,
    'Answers one shard of inputs and judges the answers.',
  );
  for (const fn of [generate, answer]) {
    fn.useBucket('sealed', sealed, { read: ['synthesis/'], write: ['synthesis/'] });
    fn.useTable('sealedRollouts', sealedRollouts, 'readWriteGrouped');
    make.callModel(fn);
  }

  const conclude = make.define(
    'ConcludeSynthesis',
    'conclude-synthesis',
    300,
    COMPUTING_MIB,
    'Writes the datasets, the task and the report of a synthesis.',
  );
  conclude.useBucket('sealed', sealed, { read: ['synthesis/'], write: ['uploads/'] });
  conclude.useBucket('data', data, { write: ['uploads/', 'runs/'] });

  conclude.useBus(make.bus);

  return {
    PrepareSynthesis: prepare,
    PlanSynthesis: plan,
    Generate: generate,
    AnswerInputs: answer,
    ConcludeSynthesis: conclude,
  };
}
