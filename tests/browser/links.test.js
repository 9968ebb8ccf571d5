// Addresses that lead into a thread, wherever their comment is.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { Server } from './driver/server.js';
import { stage, withReader } from './driver/stage.js';
import { until } from './driver/until.js';

const play = await stage();
const { faults, server } = play;
const ids = {};
let address;

before(async () => {
  const submit = (text, parent) => server.submit('blog', { page: '/links/', name: 'Ada', text, ...(parent && { parent }) });
  for (let n = 0; n < 60; n += 1) ids[`Root ${n}`] = (await submit(`Root ${n}`)).id;
  for (let n = 0; n < 9; n += 1) ids[`Reply ${n}`] = (await submit(`Reply ${n}`, ids['Root 3'])).id;
  let deep = ids['Root 58'];
  for (let n = 0; n < 8; n += 1) deep = ids[`Deep ${n}`] = (await submit(`Deep ${n}`, deep)).id;
  const gone = await submit('Gone');
  ids.Gone = gone.id;
  await server.decide('blog', gone.id, 'remove');
  address = play.post('/links/', { before: '<p>Long text.</p>'.repeat(80) });
});

/** The comment has the focus and is on the screen. */
async function isReached(reader, text) {
  await until(async () => assert.equal(await reader.focused(), `article ${text}`));
  await until(() =>
    reader.comment(text).evaluate((article) => {
      const { top, bottom } = article.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    }),
  );
}

for (const [where, text] of [
  ['a comment of the first page', 'Root 7'],
  ['a reply that is folded', 'Reply 8'],
  ['a root of the second page', 'Root 55'],
  ['a deep reply of the second page', 'Deep 7'],
]) {
  test(`an address leads to ${where}`, async () => {
    await withReader(play, {}, async (reader) => {
      await reader.open(`${address}#comment-${ids[text]}`);
      await isReached(reader, text);
    });
  });
}

for (const [where, id] of [['a removed comment', () => ids.Gone], ['an unknown comment', () => '999999999']]) {
  test(`an address of ${where} says that it is not here, and the thread is there`, async () => {
    await withReader(play, {}, async (reader) => {
      await reader.open(`${address}#comment-${id()}`);
      await reader.comment('Root 7').waitFor();
      await until(async () => assert.match(await reader.alarmed(), /not here any more/));
      await reader.thread.getByText('This comment is not here any more.').first().waitFor();
    });
  });
}

test('following links within the page goes from comment to comment, and back', async () => {
  await withReader(play, {}, async (reader) => {
    await reader.open(`${address}#comment-${ids['Root 7']}`);
    await isReached(reader, 'Root 7');
    for (const text of ['Reply 8', 'Root 55', 'Root 7']) {
      await reader.page.evaluate((id) => (location.hash = `comment-${id}`), ids[text]);
      await isReached(reader, text);
    }
    await reader.page.goBack();
    await isReached(reader, 'Root 55');
    const all = await reader.texts();
    assert.equal(new Set(all).size, all.length, 'nothing is there twice');
  });
});

test('a comment’s own time is a link to it, and “in reply to” leads to the parent', async () => {
  await withReader(play, {}, async (reader) => {
    await reader.open(`${address}#comment-${ids['Deep 7']}`);
    await isReached(reader, 'Deep 7');
    assert.equal(await reader.comment('Deep 7').locator('a.time').getAttribute('href'), `#comment-${ids['Deep 7']}`);
    await reader.comment('Deep 7').getByRole('link', { name: /in reply to Ada/ }).click();
    await isReached(reader, 'Deep 6');
  });
});

test('parts loaded around an address and by button make the whole thread, each comment once and in order', async () => {
  await withReader(play, {}, async (reader) => {
    await reader.open(`${address}#comment-${ids['Root 58']}`);
    await isReached(reader, 'Root 58');
    for (;;) {
      const more = reader.thread.locator('button.more').first();
      if (!(await more.count())) break;
      const had = (await reader.texts()).length;
      await more.click();
      await until(async () => (await reader.texts()).length > had || (await reader.thread.locator('button.more').count()) === 0);
    }
    const numbered = (word, from, to) => Array.from({ length: to - from + 1 }, (_, n) => `${word} ${from + n}`);
    const expected = [...numbered('Root', 0, 3), ...numbered('Reply', 0, 8), ...numbered('Root', 4, 58), ...numbered('Deep', 0, 7), 'Root 59'];
    assert.deepEqual(await reader.texts(), expected);
  });
});

test('#thread leads to the thread', async () => {
  await withReader(play, {}, async (reader) => {
    await reader.open(`${address}#thread`);
    await until(() => reader.title.evaluate((title) => title.getBoundingClientRect().top < innerHeight && title.getBoundingClientRect().top >= -1));
  });
});

test('far below the fold nothing is loaded until somebody comes near', async () => {
  const far = play.post('/far/', { through: faults, before: '<p style="height:4000px">Long.</p>' });
  await server.submit('blog', { page: '/far/', text: 'At the very end' });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.page.goto(far);
    await until(() => reader.page.evaluate(() => !!customElements.get('rejoinder-thread')));
    await reader.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    assert.equal(faults.to('/thread').length, 0);
    await reader.page.mouse.wheel(0, 3000);
    await reader.comment('At the very end').waitFor();
    assert.equal(faults.to('/thread').length, 1);
  });
});

test('the server’s own short address leads to the comment on the post', async () => {
  await withReader(play, {}, async (reader) => {
    await reader.page.goto(`${server.origin}/go/${ids['Root 55']}`);
    await reader.ready();
    await isReached(reader, 'Root 55');
    assert.equal(reader.page.url(), `${address}#comment-${ids['Root 55']}`);
  });
});

test('a long thread loads whole, a hundred at a time, in order', async () => {
  await Server.forEach(Array.from({ length: 120 }, (_, n) => n), (n) => server.submit('blog', { page: '/many/', text: `Comment ${n}` }));
  const many = play.post('/many/');
  await withReader(play, {}, async (reader) => {
    await reader.open(many);
    for (const total of [100, 120]) {
      await reader.button('Load more comments').click();
      await until(async () => assert.equal((await reader.texts()).length, total));
    }
    assert.equal(await reader.button('Load more comments').count(), 0);
    const all = await reader.texts();
    assert.equal(new Set(all).size, 120);
  });
});
