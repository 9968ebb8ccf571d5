// The element: its life in a page, its attributes and methods. What is in it is drawn by the files beside this.

import css from '../widget.css';
import { ask, type Answer, type Fields } from '../api.ts';
import { draftsOf, keep, listDrafts, pruneDrafts, recall } from '../drafts.ts';
import { NAME } from '../name.ts';
import { base } from '../origin.ts';
import { PROPERTIES, readSettings, setting } from '../settings.ts';
import { commentInHash, originsCommand, readTexts } from '../thread.ts';
import { check, watch } from './arrivals.ts';
import { isMarked, openWindow } from './author.ts';
import { makeBox, openEdit, openReply } from './box.ts';
import { clean } from './clean.ts';
import { follow } from './follow.ts';
import { dressList, dressPlaces, open, stampAll } from './list.ts';
import { askMine, remove, showMine, type Mine } from './own.ts';
import { button, make } from './parts.ts';
import { giveThanks, wantsThanks } from './thanks.ts';
import { articleOf, find, idOf, titleOf, type View } from './view.ts';

const SLOW_MS = 8000;
const NEAR = '600px';

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

export class ThreadElement extends HTMLElement {
  static observedAttributes = [...PROPERTIES.slice(0, 4), 'lang'].flatMap((name) => [name, `data-${name}`]);

