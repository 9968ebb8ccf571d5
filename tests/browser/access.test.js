// Everybody can use it: axe on every page we draw, small windows, large text, targets, keys alone.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { assertAccessible, assertFits, assertTargets } from './driver/axe.js';
import { DARK, LIGHT, SEPIA } from './driver/looks.js';
import { stage, withReader } from './driver/stage.js';
import { until } from './driver/until.js';

const play = await stage({ sites: { careful: { moderation: 'all' } } });
const { server } = play;
const COLOURS = { light: LIGHT, dark: DARK, sepia: SEPIA };
const LONG = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(2);
let own;

before(async () => {
  for (const site of ['blog', 'careful']) {
    const first = await server.submit(site, { page: '/access/', title: 'Talking with people', name: 'Ada', website: 'https://ada.example/', text: `Hello *there*\n\n> quoted\n\n\`\`\`rust\nfn main() { println!("a long line of code that never wraps by itself, however small the window is"); }\n\`\`\`\n\n${LONG} https://example.org/${LONG}` });
    if (site === 'careful') await server.decide(site, first.id, 'approve');
    const answer = await server.answer(site, { page: '/access/', parent: first.id, text: 'An answer with a [link](https://example.org/).' });
    if (site === 'careful') {
      for (let n = 0; n < 3; n += 1) await server.submit(site, { page: '/access/', name: 'Grace', parent: n ? answer.id : undefined, text: `Root ${n}` });
      continue;
    }
    let deep = answer;
    for (let n = 0; n < 6; n += 1) deep = await server.submit(site, { page: '/access/', parent: deep.id, name: `Reader ${n}`, text: `Level ${n}` });
    for (let n = 0; n < 5; n += 1) await server.submit(site, { page: '/access/', parent: first.id, name: 'Bob', text: `Reply ${n}` });
    for (let n = 0; n < 52; n += 1) own = await server.submit(site, { page: '/access/', name: n % 2 ? 'Grace' : LONG.slice(0, 78), text: `Root ${n}` });
  }
  await server.decide('blog', own.id, 'pin');
});

/** A thread with everything open that can be: a pending comment, an edit, a reply, an error, a preview. */
async function busyThread(reader, css, options = {}) {
  await reader.open(play.post('/access/', { css, before: '<p>A post about talking with people, not at them.</p>', ...options }));
  await reader.post('My own comment', { name: 'Eve' });
  await reader.comment('My own comment').getByRole('button', { name: 'Edit' }).click();
  const box = await reader.startReply('Root 3');
  await box.fill('**Half** written');
  await reader.button('Preview', reader.form(box)).click();
  await reader.form(box).locator('.body').waitFor();
  await reader.box.fill('x'.repeat(10_001));
  await reader.send();
  await until(async () => assert.match(await reader.alarmed(), /too many/));
}

for (const [colour, css] of Object.entries(COLOURS)) {
  for (const scheme of ['light', 'dark']) {
    test(`axe finds nothing on a thread in a ${colour} page, with the system ${scheme}`, async () => {
      await withReader(play, { colorScheme: scheme }, async (reader) => {
        await reader.open(play.post('/access/', { css }));
        await assertAccessible(reader.page, 'as loaded');
        await busyThread(reader, css);
        await assertAccessible(reader.page, 'with boxes open');
      });
    });
  }
}

for (const theme of ['light', 'dark']) {
  test(`axe finds nothing on a thread that is set to ${theme}`, async () => {
    await withReader(play, {}, async (reader) => {
      await busyThread(reader, LIGHT, { mount: `data-theme="${theme}"` });
      await assertAccessible(reader.page, theme);
    });
  });
}

