// The author of a site at the desk.

import { Reader } from './reader.js';
import { until } from './until.js';

export const PASSWORD = 'a few words in a row';

export class Author {
  /** Signs in; the first time the desk is set up with the one-time code that the program printed. */
  static async enter(browser, server, context) {
    const author = await Author.arrive(browser, server, context);
    if (server.isSetUp) await author.signIn('Hannah', PASSWORD);
    else await author.setUp('Hannah', PASSWORD);
    server.isSetUp = true;
    await author.page.getByRole('heading', { level: 1 }).filter({ hasText: /^(Comments|Your sites)$/ }).waitFor();
    return author;
  }

  async setUp(name, password) {
    await this.page.goto(this.server.setUp);
    await this.page.getByLabel('Your name').fill(name);
    await this.page.getByRole('textbox', { name: 'Password' }).fill(password);
    await this.page.getByRole('button', { name: 'Open the desk' }).click();
  }

  static async arrive(browser, server, context) {
    const author = new Author();
    author.server = server;
    author.person = await Reader.arrive(browser, context);
    author.page = author.person.page;
    return author;
  }

  leave() {
    return this.person.leave();
  }

  async open(site, query = '') {
    await this.page.goto(`${this.server.origin}/admin/sites/${site}/${query}`);
    await this.page.getByRole('heading', { level: 1 }).waitFor();
  }

  async signIn(name, password) {
    await this.page.goto(`${this.server.origin}/admin/sign-in`);
    await this.page.getByLabel('Name').fill(name);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** The card of the comment with this text. */
  card(text) {
    return this.page.locator('article.card', { has: this.page.locator('.body', { hasText: text }) });
  }

  /** Presses one of the card's buttons: Approve, Spam, Remove… */
  async decide(text, button) {
    await this.card(text).getByRole('button', { name: button, exact: true }).click();
  }

  /** Opens the box below a comment, writes, and waits until the answer went out. */
  async answer(text, words) {
    const card = this.card(text);
    const box = card.locator('details.answer');
    await box.locator('summary').click();
    await box.getByRole('textbox').fill(words);
    await box.getByRole('button').click();
    await until(async () => /answer/i.test(await this.notice()));
  }

  notice() {
    return this.page.locator('#notice').innerText();
  }
}
