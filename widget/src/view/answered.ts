// The line that says "you were answered", on whatever page of the site its reader is.

import { keep } from '../drafts.ts';
import { clean } from './clean.ts';
import type { ThreadElement } from './element.ts';
import { find, type View } from './view.ts';

/** Shows the line of an answer from the server: above the thread where that is in view, else below in the window. */
export function showAnswered(view: View, section: HTMLElement): void {
  const { settings, shadow } = view;
  const host = shadow.host as ThreadElement;
  const sent = find(section, '.answered');
  if (!sent || find(shadow, '.answered')) return;
  const line = clean(sent, 0)!;
  const dismiss = () => {
    keep(`answered:${settings.site}`, line.dataset.id);
    if (line.contains(shadow.activeElement)) find(shadow, '.title')?.focus({ preventScroll: true });
    line.remove();
  };
  /** The line makes way for what has the focus where it stands. */
  const makeWay = ({ target }: Event) => {
    if (!line.isConnected) return document.removeEventListener('focusin', makeWay);
    const isBelow = (target as Element).getBoundingClientRect().bottom > line.getBoundingClientRect().top;
    line.classList.toggle('covers', target !== host && isBelow);
  };
  line.dataset.theme = settings.theme;
  line.onclick = ({ target }) => {
    const link = (target as Element).closest<HTMLAnchorElement>('a,button');
    if (link) dismiss();
    // Nothing changes in an address that leads there already.
    if (link?.href === location.href) void host.open(line.dataset.id!);
  };
  line.onkeydown = ({ key }) => key === 'Escape' && dismiss();
  document.addEventListener('focusin', makeWay);
  shadow.prepend(line);
  new IntersectionObserver(([entry]) => {
    // A reader who is past the thread has seen the line.
    line.classList.toggle('afar', !entry!.isIntersecting && entry!.boundingClientRect.top > 0);
  }).observe(host);
  view.say(line.firstElementChild!.textContent!);
}
