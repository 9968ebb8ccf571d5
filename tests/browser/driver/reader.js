// Somebody with a browser who reads a thread and writes in it, by what is to be seen: roles, names, texts.

import { until } from './until.js';

export class Reader {
  /** `context`: options of a new browser context; `storage` false makes the page's storage throw. */
  static async arrive(browser, { storage = true, ...context } = {}) {
    const reader = new Reader();
    reader.context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...context });
    reader.context.setDefaultTimeout(15_000);
    /** What no page may cause: errors, dialogs, broken policies. */
    reader.troubles = [];
    /** Which of them count; a test that causes some by intent says which. */
    reader.isTrouble = () => true;
    reader.requests = [];
    if (!storage) {
      await reader.context.addInitScript(() => {
        for (const name of ['localStorage', 'sessionStorage'])
          Object.defineProperty(window, name, { get: () => { throw new DOMException('refused', 'SecurityError'); } });
      });
    }
    await reader.context.exposeBinding('tellTrouble', (_, trouble) => reader.troubles.push(trouble));
    await reader.context.addInitScript(() => {
      const tell = window.tellTrouble;
      delete window.tellTrouble;
      addEventListener('securitypolicyviolation', (event) => tell(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
    });
    await reader.tab();
    return reader;
  }

  /** A fresh tab of the same browser; the one before stays as it is. */
  async tab() {
    const page = await this.context.newPage();
    this.page = page;
    page.on('pageerror', (error) => this.troubles.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      this.troubles.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => this.requests.push({ method: request.method(), url: request.url() }));
    return page;
  }

  leave() {
    return this.context.close();
  }

  get thread() {
    return this.page.locator('rejoinder-thread').first();
  }

  async open(address) {
    await this.page.goto(address);
    await this.ready();
  }

  /** Waits until the thread is drawn and nothing is being fetched for it. */
  async ready() {
    await this.thread.locator('section.thread[data-total]').waitFor();
  }

  get title() {
    return this.thread.locator('.title');
  }

  /** The comment whose own text holds these words, whole. */
  comment(text) {
    const words = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return this.thread.locator('article', { has: this.page.locator('.body', { hasText: new RegExp(`(?<!\\w)${words}(?!\\w)`) }) });
  }

  /** The comment's place in the list, with the replies below it. */
  place(text) {
    return this.comment(text).locator('xpath=..');
  }

  /** The texts of all comments drawn, in reading order. */
  texts() {
    return this.thread.locator('article .body').allInnerTexts();
  }

  button(name, within = this.thread) {
    return within.getByRole('button', { name, exact: true });
  }

  /** The box for a new comment. */
  get box() {
    return this.thread.locator('.thread > form').getByRole('textbox', { name: 'Your comment' });
  }

  /** The form that a textbox stands in. */
  form(box) {
    return box.locator('xpath=ancestor::form');
  }

  async write(text, { name, website } = {}) {
    await this.box.fill(text);
    if (name !== undefined) await this.form(this.box).getByRole('textbox', { name: 'Name' }).fill(name);
    if (website !== undefined) await this.form(this.box).getByRole('textbox', { name: 'Website' }).fill(website);
  }

  send(box = this.box) {
    return this.button('Send', this.form(box)).click();
  }

  /** Writes a comment, sends it, and waits until it stands in the thread. */
  async post(text, who) {
    await this.write(text, who);
    await this.send();
    await this.comment(text).waitFor();
  }

  async startReply(to) {
    await this.comment(to).getByRole('button', { name: /^Reply/ }).click();
    return this.thread.getByRole('textbox', { name: /^Your reply/ });
  }

  async reply(to, text) {
    const box = await this.startReply(to);
    await box.fill(text);
    await this.send(box);
    await this.comment(text).waitFor();
  }

  async edit(from, to) {
    const article = this.comment(from);
    await this.button('Edit', article).click();
    await article.getByRole('textbox').fill(to);
    await this.button('Save', article).click();
    await this.comment(to).waitFor();
  }

  /** Deletes a comment of one's own, which takes two steps. */
  async withdraw(text) {
    const article = this.comment(text);
    await this.button('Delete', article).click();
    await this.button('Really delete?', article).click();
  }

  sort(order) {
    return this.thread.getByLabel('Sort').selectOption({ label: order });
  }

  /** What the polite region says. */
  said() {
    return this.thread.getByRole('status').textContent();
  }

  /** What the assertive region says. */
  alarmed() {
    return this.thread.getByRole('alert').last().textContent();
  }

  /** What has the focus, through shadow roots, in words: `textbox Your comment`, `article Hello`, `button Reply`. */
  focused() {
    return this.page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      if (!at) return 'nothing';
      const tag = at.localName;
      if (tag === 'body' || tag === 'rejoinder-thread') return tag;
      if (tag === 'article') return `article ${at.querySelector('.body')?.textContent.trim() ?? ''}`;
      const label = at.closest('label')?.querySelector('span')?.childNodes[0]?.textContent ?? at.labels?.[0]?.textContent;
      if (/^(textarea|input|select)$/.test(tag)) return `${tag} ${label?.trim()}`;
      return `${tag} ${at.textContent.trim()}`;
    });
  }

  async focusIs(words) {
    await until(async () => {
      const focused = await this.focused();
      if (focused !== words) throw new Error(`the focus is on “${focused}”, not on “${words}”`);
    });
  }

  /** Presses Tab until what has the focus is called so. */
  async tabTo(words, { most = 80, key = 'Tab' } = {}) {
    const passed = [];
    for (let presses = 0; presses < most; presses += 1) {
      const focused = await this.focused();
      if (words instanceof RegExp ? words.test(focused) : focused === words) return passed;
      passed.push(focused);
      await this.page.keyboard.press(key);
    }
    throw new Error(`${most} times ${key} never led to “${words}” but through ${passed.join(' → ')}`);
  }
}
