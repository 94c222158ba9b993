/** All operations of the API but its own description. */
import { datasetRoutes } from './datasets.ts';
import { promptRoutes } from './prompts.ts';
import type { Route } from './route.ts';
import { runRoutes } from './runs.ts';
import { scheduleRoutes } from './schedules.ts';
import { taskRoutes } from './tasks.ts';

export const routes: readonly Route[] = [
  ...taskRoutes,
  ...scheduleRoutes,
  ...datasetRoutes,
  ...runRoutes,
  ...promptRoutes,
];