test('axe finds nothing on a waiting comment, an empty thread, a closed thread and one that did not load', async () => {
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/access-empty/', { site: 'careful', css: LIGHT }));
    await assertAccessible(reader.page, 'empty');
    await reader.post('I wait');
    await assertAccessible(reader.page, 'waiting');
    play.faults.answer('/thread', { status: 503, headers: {}, body: '<p data-code="busy">The server is busy.</p>' });
    await reader.page.goto(play.post('/access-broken/', { through: play.faults, css: LIGHT }));
    await reader.thread.locator('.retry').waitFor();
    await assertAccessible(reader.page, 'not loaded');
  });
});

for (const scheme of ['light', 'dark']) {
  test(`axe finds nothing on the page without script, its own pages and its errors, in ${scheme}`, async () => {
    await withReader(play, { colorScheme: scheme }, async (reader) => {
      const { page } = reader;
      for (const path of ['/t/blog?page=/access/', '/t/blog', `/t/blog?page=/access/&reply=${own.id}`, '/t/blog?page=/nobody-wrote/', `/t/blog/own/${own.receipt}`, '/t/nowhere?page=/x/']) {
        await page.goto(server.origin + path);
        await assertAccessible(page, path);
      }
      await page.goto(`${server.origin}/t/blog?page=/access/`);
      await page.getByLabel('Your comment').fill('x'.repeat(10_001));
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByRole('alert').waitFor();
      await assertAccessible(page, 'refused');
    });
  });

  test(`axe finds nothing at the desk in ${scheme}`, async () => {
    const author = await play.author({ colorScheme: scheme });
    const { page } = author;
    await page.getByRole('heading', { name: 'Your sites' }).waitFor();
    for (const path of ['/admin/', '/admin/sites/blog/', '/admin/sites/careful/', '/admin/sites/careful/pages', '/admin/sites/careful/rules', '/admin/sign-in', '/admin/setup']) {
      await page.goto(server.origin + path);
      await assertAccessible(page, path);
      await page.setViewportSize({ width: 360, height: 700 });
      await assertFits(page, `${path} at 360 px`);
      await page.setViewportSize({ width: 320, height: 600 });
      await assertFits(page, `${path} at 320 px`);
      await assertTargets(page, 24, path);
      await page.setViewportSize({ width: 1280, height: 900 });
    }
    await author.open('careful');
    await author.card('Root 2').locator('details.answer summary').click();
    await author.card('Root 2').locator('details.edit summary').click();
    await assertAccessible(page, 'boxes open');
    await page.locator('.me summary').click();
    await assertAccessible(page, 'menu open');
    await author.leave();
  });
}

test('at 320 px nothing has to be pushed sideways, and at 200 % of the text neither', async () => {
  for (const [what, width, css] of [['320 px', 320, ''], ['640 px with text twice as large', 640, 'html { font-size: 200% } body { font-size: 2rem !important }']]) {
    await withReader(play, { viewport: { width, height: 700 } }, async (reader) => {
      await busyThread(reader, `${SEPIA} ${css}`);
      await assertFits(reader.page, what);
      const cut = await reader.thread.evaluate((element) =>
        [...element.shadowRoot.querySelectorAll('.thread *')]
          .filter((each) => each.checkVisibility() && !each.closest('.trap, pre'))
          .filter((each) => {
            const { left, right } = each.getBoundingClientRect();
            return right > innerWidth + 1 || left < -1 || (each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX === 'hidden');
          })
          .map((each) => `${each.localName}.${each.className} ${each.textContent.slice(0, 40)}`),
      );
      assert.deepEqual(cut, [], what);
      for (const path of ['/t/blog?page=/access/', `/t/blog/own/${own.receipt}`]) {
        await reader.page.goto(server.origin + path);
        await assertFits(reader.page, `${path} at ${what}`);
      }
    });
  }
});

