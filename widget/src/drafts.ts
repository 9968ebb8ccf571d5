// What this browser keeps: drafts, receipts, the name typed last, the order chosen. Storage may be
// missing, full, or gone tomorrow; then everything works as on a first visit.

import { NAME } from './settings.ts';

export interface Draft {
  text: string;
  /** Made when the text is first sent, kept until it has arrived. */
  key?: string | undefined;
  /** When it was written, in milliseconds. */
  at: number;
}

const DRAFT_DAYS = 30;
const DRAFT_CHARS_MAX = 64 * 1024;
const RECEIPTS_MAX = 50;
const PAGES_MAX = 200;

const storage = (): Storage | undefined => {
  try {
    return localStorage;
  } catch {
    return undefined; // refused by the browser: nothing is kept
  }
};

export function recall<T>(name: string, otherwise: T): T {
  try {
    return (JSON.parse(storage()?.getItem(`${NAME}:${name}`) ?? 'null') as T) ?? otherwise;
  } catch {
    return otherwise; // not ours, or damaged
  }
}

export function keep(name: string, value: unknown): void {
  try {
    if (value) storage()?.setItem(`${NAME}:${name}`, JSON.stringify(value));
    else storage()?.removeItem(`${NAME}:${name}`);
  } catch {
    // full or refused: the text is still in its box
  }
}

const nameOf = (place: string, box: string) => `draft:${place}:${box}`;

/** Drafts of one page, by the box they were typed into. */
export class Drafts {
  constructor(private readonly place: string) {}

  read(box: string): Draft | null {
    const draft = recall<Draft | null>(nameOf(this.place, box), null);
    return draft && typeof draft.text === 'string' && draft.at > Date.now() - DRAFT_DAYS * 86_400_000 ? draft : null;
  }

  write(box: string, text: string, key?: string): void {
    keep(nameOf(this.place, box), text && ({ text, key, at: Date.now() } satisfies Draft));
    prune();
  }

  /** The boxes that hold something. */
  boxes(): string[] {
    const start = nameOf(this.place, '');
    return names().flatMap((name) => (name.startsWith(start) ? [name.slice(start.length)] : []));
  }
}

const names = (): string[] => {
  try {
    return Object.keys(storage() ?? {}).flatMap((name) => (name.startsWith(`${NAME}:`) ? [name.slice(NAME.length + 1)] : []));
  } catch {
    return [];
  }
};

/** Old drafts go; of the others the newest stay as long as they fit. */
function prune(): void {
  let size = 0;
  names()
    .filter((name) => name.startsWith('draft:'))
    .map((name) => [name, recall<Draft>(name, { text: '', at: 0 })] as const)
    .sort((a, b) => b[1].at - a[1].at)
    .forEach(([name, { at, text }], index) => {
      size += text.length;
      if (at < Date.now() - DRAFT_DAYS * 86_400_000 || (index && size > DRAFT_CHARS_MAX)) keep(name, null);
    });
}

/** Receipts of one site, by the page they belong to, the newest first. */
export class Receipts {
  constructor(private readonly site: string) {}

  private all(): Record<string, string[]> {
    return recall<Record<string, string[]>>(`receipts:${this.site}`, {});
  }

  of(page: string): string[] {
    return this.all()[page] ?? [];
  }

  /** The newest of any page: it says who is writing again. */
  latest(): string | undefined {
    return Object.values(this.all())[0]?.[0];
  }

  write(page: string, receipts: string[]): void {
    const { [page]: _, ...others } = this.all();
    const pages = Object.entries(others).slice(0, PAGES_MAX);
    if (receipts.length) pages.unshift([page, receipts.slice(0, RECEIPTS_MAX)]);
    keep(`receipts:${this.site}`, Object.fromEntries(pages));
  }

  add(page: string, receipt: string): void {
    this.write(page, [receipt, ...this.of(page).filter((known) => known !== receipt)]);
  }
}
