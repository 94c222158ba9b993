/** A state machine of one Map over a function `Work`, with the facades in front: cheap to execute by the hundred. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { StateFunction } from '../../local/engine.ts';
import { type StatusChangeEvent, stateMachineArn } from '../../local/service/execution-record.ts';
import { type Executions, openExecutions } from '../../local/service/executions.ts';
import { startFacades } from '../../local/service/facades.ts';
import { openScheduler } from '../../local/service/scheduler.ts';
import { stepFunctionsApi } from '../../local/service/step-functions.ts';

export const smallMachineArn = stateMachineArn('small');

const definition = {
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      ItemsPath: '$.items',
      MaxConcurrency: 1,
      ItemProcessor: {
        StartAt: 'Work',
        States: {
          Work: {
            Type: 'Task',
            Resource: 'arn:aws:states:::lambda:invoke',
            Parameters: { FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:Work', 'Payload.$': '$' },
            OutputPath: '$.Payload',
            End: true,
          },
        },
      },
      End: true,
    },
  },
};

export interface SmallService {
  readonly executions: Executions;
  readonly url: string;
  /** Events that Settle got. */
  readonly ends: StatusChangeEvent[];
  close(): Promise<void>;
}

export async function startSmallService(
  folder: string,
  options: {
    work?: StateFunction;
    settle?: (event: StatusChangeEvent) => Promise<unknown>;
  } = {},
): Promise<SmallService> {
  const { work = async (item) => item, settle = async () => {} } = options;
  const definitionPath = join(folder, 'small.asl.json');
  writeFileSync(definitionPath, JSON.stringify(definition));
  const ends: StatusChangeEvent[] = [];
  const executions = openExecutions({
    folder,
    machines: { small: { definitionPath: pathToFileURL(definitionPath), functions: { Work: work } } },
    settle: async (event) => {
      await settle(event);
      ends.push(event);
    },
    settleWaitsMs: [1, 1],
  });
  const facades = await startFacades(
    {
      AWSStepFunctions: stepFunctionsApi(executions, new Map([[smallMachineArn, pathToFileURL(definitionPath)]])),
    },
    openScheduler({ folder, start: () => undefined }),
  );
  return {
    executions,
    url: facades.url,
    ends,
    async close() {
      await executions.close(1_000);
      await facades.close();
    },
  };
}
