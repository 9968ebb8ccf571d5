// A box to write in: for a new comment, a reply, or the text of a comment of one's own.
// What is typed is never lost: it is cleared only when the server has it.

import { newKey, type Answer, type Fields } from '../api.ts';
import { keep, keepDraft, newestReceipts, recall, type Draft } from '../drafts.ts';
import { countLetters } from '../thread.ts';
import { clean } from './clean.ts';
import { reveal } from './list.ts';
import { insertOwn, undoNote } from './own.ts';
import { button } from './parts.ts';
import { articleOf, find, idOf, isPublished, nameIn, type View } from './view.ts';

const DRAFT_AFTER_MS = 400;
const RESEND_AFTER_MS = 8000;
/** A browser is asked to help somebody at most once in this time. */
const GIVE_MS = 7 * 86_400_000;

export interface Box {
  node: HTMLElement;
  area: HTMLTextAreaElement;
  /** Puts a text in, as a new draft, and goes there. */
  fill(text: string): void;
  /** Stores the draft now. */
  flush(): void;
}

let boxes = 0;

/** Makes a box and restores its draft; where it stands is up to the caller. */
export function makeBox(view: View, name: string, parent?: string, edited?: HTMLElement, closed?: () => void): Box {
  const { texts } = view;
  const form = view.blank.cloneNode(true) as HTMLFormElement;
  const part = <T extends HTMLElement>(selector: string) => find<T>(form, selector)!;
  const area = part<HTMLTextAreaElement>('textarea');
  const submit = part('.submit');
  const left = part('.left');
  const problem = part('.error');
  const about = part('.about');
  const restored = part('.note');
  const top = part('.top');
  // What a site can do without.
  const hint = find(form, '.newcomer');
  const question = find(form, 'q');
  const asks = find<HTMLInputElement>(form, '[name=asks]');

  const inputs = form.querySelectorAll<HTMLInputElement | HTMLSelectElement>('.input');
  const label = submit.firstElementChild!;
  const usual = edited ? texts('save') : label.textContent!;
  const stored = view.drafts + name;
  const draft = recall<Partial<Draft>>(stored, {});
  // Who else writes to this storage may have left what the server would not take.
  let key = /^\d{16,64}$/.exec(draft.key!)?.[0];
  let typing = 0;
  let waiting = 0;
  let resent = false;

  const flush = () => {
    if (typing) keepDraft(stored, area.value, key);
    typing = 0;
  };
  /** Shows how many letters are left; gives how many are too many. */
  const measure = () => {
    const most = +area.dataset.max!;
    const over = countLetters(area.value) - most;
    left.textContent = over > 0 ? texts('over', over) : over > -most / 5 ? texts('left', -over) : '';
    return over;
  };
  const complain = (text: string, field?: string) => {
    clearInterval(waiting);
    removeEventListener('online', send);
    problem.textContent = text;
    for (const input of inputs) {
      const isBlamed = input.name === field;
      input.ariaInvalid = isBlamed ? 'true' : null;
      if (isBlamed) input.focus();
    }
    if (text) view.alarm(text);
  };
  const fill = (text: string) => {
    area.value = text;
    key = undefined;
    typing = 0;
    keepDraft(stored, text);
    restored.remove();
    measure();
    area.focus();
  };
  const close = () => {
    flush();
    complain('');
    form.remove();
    view.boxes.delete(name);
    closed?.();
  };

  const send = async () => {
    const text = area.value;
    const over = measure();
    const isBlank = !text.trim();
    if (submit.ariaDisabled) return;
    complain('');
    if (isBlank || over > 0) return complain(isBlank ? texts('empty') : texts('over', over), 'text');
    if (!view.emit('submit', { text, parent })) return;
    key ??= newKey();
    keepDraft(stored, text, key);
    submit.ariaDisabled = 'true';
    label.textContent = texts('sending');
    let answer: Answer | undefined;
    let before = edited;
    if (!edited) {
      const typed = Object.fromEntries(new FormData(form)) as Fields;
      const { title, site } = view.settings;
      // An address is sent and kept only for mail that was asked for.
      if (!typed.follow) delete typed.email;
      keep('me', { name: typed.name, website: typed.website, email: typed.email, follow: typed.follow });
      const give = Date.now() - recall('gave', 0) > GIVE_MS ? '1' : undefined;
      answer = await view.post('note', { ...typed, title, parent, key, give, as: newestReceipts(site)[0] }, true);
      // The same submission has arrived before, with another text: what is here now replaces that.
      before = answer.stored;
    }
    if (before) answer = await view.post(`note/${idOf(before)}/edit`, { text, receipt: before.dataset.receipt });
    submit.ariaDisabled = null;
    label.textContent = usual;
    if (answer!.given) arrived(answer!.given, text, answer!.remarks);
    else refused(answer!);
  };

  const arrived = (sent: HTMLElement, text: string, remarks: HTMLElement[]) => {
    const { status } = sent.dataset;
    const id = idOf(sent);
    const remark = texts(edited ? 'saved' : status!);
    hint?.remove();
    if (asks) asks.checked = false;
    const known = articleOf(view, id);
    // What was typed while the text was on its way is the next draft.
    fill(area.value === text ? '' : area.value);
    if (closed && !area.value) close();
    view.setTotal(view.shown + +isPublished(sent) - +!!(known && isPublished(known)));
    const article = insertOwn(view, sent);
    if (!edited) article.append(undoNote(view, remark, article, text));
    let told = remark;
    for (const each of remarks) {
      article.append(clean(each, 0)!);
      told += ` ${each.textContent}`;
      if (each.matches('.give')) keep('gave', Date.now());
    }
    reveal(view, article);
    view.say(told);
    view.emit(edited ? 'edited' : 'posted', { id, status });
  };

  const refused = ({ status, sentence, refusal, retryAfter }: Answer) => {
    view.emit('error', { status, action: edited ? 'edit' : 'post' });
    if (retryAfter) {
      let rest = retryAfter;
      const words = () => `${sentence} ${texts('wait', rest)}`;
      complain(words());
      waiting = setInterval(() => (--rest ? (problem.textContent = words()) : complain('')), 1000);
    } else if (status || resent) complain(sentence || texts('failed'), refusal.field);
    else {
      // Sends once more by itself: when the browser is online again, or soon if it never was offline.
      resent = true;
      complain(texts('offline'));
      addEventListener('online', send);
      if (navigator.onLine) waiting = setTimeout(send, RESEND_AFTER_MS);
      problem.append(' ', button('', texts('cancel'), () => (complain(''), area.focus())));
    }
  };

  const preview = async () => {
    const { given, sentence } = await view.post('preview', { text: area.value });
    find(form, '.body')?.remove();
    if (given) part('.text').after(clean(given, view.settings.shift)!);
    else complain(sentence || texts('failed'));
  };

  about.id = `about-${++boxes}`;
  top.id = `top-${boxes}`;
  const me = recall<Fields>('me', {});
  for (const input of inputs) {
    input.setAttribute('aria-describedby', about.id);
    input.value = me[input.name] ?? '';
  }
  area.setAttribute('aria-describedby', `${top.id} ${about.id}`);
  area.oninput = () => {
    clearTimeout(typing);
    typing = setTimeout(flush, DRAFT_AFTER_MS);
    resent = false;
    find(form, '.body')?.remove();
    if (measure() <= 0 && area.ariaInvalid) complain('');
  };
  form.onclick = (event) => {
    const is = (named: string) => (event.target as Element).closest(named);
    // Clicks and not `submit`: a sandboxed page without forms has no such event.
    if (is('.submit')) {
      event.preventDefault();
      void send();
    } else if (is('.preview')) void preview();
    else if (is('.cancel')) close();
    else if (is('.discard')) fill('');
  };
  form.onkeydown = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send();
    if (event.key === 'Escape' && closed) close();
  };
  label.textContent = usual;
  const above = articleOf(view, parent);
  if (closed) part('.text>span').textContent = above ? texts('reply', NaN, nameIn(above)) : texts('change');
  if (question) question.textContent ||= view.settings.question;
  if (above?.dataset.first && !above.dataset.receipt) hint!.textContent = texts('first', NaN, nameIn(above));
  else if (edited || newestReceipts(view.settings.site)[0]) hint?.remove();
  if (edited) form.querySelectorAll('.who,.privacy').forEach((each) => each.remove());
  if (!closed) part('.cancel').remove();
  if (!draft.text) restored.remove();
  area.value = draft.text ?? (edited ? find(edited, '.source')!.textContent! : '');
  measure();
  const box = { node: form, area, fill, flush };
  view.boxes.set(name, box);
  return box;
}

/** Opens the box for a reply below its comment, or goes to the one that is open. */
export function openReply(view: View, article: HTMLElement, text?: string, quietly?: boolean): void {
  const id = idOf(article);
  const name = `r${id}`;
  const box = view.boxes.get(name) ?? makeBox(view, name, id, undefined, () => find(article, '.reply')?.focus());
  if (!box.node.isConnected) article.after(box.node);
  if (text !== undefined) box.fill(text);
  if (!quietly) box.area.focus();
}

/** Opens a box in the place of a comment's text. */
export function openEdit(view: View, article: HTMLElement): void {
  const { classList } = article;
  const box = makeBox(view, `e${idOf(article)}`, undefined, article, () => {
    classList.remove('editing');
    find(article, '.edit')?.focus();
  });
  classList.add('editing');
  article.append(box.node);
  box.area.focus();
}
