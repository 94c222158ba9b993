import { afterEach, describe, expect, it, vi } from 'vitest';
import { optionalEnv, requireEnv } from '../../lambdas/platform/env.ts';
import { modelApiKey } from '../../lambdas/platform/secrets.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the environment', () => {
  it('gives what is set', () => {
    vi.stubEnv('SOME_NAME', 'value');

    expect(requireEnv('SOME_NAME')).toBe('value');
    expect(optionalEnv('SOME_NAME')).toBe('value');
  });

  it.each([undefined, ''])('names what is not set (%j)', (value) => {
    vi.stubEnv('SOME_NAME', value);

    expect(() => requireEnv('SOME_NAME')).toThrow('The environment variable SOME_NAME is not set.');
    expect(optionalEnv('SOME_NAME')).toBeUndefined();
  });
});

describe('modelApiKey', () => {
  it('is the variable, without the line end that a file had', async () => {
    vi.stubEnv('OPENAI_API_KEY', ' sk-test\r\n');

    expect(await modelApiKey()).toBe('sk-test');
  });

  it.each([undefined, '', ' \n'])('names what is missing when there is none (%j)', async (value) => {
    vi.stubEnv('OPENAI_API_KEY', value);
    vi.stubEnv('OPENAI_API_KEY_SECRET', undefined);

    await expect(async () => modelApiKey()).rejects.toThrow('OPENAI_API_KEY_SECRET is not set');
  });
});
