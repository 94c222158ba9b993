/** What it means to be asked on this machine alone. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { BlockList, isIP, type Server } from 'node:net';

export const LOOPBACK = '127.0.0.1';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an address, or the name of one, is this machine alone. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const version = isIP(name);
  if (version === 0) return name === 'localhost';
  return loopback.check(name, version === 4 ? 'ipv4' : 'ipv6');
}

/** Whether the `Host` of a request is this machine: a web page may have a name of its own point here. */
export function namesLoopback(host: string | null | undefined): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(host ?? '')?.[1] ?? '';
  return isLoopback(name);
}

/** Whether a page of another site sent the request: browsers say so with whatever is no mere reading. */
function isOfOtherSite(origin: string | undefined): boolean {
  return origin !== undefined && !namesLoopback(/^https?:\/\/(.+)$/.exec(origin)?.[1]);
}

/** Has a server that looks at neither `Host` nor `Origin` refuse the requests that are not this machine's own. */
export function refuseOtherHosts(server: Server): void {
  const emit = server.emit;
  server.emit = function (this: Server, event: string, ...args: unknown[]): boolean {
    const [request, response] = args;
    const isOther =
      event === 'request' &&
      request instanceof IncomingMessage &&
      response instanceof ServerResponse &&
      (!namesLoopback(request.headers.host) || isOfOtherSite(request.headers.origin));
    if (!isOther) return Reflect.apply(emit, this, [event, ...args]);
    response.writeHead(403).end();
    return true;
  };
}
