// The list of comments: new ones find their place in it, later parts are fetched into it, addresses lead into it.

import { ask } from '../api.ts';
import { ago, standsBefore } from '../thread.ts';
import { clean } from './clean.ts';
import { dressOwn } from './own.ts';
import { openReply } from './box.ts';
import { busily, button, make } from './parts.ts';
import { articleOf, idOf, nameIn, placeOf, type View } from './view.ts';

/** Comments that are made ready at once; the others follow in slices, so that no task is long. */
const SLICE = 12;

/** Asks for a part of the thread and builds it anew; `null` when that failed. */
export async function fetchPart(view: View, fields: Record<string, string>, pressed?: Element): Promise<HTMLElement | null> {
  const answer = await ask('GET', view.route('thread'), { ...view.named(), ...fields }, view.gone.signal);
  const section = answer.ok && answer.body?.querySelector('section');
  if (section) return clean(section, view.settings.heading - 2) as HTMLElement;
  view.warn(answer.sentence || view.texts('unread'), pressed);
  view.emit('error', { status: answer.status, action: 'read' });
  return null;
}

/** Puts places of `from` where they belong and gives the comments that were not there before. */
export function merge(view: View, from: Element, into: Element): HTMLElement[] {
  const fresh: HTMLElement[] = [];
  for (const place of [...from.children] as HTMLElement[]) {
    const replies = place.querySelector(':scope > ol');
    const { root, more, left } = place.dataset;
    const comment = place.querySelector<HTMLElement>(':scope > article');
    const known = root ? articleOf(view, root) : comment && articleOf(view, idOf(comment));
    if (known) {
      const there = placeOf(known);
      if (root) {
        // The next replies of a root: behind them there may be more.
        if (more) Object.assign(there.dataset, { more, left });
        else delete there.dataset.more;
      } else if (comment) refresh(view, known, comment);
      if (replies) fresh.push(...merge(view, replies, repliesOf(there)));
      dressMore(view, there);
    } else if (comment) {
      const all = [...place.querySelectorAll('article')];
      // A comment of one's own may wait elsewhere until its parent is loaded.
      for (const each of all) articleOf(view, idOf(each))?.closest('li')?.remove();
      const parent = comment.dataset.parent && articleOf(view, comment.dataset.parent);
      insert(view, place, parent ? repliesOf(placeOf(parent)) : into);
      fresh.push(...all);
    }
  }
  return fresh;
}

function insert(view: View, place: HTMLElement, into: Element): void {
  const id = idOf(place.querySelector('article')!);
  const newestFirst = into === view.list && view.newestFirst;
  const next = [...into.children].find((other) => {
    const article = other.querySelector('article');
    return article && !other.hasAttribute('data-pinned') && standsBefore(id, idOf(article), newestFirst);
  });
  into.insertBefore(place, next ?? null);
}

function refresh(view: View, known: HTMLElement, comment: HTMLElement): void {
  const [before, after] = [known, comment].map((each) => each.querySelector('.body'));
  if (!!before !== !!after) {
    known.replaceWith(comment);
    stamp(view, comment);
  } else if (before && after && !before.isEqualNode(after)) before.replaceWith(after);
}

export function repliesOf(place: HTMLElement): Element {
  const there = place.querySelector(':scope > ol');
  if (there) return there;
  const made = make('ol');
  place.querySelector('article')!.after(made);
  return made;
}

/** Gives comments their label, time, and buttons: the first ones now, the others bit by bit. */
export function stampAll(view: View, articles: HTMLElement[], atOnce = SLICE): void {
  articles.splice(0, atOnce).forEach((article) => stamp(view, article));
  if (articles.length) setTimeout(() => stampAll(view, articles), 0);
}

const isStamped = (article: Element) => article.hasAttribute('tabindex');

