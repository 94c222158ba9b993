/** The task that a synthesis has made: what `PUT /tasks/{name}` and `POST /runs` take as it is. */
import { z } from 'zod';
import { componentsSchema, taskNameSchema } from '../contracts/task.ts';
import { runObject } from '../store/artifacts.ts';
import { getText } from '../store/objects.ts';
import { ProblemError } from './problem.ts';
import { defineRoute, type Route } from './route.ts';
import { findRun, type RunWords, runParams } from './run-words.ts';

const madeTaskSchema = z
  .looseObject({
    name: taskNameSchema,
    prompt: componentsSchema,
    datasets: z.record(z.string(), z.string()).describe('Where each dataset lies; the test set is sealed.'),
  })
  .meta({ id: 'SynthesizedTask', description: 'A task over the datasets of a synthesis.' });

/** `task.json`: the input of an execution. */
const taskFileSchema = z.object({ task: madeTaskSchema });

export function synthesisTaskRoute(words: RunWords): Route {
  return defineRoute({
    method: 'GET',
    path: '/syntheses/{id}/task',
    operationId: 'getSynthesisTask',
    tag: 'syntheses',
    summary: 'The task that the synthesis has made, with its datasets.',
    description: 'It can be stored (PUT /tasks/{name}) and run (POST /runs) as it is.',
    params: runParams,
    errors: [404],
    responses: { 200: { description: 'The task.', schema: madeTaskSchema } },
    async handler({ params: { id } }) {
      const { status } = await findRun(words, id);
      const text = status === 'succeeded' ? await getText(runObject(id, 'task.json')) : null;
      if (text === null) {
        const detail = `The synthesis ${id} has made no task: it is ${status}.`;
        throw new ProblemError(404, 'no_task', { field: 'id', detail, remedy: 'Its events tell when it is over.' });
      }
      return { status: 200, body: taskFileSchema.parse(JSON.parse(text)).task };
    },
  });
}
