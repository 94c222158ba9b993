/** Entry of the CDK app: `cdk.json` runs it, and so do the tests. A cdk-nag finding fails the synthesis. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { InvalidInputError } from '../lambdas/contracts/errors.ts';
import { readConfig } from './config.ts';

try {
  const app = new App();
  const config = readConfig(app.node.getAllContext());
  // Loaded once the choices are right: it knows the whole API, which takes its time.
  const { PromptOptimizerStack } = await import('./prompt-optimizer-stack.ts');
  new PromptOptimizerStack(app, config);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  if (!(error instanceof InvalidInputError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
