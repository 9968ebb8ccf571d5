// Thanks in the post: who wrote the comments that its author used, where the post has a place for it.

import { NAME } from '../name.ts';
import { find } from './view.ts';

const PLACE = `[data-${NAME}-thanks]`;

export const wantsThanks = (): boolean => !!document.querySelector(PLACE);

/** Takes the sentence out of the thread and copies it to its places in the page. */
export function giveThanks(section: HTMLElement): void {
  const thanks = find(section, '.thanks');
  thanks?.remove();
  if (thanks) document.querySelectorAll(PLACE).forEach((place) => place.replaceChildren(...thanks.cloneNode(true).childNodes));
}
