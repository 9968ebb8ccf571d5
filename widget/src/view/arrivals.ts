// What others wrote meanwhile: asked for now and then while somebody is looking, shown when they want it.

import { ask } from '../api.ts';
import { arrivalText } from '../thread.ts';
import { clean } from './clean.ts';
import { dressList, dressMore, merge, stampAll, tellAll } from './list.ts';
import { tickOwn } from './own.ts';
import { button } from './parts.ts';
import { articleOf, idOf, type View } from './view.ts';

const EVERY_MS = 45_000;
/** Without a sign of life from the reader for this long, nothing is asked any more. */
const IDLE_MS = 30 * 60_000;
const TICK_MS = 15_000;

/** Asks regularly while the page is visible, the thread is in view and the reader is there. */
export function watch(view: View): void {
  const { signal } = view.gone;
  let inView = false;
  let active = Date.now();
  let asked = Date.now();
  const observer = new IntersectionObserver((entries) => (inView = entries.at(-1)!.isIntersecting));
  observer.observe(view.host);
  const alive = () => (active = Date.now());
  for (const sign of ['pointerdown', 'keydown', 'scroll', 'visibilitychange'])
    document.addEventListener(sign, alive, { signal, passive: true });
  const tick = setInterval(() => {
    if (document.hidden || !inView) return;
    tellAll(view);
    tickOwn(view);
    const now = Date.now();
    if (view.settings.live === 'off' || now - active > IDLE_MS || now - asked < EVERY_MS) return;
    asked = now;
    void check(view);
  }, TICK_MS);
  signal.addEventListener('abort', () => (clearInterval(tick), observer.disconnect()));
}

/** Asks now. The browser sends the ETag along, so that an unchanged thread costs next to nothing. */
export async function check(view: View): Promise<void> {
  const sort = view.newestFirst ? 'newest' : 'oldest';
  const answer = await ask('GET', view.route('thread'), { ...view.named(), sort }, view.gone.signal);
  const section = answer.ok && answer.body?.querySelector('section');
  if (!section) return;
  const stamp = section.querySelector<HTMLTemplateElement>('#t-form')?.content.querySelector<HTMLInputElement>('[name=stamp]');
  view.root.querySelectorAll<HTMLInputElement>('[name=stamp]').forEach((old) => stamp && (old.value = stamp.value));
  const total = Number(section.dataset.total);
  const fresh = total - view.total;
  if (fresh <= 0) return;
  const built = clean(section, view.settings.heading - 2) as HTMLElement;
  const found = [...built.querySelectorAll<HTMLElement>('.list article:not(.gone)')].filter((each) => !articleOf(view, idOf(each)));
  const answers = found.filter((each) => each.dataset.by === 'author' && each.parentElement?.parentElement?.closest('li'));
  const pill = button('pill', arrivalText(view.texts, fresh, answers.length), () => show(view, built, found, total));
  view.section.querySelector('.pill')?.remove();
  view.section.querySelector('.bar')!.after(pill);
  view.say(pill.textContent!);
  view.emit('arrived', { total: fresh });
}

/** Lets the new comments in without moving what is being read, and goes to the first of them. */
function show(view: View, section: HTMLElement, found: HTMLElement[], total: number): void {
  view.section.querySelector('.pill')?.remove();
  if (!found.length && !view.newestFirst) return view.order('newest');
  const { next } = section.dataset;
  const wasWhole = !view.section.querySelector(':scope > .more');
  const fresh = merge(view, section.querySelector('.list')!, view.list);
  view.setTotal(total);
  view.list.querySelectorAll<HTMLElement>('[data-more]').forEach((place) => dressMore(view, place));
  if (wasWhole) dressList(view, next);
  stampAll(view, fresh, Infinity);
  fresh.forEach((each) => each.classList.add('found'));
  setTimeout(() => fresh.forEach((each) => each.classList.remove('found')), 3000);
  (fresh[0] ?? view.section.querySelector<HTMLElement>('.title'))?.focus();
}
