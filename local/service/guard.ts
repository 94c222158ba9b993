/** Who may ask: on loopback whoever is no other web site, elsewhere whoever has the token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Problem, problemFor } from '../../lambdas/api/problem.ts';
import { namesLoopback } from '../loopback.ts';

/** Fewer characters than this are no token. */
export const SHORTEST_TOKEN = 16;

/**
 * Why a request that came without a token is refused; null when it is not. A web page may have its own name point here
 * (then `Host` is that name), or send requests here from where it is (then the browser says so).
 */
export function refusesStranger(headers: Headers): string | null {
  const host = headers.get('host') ?? '';
  if (!namesLoopback(host))
    return `Requests here name this machine (localhost or 127.0.0.1), not ${JSON.stringify(host)}.`;
  const origin = headers.get('origin');
  if (origin !== null && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return `Requests from pages of ${JSON.stringify(origin)} are refused.`;
  }
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') return 'Requests from pages elsewhere are refused.';
  return null;
}

/** Lets a request through, or says what it is answered. */
export type Guard = (headers: Headers) => Response | null;

/** @param token what `Authorization: Bearer …` must have; null: this machine's own requests need none */
export function guardWith(token: string | null): Guard {
  if (token === null) {
    return (headers) => {
      const reason = refusesStranger(headers);
      if (reason === null) return null;
      const remedy = 'Ask from this machine and from no web page elsewhere, or start the server with a token.';
      return problemReply(problemFor(403, 'other_site', { detail: reason.slice(0, 500), remedy }));
    };
  }
  const expected = digest(`Bearer ${token}`);
  return (headers) => {
    // Digests are of one length, so how long the comparison takes says nothing of the token.
    const given = headers.get('authorization') ?? '';
    if (timingSafeEqual(digest(given.replace(/^bearer /i, 'Bearer ')), expected)) return null;
    return problemReply(
      problemFor(401, 'token_needed', {
        field: 'Authorization',
        detail: given === '' ? 'This server wants a token.' : 'The token is not the one of this server.',
        remedy: 'Send the header Authorization: Bearer TOKEN with the token that the server was started with.',
      }),
      { 'www-authenticate': 'Bearer' },
    );
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function problemReply(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  });
}
