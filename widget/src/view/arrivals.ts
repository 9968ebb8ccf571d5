// What others wrote meanwhile: asked for now and then while somebody is looking, shown when they want it.

import { arrivalText } from '../thread.ts';
import { dressList, goTo, mergeSection, tick } from './list.ts';
import { button, make } from './parts.ts';
import { articleOf, find, idOf, type View } from './view.ts';

const EVERY_MS = 45_000;
/** Without a sign of life from the reader for this long, nothing is asked any more. */
const IDLE_MS = 30 * 60_000;
const TICK_MS = 15_000;

/** Asks regularly while the page is visible, the thread is in view and the reader is there. */
export function watch(view: View, signal: AbortSignal): void {
  let active = Date.now();
  let asked = active;
  for (const sign of ['pointerdown', 'keydown', 'scroll'])
    document.addEventListener(sign, () => (active = Date.now()), { signal, passive: true });
  const timer = setInterval(() => {
    const now = Date.now();
    if (document.hidden || !view.near) return;
    tick(view);
    if (view.settings.live === 'off' || now - active > IDLE_MS || now - asked < EVERY_MS) return;
    asked = now;
    void check(view);
  }, TICK_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
}

/** Asks now. The browser sends the ETag along, so that an unchanged thread costs next to nothing. */
export async function check(view: View): Promise<void> {
  const { given: section } = await view.read({ sort: view.section.dataset.sort });
  const total = +(section?.dataset.total ?? 0);
  const fresh = total - view.shown;
  if (!section || fresh <= 0) return;
  const answers = [...section.querySelectorAll('li li>[data-by=author]')].filter((each) => !articleOf(view, idOf(each)));
  const text = arrivalText(view.texts, fresh, answers.length);
  const pill = button('pill', '', () => show(view, section, total));
  pill.append(make('span', '', text));
  find(view.section, '.pill')?.remove();
  view.roots.before(pill);
  view.say(text);
  view.emit('arrived', { total: fresh });
}

/** Lets the new comments in without moving what is being read, and goes to the first of them. */
function show(view: View, section: HTMLElement, total: number): void {
  const isWhole = !find(view.section, ':scope>.more');
  const fresh = mergeSection(view, section);
  // They are behind the part that is loaded: the newest first shows them.
  if (!fresh.length) return view.order('newest');
  find(view.section, '.pill')?.remove();
  view.setTotal(total);
  if (isWhole) dressList(view, section);
  goTo(view, fresh);
}
