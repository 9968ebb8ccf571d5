// Talking to the server. Every request is one that needs no preflight: GET, or a form POST without own
// headers, without credentials, with the receipt in the body.

export interface Answer {
  /** 0 when no answer came. */
  status: number;
  /** The element that an answer holds, unless it is a refusal. */
  given: HTMLElement | undefined;
  /** The comment that is stored already, where that is why it was refused. */
  stored: HTMLElement | undefined;
  /** What else the answer holds: sentences that come with a comment of one's own. */
  remarks: HTMLElement[];
  /** Of a refusal: its `code`, the `field` to blame, the site's `origins`. */
  refusal: DOMStringMap;
  /** One sentence in the reader's language, where the server had one. */
  sentence: string;
  /** What the owner of the site can type when the page's address is not on its list. */
  command?: string;
  /** Seconds to wait, where the server says so. */
  retryAfter: number;
}

export type Fields = Record<string, string | undefined>;

const TIMEOUT_MS = 30_000;

/** Never rejects: what went wrong stands in the answer. */
export const ask = (method: 'GET' | 'POST', url: string, fields: Fields): Promise<Answer> =>
  new Promise((resolve) => {
    const form = new URLSearchParams();
    for (const name in fields) if (fields[name] !== undefined) form.set(name, fields[name]);
    const isGet = method === 'GET';
    const request = new XMLHttpRequest();
    request.open(method, isGet ? `${url}?${form}` : url);
    request.responseType = 'document';
    request.timeout = TIMEOUT_MS;
    request.onloadend = () => {
      const { status, response } = request;
      const [first, ...others] = ((response as Document | null)?.body?.children ?? []) as HTMLElement[];
      const refusal = first?.dataset.code ? first : undefined;
      resolve({
        status,
        // Between us and the server others may answer: a captive network, a proxy in trouble.
        given: (status < 300 && first?.matches('section,article,.body,.note,.helped') && first) || undefined,
        stored: others.find((each) => each.matches('article')),
        remarks: others,
        refusal: refusal?.dataset ?? {},
        sentence: refusal?.textContent ?? '',
        retryAfter: +(request.getResponseHeader('Retry-After') ?? 0),
      });
    };
    request.send(isGet ? null : form);
  });

/** A name for one submission, so that sending it twice is the same as once. Not a secret. */
export const newKey = (): string => crypto.getRandomValues(new Uint8Array(16)).join('');