export function stamp(view: View, article: HTMLElement): void {
  if (isStamped(article)) return;
  article.tabIndex = -1;
  article.setAttribute('part', 'comment');
  const heading = article.querySelector<HTMLElement>(':scope > :is(h3,h4,h5)');
  if (!heading) return;
  heading.id = `by-${idOf(article)}`;
  article.setAttribute('aria-labelledby', heading.id);
  article.dataset.letter = nameIn(article).trim().match(/\p{L}|\p{N}|\p{Extended_Pictographic}/u)?.[0].toUpperCase() ?? '?';
  const time = article.querySelector('time')!;
  const link = make('a', 'time');
  link.href = `#comment-${idOf(article)}`;
  time.replaceWith(link);
  link.append(time);
  const exact = new Date(time.dateTime);
  link.title = exact.toLocaleString(view.lang, { dateStyle: 'full', timeStyle: 'short' });
  tell(view, time);
  const actions = (view.actions?.cloneNode(true) ?? make('div', 'actions')) as HTMLElement;
  article.append(actions);
  const reply = actions.querySelector<HTMLElement>('.reply');
  if (reply) {
    reply.ariaLabel = view.texts('reply_to', undefined, nameIn(article));
    reply.onclick = () => openReply(view, article);
  }
  dressOwn(view, article);
}

/** Writes how long ago a comment was made. */
function tell(view: View, time: HTMLTimeElement): void {
  view.relative ??= new Intl.RelativeTimeFormat(view.lang, { numeric: 'auto' });
  time.textContent = ago((Date.now() + view.skew - Date.parse(time.dateTime)) / 1000, view.relative);
}

export function tellAll(view: View): void {
  view.list.querySelectorAll('time').forEach((time) => isStamped(time.closest('article')!) && tell(view, time));
}

/** Shows or removes the button behind which more replies of this root are. */
export function dressMore(view: View, place: HTMLElement): void {
  place.querySelector(':scope > .more')?.remove();
  const { more, left } = place.dataset;
  if (!more) return;
  const press = button('more', view.texts('replies', Number(left)), () =>
    busily(press, async () => {
      const part = await fetchPart(view, { cursor: more }, press);
      if (part) focusFirst(view, merge(view, part.querySelector('.list')!, view.list));
    }),
  );
  place.append(press);
}

/** Shows or removes the button behind which more roots are. */
export function dressList(view: View, next = view.section.dataset.next): void {
  view.section.querySelector(':scope > .more')?.remove();
  if (!next) return;
  const press = button('more', view.texts('more'), () =>
    busily(press, async () => {
      const part = await fetchPart(view, { cursor: next }, press);
      if (!part) return;
      const fresh = merge(view, part.querySelector('.list')!, view.list);
      dressList(view, part.dataset.next);
      focusFirst(view, fresh);
    }),
  );
  view.list.after(press);
}

function focusFirst(view: View, fresh: HTMLElement[]): void {
  const [first] = fresh;
  view.list.querySelectorAll<HTMLElement>('[data-more]').forEach((place) => dressMore(view, place));
  stampAll(view, fresh);
  (first ?? view.section.querySelector<HTMLElement>('.title'))?.focus();
}

/** Goes to a comment, fetching the part of the thread that holds it where needed. */
export async function open(view: View, id: string): Promise<void> {
  let article = articleOf(view, id);
  if (!article) {
    const part = await fetchPart(view, { around: id });
    if (part) {
      const fresh = merge(view, part.querySelector('.list')!, view.list);
      fresh.forEach((each) => each.parentElement?.hasAttribute('data-more') && dressMore(view, each.parentElement));
      stampAll(view, fresh, Infinity);
    }
    article = articleOf(view, id);
  }
  if (article) reveal(view, article);
  else view.note(view.texts('unknown'));
}

/** Brings a comment before the reader's eyes. */
export function reveal(view: View, article: HTMLElement): void {
  stamp(view, article);
  const calm = matchMedia('(prefers-reduced-motion:reduce)').matches;
  article.scrollIntoView({ block: article.offsetHeight > innerHeight / 2 ? 'start' : 'center', behavior: calm ? 'instant' : 'auto' });
  article.focus({ preventScroll: true });
  article.classList.add('found');
  setTimeout(() => article.classList.remove('found'), 3000);
}