  #view: View;
  /** Ends with the element's stay in the page; what listens ends with it. */
  #stay = new AbortController();
  #run = 0;
  #due = 0;
  #loaded = false;
  /** Asked for as soon as the element is in a page, whether or not its thread is near. */
  #mine: Mine | undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    const [status, alert] = ['status', 'alert'].map((role) => {
      const region = make('p', 'aside');
      region.role = role;
      return region;
    });
    const section = make('section', 'thread');
    root.append(make('slot'), section, status!, alert!);
    const talk = async (method: 'GET' | 'POST', route: string, fields: Fields) => {
      const { site, lang } = view.settings;
      const answer = await ask(method, `${base}w/${site}/${route}`, { ...fields, lang });
      const { code, origins } = answer.refusal;
      if (/^(page_foreign|origin_unlisted)$/.test(code!)) console.warn((answer.command = originsCommand(site, origins)));
      return answer;
    };
    const named = () => {
      const { page, url } = view.settings;
      return { page, url };
    };
    const view = {
      shadow: root,
      section,
      skew: 0,
      boxes: new Map(),
      near: false,
      post: (route, fields, isNamed) => talk('POST', route, { ...(isNamed && named()), ...fields }),
      read: (fields) => talk('GET', 'thread', { ...named(), ...fields }),
      say: (text) => void (status!.textContent = text),
      alarm: (text, beside) => {
        alert!.textContent = text;
        if (beside?.nextElementSibling?.matches('.error')) beside.nextElementSibling.remove();
        beside?.after(make('p', 'error', text));
      },
      refuse: ({ status, sentence }, action, beside) => {
        view.alarm(sentence || view.texts('failed'), beside);
        view.emit('error', { status, action });
      },
      emit: (name, detail) =>
        this.dispatchEvent(new CustomEvent(`${NAME}:${name}`, { detail, bubbles: true, composed: true, cancelable: name === 'submit' })),
      setTotal: (total) => {
        view.shown = total;
        titleOf(view).textContent = view.texts('title', total);
        if (total) find(view.section, '.empty')?.remove();
      },
      order: (sort) => {
        keep('sort', sort);
        void this.reload();
      },
    } as Partial<View> as View;
    this.#view = view;
    new IntersectionObserver(
      (entries) => {
        view.near = entries.at(-1)!.isIntersecting;
        if (view.near && view.settings.load === 'near' && !this.#run) void this.reload();
      },
      { rootMargin: NEAR },
    ).observe(this);
  }

  connectedCallback(): void {
    const view = this.#view;
    const { signal } = (this.#stay = new AbortController());
    this.#read();
    addEventListener('pagehide', () => this.#flush(), { signal });
    addEventListener('hashchange', () => this.#follow(), { signal });
    const { load } = view.settings;
    if (!this.#run) this.#mine ??= askMine(view);
    if (this.#loaded) watch(view, signal);
    else if (load === 'near') this.#wait();
    if (this.#run) return;
    if (load === 'click') {
      const go = (event: Event) => (event.preventDefault(), this.reload());
      this.addEventListener('click', go, { signal, once: true });
    }
    // Nobody should have to scroll first when the address points at the thread or a comment in it.
    if (load === 'eager' || (load === 'near' && wantsThanks()) || (load !== 'manual' && (location.hash === '#thread' || commentInHash(location.hash)))) void this.reload();
  }

  disconnectedCallback(): void {
    this.#flush();
    this.#stay.abort();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected) return;
    this.#read();
    clearTimeout(this.#due);
    if (!name.endsWith('theme') && this.#run) this.#due = setTimeout(() => this.reload());
  }

  /** Loads the thread anew. What is being written stays. */
  async reload(): Promise<void> {
    const view = this.#view;
    const run = ++this.#run;
    this.#wait();
    const slow = setTimeout(() => this.#loaded || this.#trouble(), SLOW_MS);
    const answer = await view.read({ sort: recall('sort', view.settings.sort) });
    clearTimeout(slow);
    if (run !== this.#run || !this.isConnected) return;
    if (answer.given) this.#show(answer.given);
    else this.#trouble(answer);
  }

  /** Goes to a comment, wherever in the thread it is. */
  async open(id: string): Promise<void> {
    if (!this.#loaded) await this.reload();
    if (this.#loaded) await open(this.#view, id);
  }

  /** Opens the box for a new comment, or for a reply, with a text in it. */
  compose({ parent, text }: { parent?: string; text?: string } = {}): void {
    const article = articleOf(this.#view, parent);
    if (article) return openReply(this.#view, article, text);
    const box = this.#view.boxes.get('new');
    if (text !== undefined) box?.fill(text);
    box?.area.focus();
  }

  /** Asks for new comments now and offers them. */
  async check(): Promise<void> {
    if (this.#loaded) await check(this.#view);
  }

  #flush(): void {
    this.#view.boxes.forEach((box) => box.flush());
  }

  #read(): void {
    const { theme, depth } = (this.#view.settings = readSettings(this));
    Object.assign(this.#view.section.dataset, { theme, depth });
  }

  /** Takes the room that the thread will need, so that nothing below it jumps. */
  #wait(): void {
    const { section, settings } = this.#view;
    if (!this.#loaded) section.style.minHeight = settings.minHeight;
    section.ariaBusy = 'true';
  }

  #show(from: HTMLElement): void {
    const view = this.#view;
    const { settings, shadow, boxes } = view;
    const { shift } = settings;
    const focus = shadow.activeElement;
    const template = (name: string) => from.querySelector<HTMLTemplateElement>(`#t-${name}`)!.content;
    const section = clean(from, shift)!;
    const { page = '', total, state } = section.dataset;
    const { lang } = section;
    const drafts = draftsOf(settings.site, page);
    this.#flush();
    const main = view.drafts === drafts ? boxes.get('new') : undefined;
    boxes.clear();
    Object.assign(view, {
      drafts,
      section,
      roots: find(section, '.list'),
      texts: readTexts(template('texts').textContent!, lang),
      relative: new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }),
      exact: new Intl.DateTimeFormat(lang, { dateStyle: 'full', timeStyle: 'short' }),
      shown: +total!,
      actions: clean(template('actions').firstElementChild!, shift),
      blank: clean(template('form').firstElementChild!, shift),
    } satisfies { [K in keyof View]?: View[K] | null });
    const { roots } = view;
    pruneDrafts();
    find(shadow, '.thread')!.replaceWith(section);
    find(shadow, 'slot')?.remove();
    this.replaceChildren();
    this.#read();

    giveThanks(section);
    if (!isMarked(settings.site)) find(view.actions, '.as')?.remove();
    const select = find<HTMLSelectElement>(section, 'select');
    if (select) select.onchange = () => view.order(select.value);
    section.onclick = (event) => {
      const pressed = event.target as HTMLElement;
      const article = pressed.closest('article')!;
      const is = (named: string) => pressed.matches(named);
      if (is('.reply')) openReply(view, article);
      if (is('.edit')) openEdit(view, article);
      if (is('.delete')) void remove(view, article, pressed);
      if (is('.as')) openWindow(settings.site, idOf(article), () => this.#again(idOf(article)));
      if (is('.by-mail')) {
        event.preventDefault();
        void follow(view, pressed);
      }
    };
    if (state === 'open' && settings.form !== 'off') {
      const box = main ?? makeBox(view, 'new');
      boxes.set('new', box);
      if (settings.form === 'top') roots.before(box.node);
      else (find(section, '.follow') ?? section.lastElementChild!).before(box.node);
    }
    dressPlaces(view);
    dressList(view);
    const articles = [...roots.querySelectorAll('article')];
    stampAll(view, articles);
    for (const name of listDrafts(`${drafts}r`)) {
      const article = articleOf(view, name.slice(drafts.length + 1));
      if (article && state === 'open') openReply(view, article, undefined, true);
    }
    if (select && focus?.matches('select')) select.focus();
    else if (focus) titleOf(view).focus();
    if (!this.#loaded) watch(view, this.#stay.signal);
    this.#loaded = true;
    // In a task of its own: going somewhere lays everything out.
    void showMine(view, this.#mine ?? askMine(view)).then(() => setTimeout(() => this.#follow()));
    this.#mine = undefined;
    view.emit('ready', { total: view.shown, 'shown': articles.length });
  }

  /** Loads the thread anew and returns to a comment in it. */
  async #again(id: string): Promise<void> {
    await this.reload();
    void this.open(id);
  }

  /** Goes where the address points, if that is here. */
  #follow(): void {
    const id = commentInHash(location.hash);
    if (id) void this.open(id);
    else if (location.hash === '#thread') this.#view.section.scrollIntoView();
  }

  /** Says that the thread could not be loaded, and what can be done; the link in the mount stays. */
  #trouble({ status, sentence, command }: Partial<Answer> = {}): void {
    const view = this.#view;
    const { settings, section } = view;
    const box = make('div', 'trouble', sentence && `${sentence} `);
    section.ariaBusy = null;
    section.style.minHeight = '';
    find(section, '.trouble')?.remove();
    // The owner at their own machine reads on the page what to type; others have the console.
    if (command && /^(localhost|127\.|\[::1])/.test(location.hostname)) box.append(make('pre', '', command));
    box.append(button('retry', settings.labelError, () => this.reload()));
    section.prepend(box);
    view.alarm(sentence || settings.labelError);
    view.emit('error', { status, action: 'load' });
    addEventListener('online', () => void (this.#loaded || this.reload()), { once: true, signal: this.#stay.signal });
  }
}

for (const name of PROPERTIES) {
  Object.defineProperty(ThreadElement.prototype, name, {
    get(this: ThreadElement) {
      return setting(name, this);
    },
    set(this: ThreadElement, value: string) {
      this.setAttribute(name, value);
    },
  });
}

