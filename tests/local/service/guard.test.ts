/** Who may ask the server, and what its command line refuses before anything is started. */
import { afterEach, describe, expect, it } from 'vitest';
import { problemSchema } from '../../../lambdas/api/problem.ts';
import { InvalidInputError } from '../../../lambdas/contracts/errors.ts';
import { guardWith } from '../../../local/service/guard.ts';
import { readServeOptions } from '../../../local/service/options.ts';

const TOKEN = '0123456789abcdef';

describe('without a token', () => {
  const guard = guardWith(null);

  it.each([
    { host: 'localhost:8480' },
    { host: '127.0.0.1:8480' },
    { host: '[::1]:8480' },
    { host: '127.0.0.1' },
    { host: 'localhost:8480', origin: 'http://localhost:8480', 'sec-fetch-site': 'same-origin' },
    { host: 'localhost:8480', 'sec-fetch-site': 'none' },
  ])('lets this machine ask: %o', (headers) => {
    expect(guard(new Headers(headers))).toBeNull();
  });

  it.each<Record<string, string>>([
    { host: 'evil.example' },
    { host: 'evil.example:8480' },
    { host: '127.0.0.1.evil.example:8480' },
    { host: '127.0.0.1@evil.example' },
    { host: '192.168.1.2:8480' },
    {},
    { host: 'localhost:8480', origin: 'https://evil.example' },
    { host: 'localhost:8480', origin: 'null' },
    { host: 'localhost:8480', origin: 'http://localhost:9999' },
    { host: 'localhost:8480', 'sec-fetch-site': 'cross-site' },
    { host: 'localhost:8480', 'sec-fetch-site': 'same-site' },
  ])('refuses whoever may be a page elsewhere: %o', async (headers) => {
    const reply = guard(new Headers(headers));

    expect(reply?.status).toBe(403);
    expect(reply?.headers.get('content-type')).toBe('application/problem+json');
    expect(problemSchema.parse(await reply?.json())).toMatchObject({ code: 'other_site', status: 403 });
  });
});

describe('with a token', () => {
  const guard = guardWith(TOKEN);

  it.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`])('lets whoever has it ask from anywhere: %s', (authorization) => {
    expect(guard(new Headers({ host: '192.168.1.2', authorization }))).toBeNull();
  });

  it.each([undefined, '', 'Bearer', `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, `Basic ${TOKEN}`, TOKEN])(
    'asks for it: %s',
    async (authorization) => {
      const headers = new Headers({ host: 'localhost', ...(authorization === undefined ? {} : { authorization }) });

      const reply = guard(headers);

      expect(reply?.status).toBe(401);
      expect(reply?.headers.get('www-authenticate')).toBe('Bearer');
      expect(problemSchema.parse(await reply?.json())).toMatchObject({ field: 'Authorization', code: 'token_needed' });
    },
  );
});

describe('the command line', () => {
  afterEach(() => {
    delete process.env.PROMPT_OPTIMIZER_TOKEN;
  });

  const refusal = (...args: string[]): unknown => {
    try {
      return readServeOptions(args);
    } catch (error) {
      return error instanceof InvalidInputError ? error.problems.map(({ file, message }) => file ?? message) : error;
    }
  };

  it('listens on loopback unless it is told otherwise', () => {
    expect(readServeOptions([])).toMatchObject({ host: '127.0.0.1', port: 8480, token: null, parallel: 4 });
    expect(readServeOptions(['--host', '::1', '--port', '0', '--parallel', '9'])).toMatchObject({
      host: '::1',
      port: 0,
      parallel: 9,
    });
  });

  it.each(['0.0.0.0', '::', '192.168.1.2', 'example.com', '127.0.0.1.example.com'])(
    'listens on %s with a token alone',
    (host) => {
      expect(refusal('--host', host)).toEqual(['--host']);
      expect(readServeOptions(['--host', host, '--token', TOKEN])).toMatchObject({ host, token: TOKEN });
      process.env.PROMPT_OPTIMIZER_TOKEN = TOKEN;
      expect(readServeOptions(['--host', host])).toMatchObject({ host, token: TOKEN });
    },
  );

  it('refuses tokens that could be guessed or not be sent', () => {
    expect(refusal('--token', TOKEN.slice(1))).toEqual(['--token']);
    expect(refusal('--token', `${TOKEN} x`)).toEqual(['--token']);
    expect(refusal('--token', '')).toEqual(['--token']);
  });

  it('refuses numbers that are none', () => {
    expect(refusal('--port', '65536', '--parallel', '0')).toEqual(['--port', '--parallel']);
    expect(refusal('--port', '1e3')).toEqual(['--port']);
    expect(refusal('--ports', '1')).toHaveLength(1);
  });
});
