// Totals on list pages: every link with `data-rejoinder-total`, in as few requests as there are hundreds.

import { NAME } from './name.ts';
import { base } from './origin.ts';

const TOTAL = `data-${NAME}-total`;
const ASKED_MAX = 100;

/** Fills in all totals below `root`. Links that a failed request leaves out keep their text. */
export async function fillTotals(site: string, root: ParentNode): Promise<void> {
  const links = [...root.querySelectorAll(`[${TOTAL}]`)];
  const pageOf = (link: Element) => link.getAttribute(TOTAL) || (link as HTMLAnchorElement).href;
  const pages = [...new Set(links.map(pageOf))];
  while (pages[0]) {
    const asked = new URLSearchParams(pages.splice(0, ASKED_MAX).map((page) => ['p', page]));
    try {
      const answer = await fetch(`${base}w/${site}/totals?${asked}`);
      const totals = (await answer.json()) as Record<string, number>;
      for (const link of links) {
        const n = totals[pageOf(link)];
        const text = link.getAttribute(`data-${NAME}-${['none', 'one', 'many'][Math.min(n!, 2)]}`) ?? '{n}';
        if (n! >= 0) link.textContent = text.replace('{n}', `${n}`);
      }
    } catch {
      return; // out of reach: the links are links all the same
    }
  }
}
