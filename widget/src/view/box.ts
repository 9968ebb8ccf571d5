// A box to write in: for a new comment, a reply, or the text of a comment of one's own.
// What is typed is never lost: it is cleared only when the server has it.

import { ask, newKey, type Answer, type Fields } from '../api.ts';
import { keep, recall } from '../drafts.ts';
import { countLetters, originsCommand } from '../thread.ts';
import { clean } from './clean.ts';
import { insertOwn, offerUndo } from './own.ts';
import { button, make } from './parts.ts';
import { reveal } from './list.ts';
import { articleOf, idOf, nameIn, type View } from './view.ts';

const DRAFT_AFTER_MS = 400;
const RESEND_AFTER_MS = 8000;

export interface Purpose {
  /** The comment to answer. */
  parent?: string;
  /** The comment to change. */
  edits?: string;
}

export interface Box {
  form: HTMLElement;
  area: HTMLTextAreaElement;
  /** Puts a text in, as if it had been typed. */
  fill(text: string): void;
  /** Stores the draft now. */
  flush(): void;
  close(): void;
}

let boxes = 0;

/** Makes a box and restores its draft; where it stands is up to the caller. */
export function makeBox(view: View, name: string, purpose: Purpose, closed?: () => void): Box {
  const { texts } = view;
  const number = ++boxes;
  const form = view.form!.cloneNode(true) as HTMLElement;
  const find = <T extends HTMLElement>(selector: string) => form.querySelector<T>(selector)!;
  const field = (named: string) => form.querySelector<HTMLInputElement>(`[name="${CSS.escape(named)}"]`);
  const area = find<HTMLTextAreaElement>('textarea');
  const submit = find<HTMLButtonElement>('.submit');
  const label = submit.firstElementChild!;
  const usual = label.textContent!;
  const most = Number(area.dataset.max);
  const left = make('span', 'left');
  const problem = make('p', 'error');
  const started = view.drafts.read(name);
  let key = started?.key;
  let typing = 0;
  let wait = 0;
  let resend: (() => void) | null = null;
  let resent = false;
  let busy = false;

  problem.id = `problem-${number}`;
  problem.hidden = true;
  find('.send').append(left);
  find('.send').after(problem);
  // The hints are read out with the box they are about.
  form.querySelectorAll('.hint').forEach((hint, index) => (hint.id = `hint-${number}-${index}`));
  area.setAttribute('aria-describedby', `hint-${number}-0 ${problem.id}`);
  if (purpose.edits) {
    find('.who').remove();
    find('.hint ~ .hint').remove();
    find('.text > span').textContent = texts('edit_text');
    label.textContent = texts('save');
  } else {
    const me = recall<Fields>('me', {});
    for (const named of ['name', 'website']) field(named)!.value = me[named] ?? '';
    const parent = purpose.parent && articleOf(view, purpose.parent);
    if (parent) find('.text > span').textContent = texts('reply', undefined, nameIn(parent));
  }

  const flush = () => {
    clearTimeout(typing);
    if (typing) view.drafts.write(name, area.value, key);
    typing = 0;
  };
  const grow = () => {
    if (CSS.supports('field-sizing', 'content')) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  const measure = () => {
    const over = countLetters(area.value) - most;
    left.textContent = over > 0 ? texts('over', over) : over > -most / 5 ? texts('left', -over) : '';
    grow();
    return over;
  };
  const complain = (text: string, named = '') => {
    problem.textContent = text;
    problem.hidden = !text;
    const blamed = (named && field(named)) || null;
    form.querySelectorAll('[aria-invalid]').forEach((each) => each.removeAttribute('aria-invalid'));
    if (blamed) {
      blamed.setAttribute('aria-invalid', 'true');
      blamed.setAttribute('aria-describedby', problem.id);
      blamed.focus();
    }
    if (text) view.warn(text);
  };
  const settle = () => {
    clearInterval(wait);
    if (resend) removeEventListener('online', resend);
    resend = null;
    complain('');
  };
  const setBusy = (now: boolean) => {
    busy = now;
    submit.ariaDisabled = now ? 'true' : null;
    label.textContent = now ? texts('sending') : purpose.edits ? texts('save') : usual;
  };

  const post = (route: string, fields: Fields) => ask('POST', view.route(route), { lang: view.settings.lang, ...fields });

  const send = async () => {
    if (busy) return;
    settle();
    const text = area.value;
    const over = measure();
    if (!text.trim()) return complain(texts('empty'), 'text');
    if (over > 0) return complain(texts('over', over), 'text');
    if (!view.emit('submit', { text, parent: purpose.parent ?? null })) return;
    key ??= newKey();
    view.drafts.write(name, text, key);
    setBusy(true);
    let edits = purpose.edits;
    let answer: Answer;
    if (edits) answer = await post(`note/${edits}/edit`, { text, receipt: view.own.get(edits)?.receipt });
    else {
      const typed: Fields = {};
      for (const input of form.querySelectorAll('input')) typed[input.name] = input.value;
      keep('me', typed.name || typed.website ? { name: typed.name, website: typed.website } : null);
      const { title } = view.settings;
      const as = view.receipts.latest();
      answer = await post('note', { ...view.named(), title, parent: purpose.parent, ...typed, text, key, as });
      const stored = answer.body?.querySelector('article');
      if (answer.code === 'already_sent' && stored) {
        // The same submission has arrived before, with another text: what is here now replaces that.
        edits = idOf(stored);
        answer = await post(`note/${edits}/edit`, { text, receipt: stored.dataset.receipt });
      }
    }
    setBusy(false);
    const article = answer.ok && answer.body?.querySelector('article');
    if (article) arrived(article, text, !!purpose.edits);
    else refused(answer);
  };

  const arrived = (sent: HTMLElement, text: string, edited: boolean) => {
    const later = area.value !== text ? area.value : '';
    key = undefined;
    typing = 0;
    view.drafts.write(name, later);
    area.value = later;
    measure();
    const { status } = sent.dataset;
    if (!later && name !== 'new') box.close();
    const article = insertOwn(view, sent);
    if (!edited) offerUndo(view, article, purpose, text);
    reveal(view, article);
    view.say(texts(status === 'pending' ? 'pending' : edited ? 'saved' : 'posted'));
    view.emit(edited ? 'edited' : 'posted', { id: idOf(article), status });
  };

  const refused = (answer: Answer) => {
    const { status, sentence, code } = answer;
    view.emit('error', { status, action: purpose.edits ? 'edit' : 'post' });
    if (code === 'origin_unlisted') console.warn(originsCommand(view.settings.site, answer.origins, location.origin));
    if (!status && !resent) later();
    else if (!status) complain(texts('unsent'));
    else if (answer.retryAfter) countDown(sentence, answer.retryAfter);
    else complain(sentence || texts('failed'), answer.field);
  };

  /** Sends once more by itself: when the browser is online again, or soon if it never was offline. */
  const later = () => {
    resent = true;
    complain(texts('offline'));
    resend = () => void send();
    addEventListener('online', resend, { signal: view.gone.signal });
    if (navigator.onLine) wait = window.setTimeout(resend, RESEND_AFTER_MS);
    problem.append(' ', button('', texts('cancel'), () => (settle(), area.focus())));
  };

  const countDown = (sentence: string, seconds: number) => {
    const until = Date.now() + seconds * 1000;
    const show = () => {
      const rest = Math.ceil((until - Date.now()) / 1000);
      problem.textContent = `${sentence} ${rest > 0 ? texts('wait', rest) : texts('again')}`;
      if (rest <= 0) clearInterval(wait);
    };
    complain(`${sentence} ${texts('wait', seconds)}`);
    wait = window.setInterval(show, 1000);
  };

  const preview = async () => {
    const pressed = find('.preview');
    const shown = form.querySelector('.body');
    shown?.remove();
    pressed.ariaPressed = 'false';
    if (shown || !area.value.trim()) return;
    const answer = await post('preview', { text: area.value });
    const body = answer.ok && answer.body?.querySelector('.body');
    if (!body) return complain(answer.sentence || texts(answer.status ? 'failed' : 'unsent'), answer.field);
    find('.text').after(clean(body, view.settings.heading - 2)!);
    pressed.ariaPressed = 'true';
  };

  const box: Box = {
    form,
    area,
    flush,
    fill(text) {
      area.value = text;
      key = undefined;
      view.drafts.write(name, text);
      measure();
    },
    close() {
      flush();
      settle();
      form.remove();
      view.boxes.delete(name);
      closed?.();
    },
  };

  area.addEventListener('input', () => {
    clearTimeout(typing);
    typing = window.setTimeout(flush, DRAFT_AFTER_MS);
    form.querySelector('.restored')?.remove();
    resent = false;
    measure();
  });
  // Clicks and not `submit`: a sandboxed page without forms has no such event.
  form.addEventListener('submit', (event) => event.preventDefault());
  submit.addEventListener('click', (event) => (event.preventDefault(), void send()));
  find('.preview').addEventListener('click', () => void preview());
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send();
    else if (event.key === 'Escape' && closed) box.close();
    else return;
    event.stopPropagation();
    event.preventDefault();
  });
  if (closed) submit.after(button('cancel', texts('cancel'), box.close));

  if (started?.text) {
    area.value = started.text;
    const restored = make('p', 'note restored', `${texts('draft')} · `);
    restored.append(
      button('', texts('discard'), () => {
        box.fill('');
        restored.remove();
        area.focus();
      }),
    );
    form.prepend(restored);
  }
  view.boxes.set(name, box);
  queueMicrotask(measure);
  return box;
}

/** Opens the box for a reply below its comment, or goes to the one that is open. */
export function openReply(view: View, article: HTMLElement, text?: string, quietly = false): void {
  const id = idOf(article);
  const name = `r${id}`;
  let box = view.boxes.get(name);
  if (!box) {
    if (!view.form) return;
    box = makeBox(view, name, { parent: id }, () => article.querySelector<HTMLElement>('.reply')?.focus());
    article.after(box.form);
  }
  if (text !== undefined) box.fill(text);
  if (!quietly) box.area.focus();
}

/** Opens a box in the place of a comment's text. */
export function openEdit(view: View, article: HTMLElement): void {
  const id = idOf(article);
  const name = `e${id}`;
  if (!view.form) return;
  const open = view.boxes.get(name);
  if (open) return open.area.focus();
  article.classList.add('edited-now');
  const box = makeBox(view, name, { edits: id }, () => {
    article.classList.remove('edited-now');
    article.querySelector<HTMLElement>('.edit')?.focus();
  });
  if (!box.area.value) box.area.value = view.own.get(id)!.source;
  article.append(box.form);
  box.area.focus();
}
