/** All operations of the API but its own description. */
import type { Route } from './route.ts';

export const routes: readonly Route[] = [];
