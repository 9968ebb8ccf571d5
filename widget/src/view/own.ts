// Comments of one's own: they carry their receipt, are shown while they wait, can be changed and taken back.

import { keepReceipts, newestReceipts, recall } from '../drafts.ts';
import { showAnswered } from './answered.ts';
import { openReply } from './box.ts';
import { clean } from './clean.ts';
import { dressHelped } from './helped.ts';
import { merge, stamp } from './list.ts';
import { button, make } from './parts.ts';
import { aboveOf, articleOf, find, titleOf, idOf, isPublished, placeOf, type View } from './view.ts';

/** Mails leave after nine seconds: what is taken back by then was never told to anybody. */
const UNDO_MS = 8000;

/** Builds an article that the server sent to its author and puts it in its place. */
export function insertOwn(view: View, sent: HTMLElement): HTMLElement {
  const article = clean(sent, view.settings.shift)!;
  const { root, parent, receipt } = article.dataset;
  const known = articleOf(view, idOf(sent));
  keepReceipts(view.settings.site, view.section.dataset.page!, (all) => [receipt!, ...all.filter((each) => each !== receipt)]);
  if (known) known.replaceWith(article);
  else {
    const list = make('ol');
    list.append(make('li'));
    list.firstChild!.appendChild(article);
    // Where the parent is not loaded, the end of its thread is the nearest place.
    if (!articleOf(view, parent)) article.dataset.parent = root;
    merge(view, list, view.roots);
  }
  stamp(view, article);
  // What answers it may be thanked from now on.
  placeOf(article).querySelectorAll('article').forEach((each) => dressHelped(view, each));
  return article;
}

/** Counts the editing window down, quietly. */
export function dressOwn(view: View, article: HTMLElement): void {
  const { status, editUntil = '' } = article.dataset;
  const minutes = Math.ceil((Date.parse(editUntil) - view.skew - Date.now()) / 60_000);
  const isOpen = minutes > 0;
  if (status === 'pending') return;
  find(article, '.left')!.textContent = isOpen ? view.texts('window', minutes) : '';
  if (!isOpen) find(article, '.edit')?.remove();
}

/** The first press asks, the second one deletes; then for eight seconds the text can be had back. */
export async function remove(view: View, article: HTMLElement, pressed: HTMLElement): Promise<void> {
  const { texts } = view;
  const usual = pressed.textContent;
  const sure = texts('sure');
  if (usual !== sure) {
    pressed.textContent = sure;
    pressed.onblur = () => (pressed.textContent = usual);
    return;
  }
  const undo = undoNote(view, texts('deleted'), article, find(article, '.source')!.textContent!);
  if (!(await withdraw(view, article, pressed))) return;
  const all = [...view.roots.querySelectorAll<HTMLElement>('article[tabindex]')];
  const at = all.indexOf(article);
  const next = all[at + 1] ?? all[at - 1];
  leave(view, article, undo);
  (next ?? titleOf(view)).focus();
  view.say(texts('deleted'));
}

/** Takes the comment out of the list; above replies an empty place stays. */
function leave(view: View, article: HTMLElement, remark: string | Node = ''): void {
  const place = placeOf(article);
  view.setTotal(view.shown - +isPublished(article));
  if (find(place, 'li')) {
    article.className = 'gone';
    article.replaceChildren(make('p', 'note', view.texts('gone')));
    if (remark) article.after(remark);
  } else if (remark) place.replaceChildren(remark);
  else place.remove();
}

async function withdraw(view: View, article: HTMLElement, pressed: Element): Promise<boolean> {
  const { receipt } = article.dataset;
  const id = idOf(article);
  const answer = await view.post(`note/${id}/withdraw`, { receipt });
  if (!answer.given) view.refuse(answer, 'delete', pressed);
  else {
    keepReceipts(view.settings.site, view.section.dataset.page!, (known) => known.filter((each) => each !== receipt));
    view.emit('deleted', { id });
  }
  return !!answer.given;
}

/** A remark with a button that puts a text back into the box it came from, as a new draft. It stays eight seconds.
 *  A comment that is still there is taken back first, without a trace. */
export function undoNote(view: View, remark: string, article: HTMLElement, text: string): HTMLElement {
  const above = aboveOf(article);
  const paragraph = make('p', 'note', `${remark} `);
  const press = button('undo', view.texts('undo'), async () => {
    if (article.contains(press)) {
      if (!(await withdraw(view, article, press))) return;
      leave(view, article);
    }
    paragraph.remove();
    if (above?.isConnected) openReply(view, above, text);
    else view.boxes.get('new')?.fill(text);
    view.say(view.texts('undone'));
  });
  paragraph.append(press);
  setTimeout(() => {
    if (paragraph.contains(view.shadow.activeElement)) paragraph.closest('article')?.focus();
    paragraph.remove();
  }, UNDO_MS);
  return paragraph;
}

/** What the server was asked about, and its answer if there is one. */
export type Mine = Promise<[string[], HTMLElement?]>;

/** Asks about the comments this browser has receipts for: how those of this page stand, and who answered one on any
 *  page of the site. Without a receipt nothing is asked. */
export async function askMine(view: View): Mine {
  const { site } = view.settings;
  const receipts = newestReceipts(site);
  if (!receipts[0]) return [receipts];
  const { given } = await view.post('mine', { receipts: receipts.join(' '), since: recall(`answered:${site}`, '') }, true);
  if (given) showAnswered(view, given);
  return [receipts, given];
}

/** Shows the comments of one's own that stand on this page, with what is waiting among them. */
export async function showMine(view: View, mine: Mine): Promise<void> {
  const [receipts, section] = await mine;
  if (!section) return;
  view.skew = Date.parse(section.dataset.now!) - Date.now();
  // Receipts that are good for nothing any more go; those of other pages were not answered here.
  keepReceipts(view.settings.site, view.section.dataset.page!, (known) => known.filter((each) => !receipts.includes(each)));
  // Oldest first, so that a reply finds its parent.
  for (const article of [...section.querySelectorAll('article')].reverse()) insertOwn(view, article);
}
