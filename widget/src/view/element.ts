// The element: its life in a page, its attributes and methods. What is in it is drawn by the files beside this.

import css from '../widget.css';
import { ask, type Answer } from '../api.ts';
import { Drafts, keep, Receipts, recall } from '../drafts.ts';
import { NAME, PROPERTIES, readSettings, setting, type Settings } from '../settings.ts';
import { commentInHash, originsCommand, readTexts } from '../thread.ts';
import { check, watch } from './arrivals.ts';
import { makeBox, openReply } from './box.ts';
import { clean } from './clean.ts';
import { dressList, dressMore, open, stampAll } from './list.ts';
import { showMine } from './own.ts';
import { button, make } from './parts.ts';
import { articleOf, type View } from './view.ts';

const SLOW_MS = 8000;
const NEAR_PX = 600;

/** What all threads of a page share: where the script came from. */
export const origin: { script: HTMLScriptElement | null; base: string } = { script: null, base: '' };

let sheet: CSSStyleSheet | undefined;

function styles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  return sheet;
}

export class ThreadElement extends HTMLElement {
  static observedAttributes = ['site', 'page', 'lang', 'sort', 'theme'].flatMap((name) => [name, `data-${name}`]);

  #view: View;
  #status = make('p', 'aside');
  #alert = make('p', 'aside');
  /** Set while a part of the page waits to be loaded, shown or asked for. */
  #queued = false;
  #wanted = false;
  #loaded = false;
  #run = 0;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [styles()];
    this.#status.role = 'status';
    this.#alert.role = 'alert';
    const section = make('section', 'thread');
    root.append(section, make('slot'), this.#status, this.#alert);
    const view: View = {
      host: this,
      root,
      section,
      list: section,
      gone: new AbortController(),
      settings: {} as Settings,
      texts: () => '',
      lang: 'en',
      page: '',
      newestFirst: false,
      total: 0,
      drafts: new Drafts(''),
      receipts: new Receipts(''),
      own: new Map(),
      skew: 0,
      boxes: new Map(),
      actions: null,
      form: null,
      route: (name) => `${origin.base}w/${encodeURIComponent(view.settings.site)}/${name}`,
      named: () => ({ page: view.settings.page, url: view.settings.url, lang: view.settings.lang }),
      say: (text) => void (this.#status.textContent = text),
      warn: (text, beside) => {
        this.#alert.textContent = text;
        if (beside) remark(beside, make('p', 'error', text));
      },
      note: (text) => {
        remark(view.section.querySelector('.bar')!, make('p', 'note', text));
        view.say(text);
      },
      emit: (name, detail) =>
        this.dispatchEvent(
          new CustomEvent(`${NAME}:${name}`, { detail, bubbles: true, composed: true, cancelable: name === 'submit' }),
        ),
      setTotal: (total) => {
        view.total = total;
        const title = view.section.querySelector('.title');
        if (title) title.textContent = view.texts('title', total);
        if (total) view.section.querySelector('.empty')?.remove();
      },
      order: (sort) => {
        keep('sort', sort);
        void this.reload();
      },
    };
    this.#view = view;
  }

  connectedCallback(): void {
    const view = this.#view;
    view.gone = new AbortController();
    const { signal } = view.gone;
    view.settings = readSettings(this, origin.script);
    this.#dress();
    const flush = () => view.boxes.forEach((box) => box.flush());
    addEventListener('pagehide', flush, { signal });
    addEventListener('hashchange', () => this.#follow(), { signal });
    signal.addEventListener('abort', flush);
    if (this.#loaded) return watch(view);
    const { load } = view.settings;
    if (this.#wanted || load === 'eager' || (load !== 'manual' && isAddressed())) void this.reload();
    else if (load === 'click') this.addEventListener('click', (event) => (event.preventDefault(), this.reload()), { signal, once: true });
    else if (load === 'near') {
      this.#wait();
      const observer = new IntersectionObserver(
        (entries) => {
          if (!entries.some((entry) => entry.isIntersecting)) return;
          observer.disconnect();
          void this.reload();
        },
        { rootMargin: `${NEAR_PX}px` },
      );
      observer.observe(this);
      signal.addEventListener('abort', () => observer.disconnect());
    }
  }

  disconnectedCallback(): void {
    this.#view.gone.abort();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected) return;
    this.#view.settings = readSettings(this, origin.script);
    this.#dress();
    if (name.endsWith('theme') || !this.#wanted || this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      void this.reload();
    });
  }

  /** Loads the thread anew. What is being written stays. */
  async reload(): Promise<void> {
    const view = this.#view;
    const run = ++this.#run;
    const { site, sort } = view.settings;
    this.#wanted = true;
    view.boxes.forEach((box) => box.flush());
    if (!this.#loaded) this.#wait();
    view.section.ariaBusy = 'true';
    const slow = setTimeout(() => this.#loaded || this.#trouble('slow', 0), SLOW_MS);
    const order = recall('sort', sort);
    const answer = await ask('GET', view.route('thread'), { ...view.named(), sort: order }, view.gone.signal);
    clearTimeout(slow);
    if (run !== this.#run || !this.isConnected) return;
    const section = site && answer.ok && answer.body?.querySelector('section');
    if (section) this.#show(section);
    else this.#trouble(navigator.onLine ? 'down' : 'offline', answer.status, answer);
  }

  /** Goes to a comment, wherever in the thread it is. */
  async open(id: string): Promise<void> {
    if (!this.#loaded) await this.reload();
    if (this.#loaded) await open(this.#view, `${id}`);
  }

  /** Opens the box for a new comment, or for a reply, with a text in it. */
  compose({ parent, text }: { parent?: string; text?: string } = {}): void {
    const article = parent && articleOf(this.#view, parent);
    if (article) return openReply(this.#view, article, text);
    const box = this.#view.boxes.get('new');
    if (text !== undefined) box?.fill(text);
    box?.area.focus();
  }

  /** Asks for new comments now and offers them. */
  async check(): Promise<void> {
    if (this.#loaded) await check(this.#view);
  }

  #dress(): void {
    const { settings, section } = this.#view;
    section.dataset.theme = settings.theme;
    section.dataset.depth = `${settings.depth}`;
  }

  /** Takes the room that the thread will need, so that nothing below it jumps. */
  #wait(): void {
    const { section, settings } = this.#view;
    section.style.minHeight = settings.minHeight;
    section.ariaBusy = 'true';
  }

  #show(from: HTMLElement): void {
    const view = this.#view;
    const { settings, root, boxes } = view;
    const focus = root.activeElement;
    const focused = focus?.matches('select') ? 'select' : focus?.matches('.retry,.pill') ? '.title' : '';
    const template = (name: string) => from.querySelector<HTMLTemplateElement>(`#t-${name}`)?.content;
    const shift = settings.heading - 2;
    const build = (name: string) => {
      const node = template(name)?.firstElementChild;
      return node ? (clean(node, shift) as HTMLElement) : null;
    };
    const section = clean(from, shift) as HTMLElement;
    const { page = '', total, state, sort } = section.dataset;
    if (view.page !== page || view.lang !== section.lang) boxes.clear();
    view.page = page;
    view.lang = section.lang;
    view.texts = readTexts(template('texts')?.textContent ?? '', view.lang);
    view.newestFirst = sort === 'newest';
    view.total = Number(total);
    view.drafts = new Drafts(`${settings.site}:${page}`);
    view.receipts = new Receipts(settings.site);
    view.actions = build('actions');
    view.form = build('form');
    const closed = state === 'closed';
    const list = section.querySelector<HTMLElement>('.list')!;
    view.list = list;
    view.section.replaceWith(section);
    view.section = section;
    this.#dress();
    root.querySelector('slot')?.remove();
    this.replaceChildren();

    const title = section.querySelector<HTMLElement>('.title')!;
    title.id = 'title';
    title.tabIndex = -1;
    section.setAttribute('aria-labelledby', 'title');
    const select = section.querySelector('select');
    if (select) select.onchange = () => view.order(select.value);
    const main = boxes.get('new');
    if (!closed && settings.form !== 'off' && view.form) {
      const { form } = main ?? makeBox(view, 'new', {});
      if (settings.form === 'top') list.before(form);
      else section.append(form);
    }
    for (const name of boxes.keys()) if (name !== 'new') boxes.delete(name);
    list.querySelectorAll<HTMLElement>('[data-more]').forEach((place) => dressMore(view, place));
    dressList(view);
    const articles = [...list.querySelectorAll('article')];
    const shown = articles.length;
    stampAll(view, articles);
    for (const box of view.drafts.boxes()) {
      const article = box[0] === 'r' && articleOf(view, box.slice(1));
      if (article && !closed) openReply(view, article, undefined, true);
    }
    if (focused) section.querySelector<HTMLElement>(focused)?.focus();
    if (!this.#loaded) watch(view);
    this.#loaded = true;
    void showMine(view).then(() => this.#follow());
    view.emit('ready', { total: view.total, shown });
  }

  /** Goes where the address points, if that is here. */
  #follow(): void {
    const id = commentInHash(location.hash);
    if (id) void this.open(id);
    else if (location.hash === '#thread' && this.#loaded) this.#view.section.querySelector('.title')?.scrollIntoView();
  }

  /** Says that the thread could not be loaded, and what can be done; the link in the mount stays. */
  #trouble(state: string, status: number, answer?: Answer): void {
    const view = this.#view;
    const { settings, section } = view;
    const { sentence = '', code = '', origins = '' } = answer ?? {};
    section.ariaBusy = null;
    section.style.minHeight = '';
    section.querySelector('.trouble')?.remove();
    const box = make('div', 'trouble note');
    box.dataset.state = code || state;
    const retry = settings.labelError;
    box.append(make('p', '', sentence));
    if (code === 'page_foreign' || code === 'origin_unlisted') {
      const command = originsCommand(settings.site, origins, location.origin);
      if (/^(localhost|127\.|\[::1])/.test(location.hostname)) box.append(make('code', '', command));
      else console.warn(command);
    } else {
      const link = make('a', 'button', new URL(origin.base).host);
      link.href = `${origin.base}t/${settings.site}?${new URLSearchParams({ page: settings.page || settings.url })}`;
      box.append(button('retry', retry, () => void this.reload()), ' ');
      if (!this.firstElementChild) box.append(link);
    }
    section.prepend(box);
    view.warn(sentence || retry);
    view.emit('error', { status, action: 'load' });
    if (!navigator.onLine) addEventListener('online', () => void this.reload(), { once: true, signal: view.gone.signal });
  }
}

/** The address points at the thread or a comment in it: nobody should have to scroll first. */
const isAddressed = () => location.hash === '#thread' || !!commentInHash(location.hash);

/** Puts a remark behind something, in place of an earlier one. */
function remark(beside: Element, text: HTMLElement): void {
  const earlier = beside.nextElementSibling;
  if (earlier?.matches('.error,.note')) earlier.remove();
  beside.after(text);
}

for (const name of PROPERTIES) {
  Object.defineProperty(ThreadElement.prototype, name, {
    get(this: ThreadElement) {
      return setting(name, this, origin.script);
    },
    set(this: ThreadElement, value: unknown) {
      this.setAttribute(name, String(value));
    },
    configurable: true,
    enumerable: true,
  });
}
