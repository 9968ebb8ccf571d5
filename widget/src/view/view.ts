// What the parts of one thread on a page share.

import type { Drafts, Receipts } from '../drafts.ts';
import type { Settings } from '../settings.ts';
import type { Texts } from '../thread.ts';
import type { Box } from './box.ts';

/** A comment that this browser holds a receipt for. */
export interface Own {
  receipt: string;
  /** The text as sent. */
  source: string;
  pending: boolean;
  /** Until when it may be edited, in milliseconds by this browser's clock. */
  until: number;
}

export interface View {
  host: HTMLElement;
  root: ShadowRoot;
  settings: Settings;
  /** Ends with the element's stay in the page; listeners and requests end with it. */
  gone: AbortController;
  section: HTMLElement;
  list: HTMLElement;
  texts: Texts;
  /** The language that the texts are in, for numbers and times. */
  lang: string;
  /** The key of the page, as the server named it. */
  page: string;
  newestFirst: boolean;
  total: number;
  drafts: Drafts;
  receipts: Receipts;
  own: Map<string, Own>;
  /** What the server's clock is ahead of ours, in milliseconds. */
  skew: number;
  /** Open boxes by name: `new`, `r` or `e` with the id of a comment. */
  boxes: Map<string, Box>;
  actions: HTMLElement | null;
  form: HTMLElement | null;
  /** The address of a route of this site. */
  route(name: string): string;
  /** What names this page to the server. */
  named(): { page: string; url: string; lang: string };
  /** Tells people who listen: what happened, or at once what went wrong. */
  say(text: string): void;
  warn(text: string, beside?: Element): void;
  /** Shows a remark above the list. */
  note(text: string): void;
  /** Loads the thread in another order. */
  order(sort: string): void;
  relative?: Intl.RelativeTimeFormat;
  /** False when a listener of the page prevented it. */
  emit(name: string, detail: object): boolean;
  setTotal(total: number): void;
}

export const articleOf = (view: View, id: string): HTMLElement | null => view.root.getElementById(`comment-${id}`);

export const idOf = (article: Element): string => article.id.slice('comment-'.length);

export const placeOf = (article: Element): HTMLElement => article.closest('li')!;

export const nameIn = (article: Element): string => article.querySelector('.author')?.textContent ?? '';
