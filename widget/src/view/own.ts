// Comments of one's own: known by their receipts, shown while they wait, changed, taken back.

import { ask } from '../api.ts';
import { openEdit, openReply, type Purpose } from './box.ts';
import { clean } from './clean.ts';
import { merge, stamp } from './list.ts';
import { busily, button, make } from './parts.ts';
import { articleOf, idOf, placeOf, type Own, type View } from './view.ts';

const UNDO_MS = 10_000;
/** How long a button asks "really?" */
const SURE_MS = 6000;

/** Builds an article that the server sent to its author, notes its receipt, and puts it in its place. */
export function insertOwn(view: View, sent: HTMLElement): HTMLElement {
  const { status, root } = sent.dataset;
  const id = idOf(sent);
  const article = clean(sent, view.settings.heading - 2) as HTMLElement;
  delete article.dataset.receipt;
  note(view, sent);
  const known = articleOf(view, id);
  if (known) {
    if (known.dataset.status === 'pending' !== (status === 'pending')) view.setTotal(view.total + (status === 'pending' ? -1 : 1));
    known.replaceWith(article);
  } else {
    const place = make('li');
    place.append(article);
    // Where the parent is not loaded, the end of its thread is the nearest place.
    if (!articleOf(view, article.dataset.parent ?? '') && articleOf(view, root ?? '')) article.dataset.parent = root!;
    const list = make('ol');
    list.append(place);
    merge(view, list, view.list);
    if (status !== 'pending') view.setTotal(view.total + 1);
  }
  stamp(view, article);
  return article;
}

/** Notes that a comment is one's own. */
function note(view: View, sent: HTMLElement): void {
  const { receipt = '', status, editUntil } = sent.dataset;
  view.own.set(idOf(sent), {
    receipt,
    source: sent.querySelector('.source')?.textContent ?? '',
    pending: status === 'pending',
    until: Date.parse(editUntil ?? '') - view.skew,
  });
  if (receipt) view.receipts.add(view.page, receipt);
}

/** Adds what only its author can do. */
export function dressOwn(view: View, article: HTMLElement): void {
  const own = view.own.get(idOf(article));
  const actions = article.querySelector('.actions');
  if (!own || !actions) return;
  actions.querySelectorAll('.edit,.delete,.left').forEach((each) => each.remove());
  const minutes = Math.ceil((own.until - Date.now()) / 60_000);
  if (own.pending || minutes > 0) actions.append(button('edit', view.texts('edit'), () => openEdit(view, article)));
  actions.append(removal(view, article, own));
  if (!own.pending && minutes > 0 && minutes <= 60) actions.append(make('span', 'left', view.texts('window', minutes)));
}

/** Counts editing windows down, quietly, without touching what has the focus. */
export function tickOwn(view: View): void {
  for (const id of view.own.keys()) {
    const article = articleOf(view, id);
    if (article && !article.contains(view.root.activeElement)) dressOwn(view, article);
  }
}

function removal(view: View, article: HTMLElement, own: Own): HTMLElement {
  const { texts } = view;
  let asked = 0;
  const calm = () => {
    clearTimeout(asked);
    asked = 0;
    press.textContent = texts('delete');
  };
  const press = button('delete', texts('delete'), () => {
    if (!asked) {
      press.textContent = texts('sure');
      asked = window.setTimeout(calm, SURE_MS);
      return;
    }
    calm();
    void busily(press, async () => {
      const id = idOf(article);
      const parent = article.parentElement?.parentElement?.closest('li')?.querySelector('article');
      const purpose: Purpose = parent && !article.dataset.parent ? { parent: idOf(parent) } : { parent: article.dataset.parent ?? '' };
      if (!(await withdraw(view, id, press))) return;
      const note = make('p', 'note');
      note.append(`${texts('deleted')} `, putBack(view, purpose, own.source, () => note.remove()));
      const next = neighbour(view, article);
      leave(view, article, note);
      (next ?? view.section.querySelector<HTMLElement>('.title'))?.focus();
      view.say(texts('deleted'));
    });
  });
  press.onblur = () => asked && calm();
  return press;
}

