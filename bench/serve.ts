/** The model server in a process of its own, so that its processor time is not counted as ours. Ends with its parent. */

import { startModelServer } from './model-server.ts';
import { ruleWorld } from './rule-world.ts';

const { world, server } = JSON.parse(process.argv[2] ?? '{}');
const running = await startModelServer(ruleWorld(world), server);
process.send?.({ baseUrl: running.baseUrl });
process.on('message', () => process.send?.({ counts: running.counts }));
process.on('disconnect', () => process.exit(0));
