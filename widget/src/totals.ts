// Totals on list pages: every link with `data-rejoinder-total`, in as few requests as there are hundreds.

import { NAME } from './settings.ts';

const TOTAL = `data-${NAME}-total`;
const ASKED_MAX = 100;

/** Fills in all totals below `root`. Links that a failed request leaves out keep their text. */
export function fillTotals(base: string, site: string, root: ParentNode): Promise<void[]> {
  const links = new Map<string, Element[]>();
  for (const link of root.querySelectorAll(`[${TOTAL}]`)) {
    const page = link.getAttribute(TOTAL) || (link as HTMLAnchorElement).href;
    if (page) links.set(page, [...(links.get(page) ?? []), link]);
  }
  const pages = [...links.keys()];
  const requests: Promise<void>[] = [];
  while (site && pages.length) {
    const asked = new URLSearchParams(pages.splice(0, ASKED_MAX).map((page) => ['p', page]));
    requests.push(
      new Promise((done) => {
        const request = new XMLHttpRequest();
        request.open('GET', `${base}w/${site}/totals?${asked}`);
        request.responseType = 'json';
        request.onloadend = () => {
          if (request.status === 200) {
            for (const [page, n] of Object.entries<number>(request.response ?? {}))
              links.get(page)?.forEach((link) => write(link, n));
          }
          done();
        };
        request.send();
      }),
    );
  }
  return Promise.all(requests);
}

function write(link: Element, n: number): void {
  const text = link.getAttribute(`data-${NAME}-${n ? (n === 1 ? 'one' : 'many') : 'none'}`);
  link.textContent = (text ?? '{n}').replace('{n}', `${n}`);
}