test('what can be pressed is at least 24 px each way, and the main things 44 px under a finger', async () => {
  await withReader(play, { viewport: { width: 390, height: 800 } }, async (reader) => {
    await busyThread(reader, LIGHT);
    await assertTargets(reader.page, 24, 'thread');
    await reader.page.goto(`${server.origin}/t/blog?page=/access/`);
    await assertTargets(reader.page, 24, 'page without script');
  });
  await withReader(play, { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true }, async (reader) => {
    await reader.open(play.post('/access/', { css: LIGHT }));
    for (const button of [reader.button('Send', reader.form(reader.box)), reader.comment('Root 3').getByRole('button', { name: /^Reply/ }), reader.button('Load more comments')]) {
      const { height } = await button.boundingBox();
      assert(height >= 43.99, `${await button.innerText()} is ${height} px high`);
    }
    assert((await reader.box.evaluate((box) => parseFloat(getComputedStyle(box).fontSize))) >= 16, 'phones zoom into smaller boxes');
  });
});

test('what has the focus is seen to have it', async () => {
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/access/', { css: LIGHT }));
    await reader.title.evaluate((title) => title.focus());
    const seen = new Set();
    for (let n = 0; n < 12; n += 1) {
      await reader.page.keyboard.press('Tab');
      const ring = await reader.page.evaluate(() => {
        let at = document.activeElement;
        while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(at);
        return [`${at.localName}.${at.className}`, outlineStyle !== 'none' ? parseFloat(outlineWidth) : 0];
      });
      assert(ring[1] >= 2, `${ring[0]} shows a ring of ${ring[1]} px`);
      seen.add(ring[0]);
    }
    assert(seen.size >= 3);
  });
});

test('reading order and tab order are the same', async () => {
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/access/', { css: LIGHT }));
    const order = await reader.thread.evaluate(async (element) => {
      const can = [...element.shadowRoot.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea')].filter((each) => each.tabIndex >= 0 && each.checkVisibility());
      return can.every((each) => each.tabIndex === 0);
    });
    assert(order, 'nothing has a place of its own in the order');
    const tops = [];
    await reader.title.evaluate((title) => title.focus());
    for (let n = 0; n < 25; n += 1) {
      await reader.page.keyboard.press('Tab');
      tops.push(await reader.page.evaluate(() => {
        let at = document.activeElement;
        while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
        return at.getBoundingClientRect().bottom + scrollY;
      }));
    }
    assert.deepEqual(tops.every((top, index) => !index || top >= tops[index - 1] - 60), true, tops.join());
  });
});

test('by keyboard alone: post, reply, edit, load more', async () => {
  await withReader(play, {}, async (reader) => {
    const { page } = reader;
    await reader.open(play.post('/keyboard/', {}));
    for (let n = 0; n < 51; n += 1) await server.submit('blog', { page: '/keyboard/', name: 'Ada', text: `Root ${n}` });
    await reader.open(play.post('/keyboard/', {}));
    await page.keyboard.press('Tab');
    await reader.tabTo('button Reply');
    await page.keyboard.press('Enter');
    await reader.focusIs('textarea Your reply to Ada');
    await page.keyboard.type('Typed, not clicked');
    await reader.tabTo('button Send');
    await page.keyboard.press('Enter');
    await until(async () => assert.match(await reader.focused(), /^article Typed, not clicked/));
    await reader.tabTo('button Edit');
    await page.keyboard.press('Space');
    await reader.focusIs('textarea Change your comment');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('Changed by key');
    await reader.tabTo('button Save');
    await page.keyboard.press('Enter');
    await until(async () => assert.match(await reader.focused(), /^article Changed by key/));
    await reader.tabTo('button Load more comments', { most: 250 });
    await page.keyboard.press('Enter');
    await reader.focusIs('article Root 50');
    await reader.tabTo('textarea Your comment');
    await page.keyboard.type('A new one');
    await reader.tabTo('button Send');
    await page.keyboard.press('Enter');
    await until(async () => assert.match(await reader.focused(), /^article A new one/));
    await reader.tabTo('button Delete');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await until(async () => assert.equal(await server.times('blog', 'A new one'), 0));
    assert.match(await reader.focused(), /^article/);
  });
});
