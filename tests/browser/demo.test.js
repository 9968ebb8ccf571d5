// The demo: a blog and its author's desk side by side, as somebody meets them who has just started the program.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { assertAccessible, assertFits } from './driver/axe.js';
import { Reader } from './driver/reader.js';
import { Server } from './driver/server.js';
import { chromiumWith } from './driver/stage.js';
import { until } from './driver/until.js';

const server = await Server.start({ sites: {} });
const browser = await chromiumWith([]);
after(async () => {
  await browser.close();
  await server.stop();
});

/** Opens the demo and waits until both halves are there. */
async function visit(options) {
  const visitor = await Reader.arrive(browser, options);
  const { page } = visitor;
  await page.goto(`${server.origin}/demo/`);
  const post = page.frameLocator('#post');
  const desk = page.frameLocator('#desk');
  await post.locator('rejoinder-thread .title').waitFor();
  return { visitor, page, post, desk };
}

test('what is written left arrives right, and what is answered right comes back left', async () => {
  const { visitor, page, post, desk } = await visit({});
  assert((await post.locator('rejoinder-thread article').count()) >= 3, 'the thread is there already');
  await page.getByRole('button', { name: 'Write a comment' }).click();
  const box = post.locator('rejoinder-thread .thread > form').getByRole('textbox', { name: 'Your comment' });
  await box.fill('Is anybody at the desk?');
  await post.locator('rejoinder-thread .thread > form').getByRole('button', { name: 'Send' }).click();
  const card = desk.locator('article.card', { hasText: 'Is anybody at the desk?' });
  await card.waitFor();
  await card.locator('details.answer summary').click();
  await card.locator('details.answer').getByRole('textbox').fill('Always, on Mondays.');
  await card.locator('details.answer').getByRole('button').click();
  await post.getByRole('button', { name: '1 new answer' }).click();
  const answer = post.locator('rejoinder-thread article', { hasText: 'Always, on Mondays.' });
  await answer.getByText('Author', { exact: true }).waitFor();
  await until(async () => assert.equal(await page.locator('.steps .done').count(), 4));
  await visitor.leave();
  assert.deepEqual(visitor.troubles, []);
});

test('the line under the halves tells what the browser counted: two requests, no cookie, no other host', async () => {
  const { visitor, page } = await visit({});
  await until(async () => assert.match(await page.locator('#facts').innerText(), /2 requests · \d+\.\d kB · 0 cookies · 0 other hosts/));
  await visitor.leave();
});

test('restyling the blog restyles the thread', async () => {
  const { visitor, page, post } = await visit({});
  const inks = new Set();
  for (const button of await page.locator('.looks button').all()) {
    await button.click();
    await until(async () => assert.equal(await button.getAttribute('aria-pressed'), 'true'));
    inks.add(await post.locator('rejoinder-thread .title').evaluate((title) => getComputedStyle(title).color + getComputedStyle(title).fontFamily));
  }
  assert(inks.size >= 3, [...inks].join());
  await visitor.leave();
});

for (const scheme of ['light', 'dark']) {
  test(`axe finds nothing in the demo, whatever the blog looks like, in ${scheme}`, async () => {
    const { visitor, page } = await visit({ colorScheme: scheme });
    for (const button of await page.locator('.looks button').all()) {
      await button.click();
      const look = await button.innerText();
      await assertAccessible(page, `front, ${look}`);
      await assertAccessible(page.frame({ name: 'post' }), `post, ${look}`);
    }
    await assertAccessible(page.frame({ name: 'desk' }), 'desk');
    for (const width of [320, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await assertFits(page, `front at ${width} px`);
      await assertFits(page.frame({ name: 'post' }), `post at ${width} px`);
    }
    await assertAccessible(page, 'front with tabs');
    for (const link of ['A post that nobody has answered yet', 'A thread of 300 comments', 'A page under the strictest policy', 'The same thread without script']) {
      await page.goto(`${server.origin}/demo/`);
      await page.getByRole('link', { name: link }).click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      if (!link.includes('without script')) {
        await page.locator('rejoinder-thread').scrollIntoViewIfNeeded();
        await visitor.ready();
      }
      await assertAccessible(page, link);
      await assertFits(page, link);
    }
    await visitor.leave();
    assert.deepEqual(visitor.troubles, []);
  });
}
