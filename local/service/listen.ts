/** HTTP servers of this process: they begin, say where they are, and end whatever their clients do. */
import { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';

/** What answers requests; a Hono app does. */
export interface Answering {
  fetch(request: Request): Response | Promise<Response>;
}

export interface Listening {
  /** `http://127.0.0.1:8480` */
  readonly url: string;
  readonly port: number;
  /** Ends it: requests may be answered for so long, milliseconds; then their connections are cut. */
  close(patienceMs?: number): Promise<void>;
}

/**
 * @param port 0: any free one
 * @throws Error with a `code` (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, …) when it cannot listen there
 */
export async function listenOn(app: Answering, host: string, port: number): Promise<Listening> {
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request) });
  if (!(server instanceof Server)) throw new Error('The adaptor made no HTTP/1 server.');
  // The SDK keeps connections open and would meet one that was just closed.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    port: address.port,
    async close(patienceMs = 0) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), patienceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}
