// What the parts of one thread on a page share.

import type { Answer, Fields } from '../api.ts';
import type { Settings } from '../settings.ts';
import type { Texts } from '../thread.ts';
import type { Box } from './box.ts';

export interface View {
  shadow: ShadowRoot;
  settings: Settings;
  /** The whole thread; its attributes say of which page, in which order and language. */
  section: HTMLElement;
  /** The list of roots in it. */
  roots: HTMLElement;
  texts: Texts;
  /** Costly to make, so there is one of each. */
  relative: Intl.RelativeTimeFormat;
  exact: Intl.DateTimeFormat;
  /** What the names of this page's drafts begin with. */
  drafts: string;
  /** How many comments the title says there are. */
  shown: number;
  /** What the server's clock is ahead of ours, in milliseconds. */
  skew: number;
  /** Open boxes by name: `new`, `r` or `e` with the id of a comment. */
  boxes: Map<string, Box>;
  /** What stands below every comment, to copy. */
  actions: HTMLElement;
  /** The form of a box, to copy. */
  blank: HTMLElement;
  /** The thread is in view, or nearly. */
  near: boolean;
  /** Asks a route of this site; the page is named where the route wants it. */
  post(route: string, fields: Fields, isNamed?: boolean): Promise<Answer>;
  read(fields: Fields): Promise<Answer>;
  /** Tells people who listen what happened, or at once what went wrong; that also stands beside its cause. */
  say(text: string): void;
  alarm(text: string, beside?: Element): void;
  /** Warns of a refusal and tells the page. */
  refuse(answer: Answer, action: string, beside?: Element): void;
  /** False when a listener of the page prevented it. */
  emit(name: string, detail: object): boolean;
  setTotal(total: number): void;
  /** Loads the thread in another order. */
  order(sort: string): void;
}

export const find = <T extends HTMLElement>(within: ParentNode, selector: string): T | null => within.querySelector<T>(selector);

export const articleOf = (view: View, id = ''): HTMLElement | null => view.shadow.getElementById(`comment-${id}`);

export const idOf = (article: Element): string => article.id.slice('comment-'.length);

export const placeOf = (article: Element): HTMLElement => article.closest('li')!;

/** The comment that another one answers, where it is there. */
export const aboveOf = (article: Element): HTMLElement | null | undefined =>
  placeOf(article).parentElement!.closest('li')?.querySelector('article');

export const nameIn = (article: Element): string => find(article, '.author')?.textContent ?? '';

export const isPublished = (article: HTMLElement): boolean => article.dataset.status !== 'pending';

export const titleOf = (view: View): HTMLElement => find(view.section, '.title')!;
