// Answering as the author from the post itself. A mark in the page's storage shows the buttons and is no right at
// all: only the window on our server can do anything.

import { keep, recall } from '../drafts.ts';
import { NAME } from '../name.ts';
import { base } from '../origin.ts';

const LOOK_MS = 500;

/** What the address says to remove the mark, and to set it. */
const WORDS = [`#${NAME}-author-off`, `#${NAME}-author`];

/** Whether this browser has the mark, once the address was looked at and cleaned of what it says about it. */
export function isMarked(site: string): boolean {
  const name = `author:${site}`;
  const word = WORDS.indexOf(location.hash);
  if (word >= 0) {
    keep(name, word);
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  return !!recall(name, 0);
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
