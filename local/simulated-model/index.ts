/** What other folders use of the simulated model. */
export { type ChatResult, completeChat } from './chat.ts';
export {
  type SimulatedModel,
  type SimulatedModelCounts,
  type SimulatedModelOptions,
  startSimulatedModel,
} from './server.ts';

/** Said on screen and in the report whenever the simulated model answered. */
export const SIMULATED_MODEL_NOTICE =
  'A simulated model answered, not a real one: this shows the workflow, not how a real model would do.';
