// Talking to the server. Nothing else does. Every request is one that needs no preflight: GET, or a
// form POST without own headers, without credentials, with the receipt in the body.

export interface Answer {
  /** 0 when no answer came. */
  status: number;
  ok: boolean;
  body: HTMLElement | null;
  /** Of a refusal: its code, the field to blame, and one sentence in the reader's language. */
  code: string;
  field: string;
  sentence: string;
  /** The site's listed origins, where a refusal tells them. */
  origins: string;
  /** Seconds to wait, where the server says so. */
  retryAfter: number;
}

export type Fields = Record<string, string | undefined>;

const TIMEOUT_MS = 30_000;

const encode = (fields: Fields): URLSearchParams =>
  new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== undefined) as string[][]);

/** Never rejects: what went wrong stands in the answer. */
export function ask(method: 'GET' | 'POST', url: string, fields: Fields, abort?: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const form = encode(fields);
    request.open(method, method === 'GET' ? `${url}?${form}` : url);
    request.responseType = 'document';
    request.timeout = TIMEOUT_MS;
    request.onloadend = () => {
      const { status } = request;
      const body = request.response?.body ?? null;
      const refusal = body?.querySelector('p[data-code]');
      const said = refusal?.dataset ?? {};
      resolve({
        status,
        ok: status > 199 && status < 300,
        body,
        code: said.code ?? '',
        field: said.field ?? '',
        origins: said.origins ?? '',
        sentence: refusal?.textContent ?? '',
        retryAfter: Number(request.getResponseHeader('Retry-After')) || 0,
      });
    };
    abort?.addEventListener('abort', () => request.abort());
    request.send(method === 'GET' ? null : form);
  });
}

/** A name for one submission, so that sending it twice is the same as once. Not a secret. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