/** The comment that gets the focus when this one goes: the next, else the previous, else its parent. */
function neighbour(view: View, article: HTMLElement): HTMLElement | undefined {
  const all = [...view.list.querySelectorAll<HTMLElement>('article[tabindex]')];
  const at = all.indexOf(article);
  return all[at + 1] ?? all[at - 1];
}

/** Takes the comment out of the list; above replies an empty place stays. */
function leave(view: View, article: HTMLElement, note?: HTMLElement): void {
  const place = placeOf(article);
  if (!view.own.get(idOf(article))?.pending) view.setTotal(view.total - 1);
  view.own.delete(idOf(article));
  if (place.querySelector(':scope > ol > li')) {
    article.classList.add('gone');
    article.replaceChildren(make('p', 'note', view.texts('gone')));
    if (note) article.append(note);
  } else if (note) place.replaceChildren(note);
  else place.remove();
  if (note) setTimeout(() => note.isConnected && (note.parentElement?.matches('li') ? place.remove() : note.remove()), UNDO_MS);
}

async function withdraw(view: View, id: string, pressed: Element): Promise<boolean> {
  const own = view.own.get(id)!;
  const answer = await ask('POST', view.route(`note/${id}/withdraw`), { receipt: own.receipt, lang: view.settings.lang });
  if (answer.ok) {
    view.receipts.write(view.page, view.receipts.of(view.page).filter((each) => each !== own.receipt));
    view.emit('deleted', { id });
    return true;
  }
  view.warn(answer.sentence || view.texts(answer.status ? 'failed' : 'unread'), pressed);
  view.emit('error', { status: answer.status, action: 'delete' });
  return false;
}

/** A button that puts a text back into the box it came from, as a new draft. */
function putBack(view: View, { parent }: Purpose, text: string, done: () => void): HTMLElement {
  return button('undo', view.texts('undo'), () => {
    done();
    const article = parent && articleOf(view, parent);
    if (article) openReply(view, article, text);
    else {
      const box = view.boxes.get('new');
      box?.fill(text);
      box?.area.focus();
    }
    view.say(view.texts('undone'));
  });
}

/** For ten seconds a comment just sent can be taken back without a trace. */
export function offerUndo(view: View, article: HTMLElement, purpose: Purpose, text: string): void {
  const note = make('p', 'note', `${view.texts(article.dataset.status === 'pending' ? 'pending' : 'posted')} `);
  const undo = putBack(view, purpose, text, () => {});
  const back = undo.onclick!;
  undo.onclick = (event) =>
    busily(undo, async () => {
      if (!(await withdraw(view, idOf(article), undo))) return;
      leave(view, article);
      back.call(undo, event);
    });
  note.append(undo);
  article.append(note);
  setTimeout(() => {
    if (note.contains(view.root.activeElement)) article.focus();
    note.remove();
  }, UNDO_MS);
}

/** Shows what this browser has receipts for on this page, with what is waiting among it. */
export async function showMine(view: View): Promise<void> {
  const receipts = view.receipts.of(view.page);
  if (!receipts.length) return;
  const answer = await ask('POST', view.route('mine'), { ...view.named(), receipts: receipts.join(' ') }, view.gone.signal);
  const section = answer.ok && answer.body?.querySelector('section');
  if (!section) return;
  view.skew = Date.parse(section.dataset.now ?? '') - Date.now() || 0;
  const articles = [...section.querySelectorAll('article')];
  view.receipts.write(view.page, articles.map((each) => each.dataset.receipt!));
  // Oldest first, so that a reply finds its parent.
  for (const article of articles.reverse()) {
    const known = articleOf(view, idOf(article));
    if (article.dataset.status === 'pending') insertOwn(view, article);
    else note(view, article);
    if (known && known.isConnected && known.hasAttribute('tabindex')) dressOwn(view, known);
  }
}
