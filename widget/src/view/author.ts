// Answering as the author from the post itself. A mark in the page's storage shows the buttons and is no right at
// all: only the window on our server can do anything.

import { keep, recall } from '../drafts.ts';
import { NAME } from '../name.ts';
import { base } from '../origin.ts';

const LOOK_MS = 500;

const markOf = (site: string): string => `author:${site}`;

export const isMarked = (site: string): boolean => !!recall(markOf(site), 0);

/** True when the address sets or removes the mark; it is cleaned of that. */
export function readMark(site: string): boolean {
  const [mark, off] = RegExp(`^#${NAME}-author(-off)?$`).exec(location.hash) ?? [];
  if (!mark) return false;
  keep(markOf(site), off ? 0 : 1);
  history.replaceState(history.state, '', location.pathname + location.search);
  return true;
}

/** Opens the window for one comment; `then` runs once it is closed, or its opener is looked at again. */
export function openWindow(site: string, id: string, then: () => void): void {
  const opened = open(`${base}window/${site}/${id}`, NAME, 'popup,width=480,height=720');
  const back = () => {
    clearInterval(timer);
    removeEventListener('focus', back);
    then();
  };
  // Pages that isolate themselves see every window as closed; their own focus tells them.
  const timer = setInterval(() => opened?.closed && back(), LOOK_MS);
  addEventListener('focus', back);
}
