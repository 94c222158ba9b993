/** What a user's task is checked against: the contracts, with every eval type that there is. */
import { evaluationInputSchemaWith } from '../contracts/evaluation.ts';
import { executionInputSchemaWith } from '../contracts/payloads.ts';
import { taskFileSchemaWith, taskInputSchemaWith } from '../contracts/task.ts';
import { evalSchema } from './registry.ts';

/** `task.yaml`. */
export const taskFileSchema = taskFileSchemaWith(evalSchema);

/** The task of an execution's input, and a stored one. */
export const taskInputSchema = taskInputSchemaWith(evalSchema);

/** An execution's input. */
export const executionInputSchema = executionInputSchemaWith(evalSchema);

/** The input of an evaluation. */
export const evaluationInputSchema = evaluationInputSchemaWith(evalSchema);
