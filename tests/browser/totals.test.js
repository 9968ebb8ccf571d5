// Totals on list pages.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { stage, withReader } from './driver/stage.js';
import { until } from './driver/until.js';

const play = await stage();
const { faults, host, server } = play;

before(async () => {
  await server.submit('blog', { page: '/one/', text: 'Alone' });
  for (let n = 0; n < 3; n += 1) await server.submit('blog', { page: '/many/', text: `Of three ${n}` });
});

const link = (path, more = '') => `<li><a href="${path}#thread" data-rejoinder-total ${more}>Comments</a></li>`;
const WORDS = 'data-rejoinder-none="No comments" data-rejoinder-one="One comment" data-rejoinder-many="{n} comments"';
const script = (name) => `<script async src="${faults.origin}/${name}" data-site="blog"></script>`;

for (const name of ['embed.js', 'totals.js']) {
  test(`${name} fills in a hundred totals with one request, and none, one and many have their own words`, async () => {
    const others = Array.from({ length: 97 }, (_, n) => link(`/other-${n}/`, WORDS)).join('');
    const address = host.page('/list/', { middle: `<ul>${link('/none/', WORDS)}${link('/one/', WORDS)}${link('/many/', WORDS)}${others}</ul>${name === 'embed.js' ? `<div data-rejoinder-thread hidden></div>` : ''}${script(name)}` });
    await withReader(play, {}, async (reader) => {
      faults.calm();
      await reader.page.goto(address);
      const texts = () => reader.page.locator('li').allInnerTexts();
      await until(async () => assert.deepEqual((await texts()).slice(0, 4), ['No comments', 'One comment', '3 comments', 'No comments']));
      assert.equal((await texts()).filter((text) => text === 'No comments').length, 98);
      assert.equal(faults.to('/totals?').length, 1);
      assert.deepEqual(faults.seen.filter(({ method }) => method !== 'GET'), []);
    });
  });
}

test('more than a hundred totals take as many requests as there are hundreds, and the same page is asked for once', async () => {
  const many = Array.from({ length: 250 }, (_, n) => link(`/other-${n}/`)).join('');
  const address = host.page('/archive/', { middle: `<ul>${many}${link('/one/')}${link('/one/')}</ul>${script('totals.js')}` });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.page.goto(address);
    await until(async () => assert.deepEqual((await reader.page.locator('li').allInnerTexts()).slice(-2), ['1', '1']));
    assert.equal(faults.to('/totals?').length, 3);
  });
});

test('a page named by the attribute counts as that page, and links whose total is not to be had keep their words', async () => {
  const address = host.page('/named/', { middle: `<ul><li><a href="/elsewhere/" data-rejoinder-total="/many/">Comments</a></li></ul>${script('totals.js')}` });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.page.goto(address);
    await until(async () => assert.equal(await reader.page.locator('li').innerText(), '3'));
    faults.answer('/totals', { status: 503, headers: { 'content-type': 'text/html' }, body: '<p>busy</p>' });
    const answered = reader.page.waitForResponse(/totals\?/);
    await reader.page.reload();
    await answered;
    await reader.page.evaluate(() => new Promise((done) => setTimeout(done)));
    assert.equal(await reader.page.locator('li').innerText(), 'Comments');
  });
});

test('words for totals are text and never markup', async () => {
  const address = host.page('/markup/', { middle: `<ul>${link('/many/', 'data-rejoinder-many="<img src=x onerror=window.ran=1>{n}"')}</ul>${script('totals.js')}` });
  await withReader(play, {}, async (reader) => {
    await reader.page.goto(address);
    await until(async () => assert.match(await reader.page.locator('li').innerText(), /3$/));
    assert.equal(await reader.page.locator('li img').count(), 0);
  });
});
