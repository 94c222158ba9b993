/** The model's API key: `OPENAI_API_KEY` on one machine, a secret by name on AWS. Fetched once a process. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { optionalEnv, requireEnv } from './env.ts';

let cached: Promise<string> | undefined;

/** @throws Error when neither the variable nor the secret gives a key. */
export function modelApiKey(): Promise<string> {
  const key = optionalEnv('OPENAI_API_KEY')?.trim();
  if (key) return Promise.resolve(key);
  cached ??= fetchSecret(requireEnv('OPENAI_API_KEY_SECRET')).catch((error: unknown) => {
    cached = undefined;
    throw error;
  });
  return cached;
}

async function fetchSecret(name: string): Promise<string> {
  const secret = await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: name }));
  const value = secret.SecretString?.trim();
  if (!value) throw new Error(`The secret ${name} is empty. Put the model's API key into it as plain text.`);
  return value;
}
