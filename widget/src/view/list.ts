// The list of comments: new ones find their place in it, later parts are fetched into it, addresses lead into it.

import type { Fields } from '../api.ts';
import { ago } from '../thread.ts';
import { clean } from './clean.ts';
import { dressHelped } from './helped.ts';
import { dressOwn } from './own.ts';
import { button, make } from './parts.ts';
import { articleOf, find, titleOf, idOf, nameIn, placeOf, type View } from './view.ts';

/** Comments that are made ready at once; the others follow in slices, so that no task is long. */
const SLICE = 12;
const FOUND_MS = 3000;

/** Fetches a part of the thread into the list and gives what is new in it, or nothing after a warning. */
async function fetchPart(view: View, fields: Fields, beside: Element, then?: (section: HTMLElement) => void): Promise<HTMLElement[] | void> {
  const answer = await view.read(fields);
  if (!answer.given) return view.refuse(answer, 'read', beside);
  then?.(answer.given);
  return mergeSection(view, answer.given);
}

/** Lets the comments of another answer into the list; gives those that were not there before. */
export function mergeSection(view: View, section: Element): HTMLElement[] {
  const fresh = merge(view, find(clean(section, view.settings.shift)!, '.list')!, view.roots);
  dressPlaces(view);
  return fresh;
}

/** Puts places of `from` where they belong. */
export function merge(view: View, from: Element, into: Element): HTMLElement[] {
  return ([...from.children] as HTMLElement[]).flatMap((place) => {
    const replies = find(place, ':scope>ol');
    const { root, more, left } = place.dataset;
    const comment = find(place, 'article')!;
    // A place of another root's replies has no comment of its own.
    const known = articleOf(view, root ?? idOf(comment));
    if (known) {
      const there = placeOf(known);
      if (root) {
        delete there.dataset.more;
        if (more) Object.assign(there.dataset, { more, left });
      }
      return replies ? merge(view, replies, repliesOf(there)) : [];
    }
    const all = [...place.querySelectorAll('article')];
    // A comment of one's own may wait elsewhere until its parent is loaded.
    for (const each of all) articleOf(view, idOf(each))?.closest('li')?.remove();
    const parent = articleOf(view, comment.dataset.parent);
    const list = parent ? repliesOf(placeOf(parent)) : into;
    const order = list === view.roots && view.section.dataset.sort === 'newest' ? -1 : 1;
    const next = ([...list.children] as HTMLElement[]).find(
      (other) => other.dataset.pinned === undefined && order * (+idOf(other.firstElementChild ?? other) - +idOf(comment)) > 0,
    );
    list.insertBefore(place, next ?? null);
    return all;
  });
}

function repliesOf(place: HTMLElement): Element {
  const there = find(place, ':scope>ol') ?? make('ol');
  if (!there.parentNode) find(place, 'article')!.after(there);
  return there;
}

/** Gives comments their label, time, and buttons: the first ones now, the others bit by bit. */
export function stampAll(view: View, articles: HTMLElement[]): void {
  articles.slice(0, SLICE).forEach((article) => stamp(view, article));
  if (articles[SLICE]) setTimeout(() => stampAll(view, articles.slice(SLICE)));
}

export function stamp(view: View, article: HTMLElement): void {
  const heading = find(article, 'h3,h4,h5');
  if (article.hasAttribute('tabindex')) return;
  article.tabIndex = -1;
  article.setAttribute('part', 'comment');
  if (!heading) return;
  const name = nameIn(article);
  const time = find<HTMLTimeElement>(article, 'time')!;
  const link = make('a', 'time');
  const actions = view.actions.cloneNode(true) as HTMLElement;
  heading.id = `by-${idOf(article)}`;
  article.setAttribute('aria-labelledby', heading.id);
  article.dataset.letter = [...name][0]?.toUpperCase();
  link.href = `#${article.id}`;
  link.title = view.exact.format(new Date(time.dateTime));
  time.replaceWith(link);
  link.append(time);
  tell(view, time);
  article.append(actions);
  find(actions, '.reply')?.setAttribute('aria-label', view.texts('reply_to', NaN, name));
  if (article.dataset.receipt) dressOwn(view, article);
  else find(actions, '.own')!.remove();
  dressHelped(view, article);
}

/** Writes how long ago a comment was made. */
function tell(view: View, time: HTMLTimeElement): void {
  time.textContent = ago((Date.now() + view.skew - Date.parse(time.dateTime)) / 1000, view.relative);
}

/** Lets times and editing windows go on. */
export function tick(view: View): void {
  view.roots.querySelectorAll<HTMLTimeElement>('a>time').forEach((time) => tell(view, time));
  view.roots.querySelectorAll<HTMLElement>('[data-receipt] .left').forEach((left) => dressOwn(view, left.closest('article')!));
}

/** Shows or removes the buttons behind which more replies of a root are. */
export function dressPlaces(view: View): void {
  view.roots.querySelectorAll(':scope>li>.more').forEach((old) => old.remove());
  view.roots.querySelectorAll<HTMLElement>('[data-more]').forEach((place) => {
    const { more, left } = place.dataset;
    place.append(moreButton(view, view.texts('replies', +left!), more!));
  });
}

/** Shows or removes the button behind which more roots are. */
export function dressList(view: View, last = view.section): void {
  const { next } = last.dataset;
  find(view.section, ':scope>.more')?.remove();
  if (next) view.roots.after(moreButton(view, view.texts('more'), next, (section) => dressList(view, section)));
}

function moreButton(view: View, text: string, cursor: string, then?: (section: HTMLElement) => void): HTMLElement {
  const press = button('more', text, async () => {
    const fresh = await fetchPart(view, { cursor }, press, then);
    if (fresh) goTo(view, fresh);
  });
  return press;
}

/** Moves the focus to the first of the new comments. */
export function goTo(view: View, fresh: HTMLElement[]): void {
  stampAll(view, fresh);
  (fresh[0] ?? titleOf(view)).focus();
}

/** Goes to a comment, fetching the part of the thread that holds it where needed. */
export async function open(view: View, id: string): Promise<void> {
  if (!articleOf(view, id)) await fetchPart(view, { around: id }, find(view.section, '.bar')!);
  const article = articleOf(view, id);
  if (article) reveal(view, article);
}

/** Brings a comment before the reader's eyes. */
export function reveal(view: View, article: HTMLElement): void {
  // Whatever stands above it must have its height before.
  for (const each of view.roots.querySelectorAll('article')) stamp(view, each);
  article.scrollIntoView({ behavior: 'instant' });
  article.focus({ preventScroll: true });
  article.classList.add('found');
  setTimeout(() => article.classList.remove('found'), FOUND_MS);
}
