/** Requests signed with the user's AWS credentials (Signature Version 4), as an API with IAM authorization wants them. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

/** Whose requests they are: resolved anew for each request, so that credentials that end are renewed on the way. */
export interface Signer {
  readonly region: string;
  readonly credentials: () => Promise<AwsCredentials>;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** Sends a request; nothing is signed without a signer. */
export type SendRequest = (url: URL, request: ApiRequest, signal: AbortSignal) => Promise<Response>;

/** Sends requests as they are. */
export const sendPlain: SendRequest = (url, { method, headers, body }, signal) =>
  fetch(url, { method, headers, signal, redirect: 'manual', ...(body === undefined ? {} : { body }) });

/** Sends requests to API Gateway (`execute-api`) with a signature over method, path, query, headers and body. */
export function sendSigned({ region, credentials }: Signer): SendRequest {
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  return async (url, request, signal) => {
    const { headers } = await signer.sign({
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...request.headers, host: url.host },
      body: request.body,
    });
    // fetch writes this header itself, from the URL that was signed.
    const { host: _host, ...sent } = headers;
    return sendPlain(url, { ...request, headers: sent }, signal);
  };
}

/** SHA-256, or HMAC-SHA-256 where there is a key, in the form that the signer asks for. */
export class Sha256 {
  private readonly key: string | Uint8Array | undefined;
  private hash: Hash | Hmac;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.key = key === undefined ? undefined : toBytes(key);
    this.hash = this.begin();
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    this.hash = this.begin();
  }

  private begin(): Hash | Hmac {
    return this.key === undefined ? createHash('sha256') : createHmac('sha256', this.key);
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
