// What this browser keeps: drafts, receipts, the name typed last, the order chosen. Storage may be
// missing, full, or gone tomorrow; then everything works as on a first visit.

import { NAME } from './name.ts';

export interface Draft {
  text: string;
  /** Made when the text is first sent, kept until it has arrived. */
  key?: string | undefined;
  /** When it was written, in milliseconds. */
  at: number;
}

const DRAFT_MS = 30 * 86_400_000;
const DRAFT_CHARS_MAX = 64 * 1024;
const RECEIPTS_MAX = 50;
const PREFIX = `${NAME}:`;

function dare<T>(work: () => T, otherwise: T): T {
  try {
    return work() ?? otherwise;
  } catch {
    return otherwise; // storage is refused, full, or holds what is not ours
  }
}

export const recall = <T>(name: string, otherwise: T): T =>
  dare(() => JSON.parse(localStorage.getItem(PREFIX + name)!) as T, otherwise);

export const keep = (name: string, value: unknown): void =>
  dare(() => (value ? localStorage.setItem(PREFIX + name, JSON.stringify(value)) : localStorage.removeItem(PREFIX + name)), undefined);

/** What the drafts of a page begin with; the name of the box follows. */
export const draftsOf = (site: string, page: string): string => `draft:${site}:${page}:`;

export function keepDraft(name: string, text: string, key?: string): void {
  keep(name, text && ({ text, key, at: Date.now() } satisfies Draft));
  pruneDrafts();
}

/** The drafts whose names begin like this. */
export const listDrafts = (start: string): string[] =>
  dare(() => Object.keys(localStorage), [])
    .filter((name) => name.startsWith(PREFIX + start))
    .map((name) => name.slice(PREFIX.length));

/** Old drafts go; of the others the newest stay as long as they fit. */
export function pruneDrafts(): void {
  let room = DRAFT_CHARS_MAX;
  listDrafts('draft:')
    .map((name) => ({ name, at: 0, text: '', ...recall<Draft | null>(name, null) }))
    .sort((a, b) => b.at - a.at)
    .forEach(({ name, at, text }, index) => {
      room -= text.length;
      if (at < Date.now() - DRAFT_MS || (index && room < 0)) keep(name, null);
    });
}

/** Receipts of one site by page, the newest page and receipt first. */
export const receiptsOf = (site: string): Record<string, string[]> => recall(`receipts:${site}`, {});

/** Receipts of all pages of a site, the newest comment first, as many as the server looks at. */
export const newestReceipts = (site: string): string[] =>
  Object.values(receiptsOf(site))
    .flat()
    .sort((a, b) => parseInt(b) - parseInt(a))
    .slice(0, RECEIPTS_MAX);

export function keepReceipts(site: string, page: string, change: (known: string[]) => string[]): void {
  const { [page]: known = [], ...others } = receiptsOf(site);
  const here = change(known).slice(0, RECEIPTS_MAX);
  keep(`receipts:${site}`, here.length ? { [page]: here, ...others } : others);
}
