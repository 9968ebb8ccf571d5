// What happens when the server refuses, breaks off or cannot be reached: the text stays, the words are right,
// and sending again makes one comment.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusal } from './driver/faults.js';
import { stage, withReader } from './driver/stage.js';
import { until } from './driver/until.js';

const play = await stage();
const { faults, server } = play;

const BUSY = 'The server is busy. Please try again in a moment.';

const kinds = [
  ['a 429 with its seconds', () => faults.answer('/note', refusal(429, 'too_many', 'That was a lot at once. Please wait a moment.', { 'retry-after': '7' })), /That was a lot at once.*wait 7 seconds/s],
  ['a 503 with its seconds', () => faults.answer('/note', refusal(503, 'busy', BUSY, { 'retry-after': '3' })), /server is busy.*wait 3 seconds/s],
  ['a 401', () => faults.answer('/note', refusal(401, 'bearer_missing', 'This needs the receipt you got when you wrote the comment.')), /needs the receipt/],
  ['a 413', () => faults.answer('/note', refusal(413, 'body_too_large', 'This is more than can be taken at once.')), /more than can be taken/],
  ['a 422', () => faults.answer('/note', refusal(422, 'comment_too_complex', 'The text is nested too deeply. Please make it simpler.')), /nested too deeply/],
  ['a 500', () => faults.answer('/note', refusal(500, 'internal', 'Something went wrong on the server. Please try again.')), /went wrong on the server/],
  ['a 502 of some proxy that knows nothing of us', () => faults.answer('/note', { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad Gateway</h1>' }), /Please try again/],
  ['a 200 that is no comment', () => faults.answer('/note', { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Welcome to the hotel’s network</h1>' }), /Please try again/],
];

for (const [index, [kind, plan, words]] of kinds.entries()) {
  test(`${kind} keeps the text, says what is wrong, and a second try posts once`, async () => {
    const text = `Kept through ${index}`;
    const address = play.post(`/fault-${index}/`, { through: faults });
    await withReader(play, {}, async (reader) => {
      faults.calm();
      await reader.open(address);
      plan();
      await reader.write(text, { name: 'Ada' });
      await reader.send();
      const problem = reader.form(reader.box).locator('.error');
      await until(async () => assert.match(await problem.innerText(), words));
      assert.match(await reader.alarmed(), words);
      assert.equal(await reader.box.inputValue(), text);
      await reader.send();
      await reader.comment(text).waitFor();
      assert.equal(await problem.innerText(), '');
      assert.equal(await server.times('blog', text), 1);
    });
  });
}

test('the seconds to wait are counted down, and then the remark goes', async () => {
  const address = play.post('/countdown/', { through: faults });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.page.clock.install();
    await reader.open(address);
    faults.answer('/note', refusal(429, 'too_many', 'That was a lot at once.', { 'retry-after': '30' }));
    await reader.write('Patience');
    await reader.send();
    const problem = reader.form(reader.box).locator('.error');
    await until(async () => assert.match(await problem.innerText(), /wait 30 seconds/));
    const announced = await reader.alarmed();
    await reader.page.clock.runFor(10_000);
    await until(async () => assert.match(await problem.innerText(), /wait 20 seconds/));
    assert.equal(await reader.alarmed(), announced, 'ticks are not announced');
    await reader.page.clock.runFor(21_000);
    await until(async () => assert.equal(await problem.innerText(), ''));
    assert.equal(await reader.box.inputValue(), 'Patience');
  });
});

const breaks = [
  ['a connection that is reset', () => faults.reset('/note')],
  ['an answer that is cut after the comment was stored', () => faults.cut('/note')],
];
for (const [index, [kind, plan]] of breaks.entries()) {
  test(`${kind} keeps the text and is tried once more by itself: one comment`, async () => {
    const text = `Broken off ${index}`;
    const address = play.post(`/break-${index}/`, { through: faults });
    await withReader(play, {}, async (reader) => {
      faults.calm();
      await reader.page.clock.install();
      await reader.open(address);
      plan();
      await reader.write(text);
      await reader.send();
      const problem = reader.form(reader.box).locator('.error');
      await until(async () => assert.match(await problem.innerText(), /out of reach/));
      assert.equal(await reader.box.inputValue(), text);
      assert.equal(faults.to('/note').length, 1);
      await reader.page.clock.runFor(10_000);
      await reader.comment(text).waitFor();
      assert.equal(faults.to('/note').length, 2);
      assert.equal(await server.times('blog', text), 1);
      assert.equal(await reader.texts().then((all) => all.filter((each) => each === text).length), 1);
    });
  });
}

test('a cut answer and a changed text afterwards are one comment with the new text', async () => {
  const address = play.post('/changed/', { through: faults });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.page.clock.install();
    await reader.open(address);
    faults.cut('/note');
    await reader.write('The first wording');
    await reader.send();
    await until(async () => assert.match(await reader.form(reader.box).locator('.error').innerText(), /out of reach/));
    await reader.box.fill('The second wording');
    await reader.send();
    await reader.comment('The second wording').waitFor();
    const all = await server.comments('blog', '/changed/');
    assert.equal(all.length, 1);
    assert.match(all[0].html, /The second wording/);
  });
});

test('no answer at all is given up after half a minute: the text stays and posts once', async () => {
  const address = play.post('/silence/', { through: faults });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.open(address);
    faults.silence('/note');
    await reader.write('Is anybody there?');
    await reader.send();
    await until(async () => assert.match(await reader.form(reader.box).locator('.submit').innerText(), /Sending/));
    await until(async () => assert.match(await reader.form(reader.box).locator('.error').innerText(), /out of reach/), { within: 40_000 });
    assert.equal(await reader.box.inputValue(), 'Is anybody there?');
    await reader.send();
    await reader.comment('Is anybody there?').waitFor();
    assert.equal(await server.times('blog', 'Is anybody there?'), 1);
  });
});

test('a second press while the first is on its way sends nothing', async () => {
  const address = play.post('/twice/', { through: faults });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.open(address);
    await reader.write('Only once');
    await reader.form(reader.box).locator('.submit').evaluate((button) => (button.click(), button.click(), button.click()));
    await reader.comment('Only once').waitFor();
    assert.equal(faults.to('/note').length, 1);
  });
});

test('a field that the server refuses is named, marked and has the focus', async () => {
  const address = play.post('/field/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.write('Hello', { website: 'javascript:alert(1)' });
    await reader.send();
    await until(async () => assert.match(await reader.alarmed(), /website is an http or https address/));
    await reader.focusIs('input Website');
    assert.equal(await reader.thread.getByRole('textbox', { name: 'Website' }).getAttribute('aria-invalid'), 'true');
    assert.equal(await reader.box.inputValue(), 'Hello');
  });
});

test('a text that is too long is counted and not sent', async () => {
  const address = play.post('/long/', { through: faults });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.open(address);
    await reader.box.fill('é'.repeat(10_003));
    await until(async () => assert.match(await reader.form(reader.box).innerText(), /3 characters too many/));
    await reader.send();
    await until(async () => assert.match(await reader.alarmed(), /3 characters too many/));
    assert.equal(faults.to('/note').length, 0);
    await reader.box.fill('é'.repeat(9_000));
    await until(async () => assert.match(await reader.form(reader.box).innerText(), /1,?000 characters left/));
  });
});

test('an edit that fails keeps its text and saves at the second try', async () => {
  const address = play.post('/edit-fails/', { through: faults });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.open(address);
    await reader.post('Before');
    const article = reader.comment('Before');
    await reader.button('Edit', article).click();
    faults.answer('/edit', refusal(503, 'busy', BUSY));
    const box = article.getByRole('textbox');
    await box.fill('Afterwards');
    await reader.button('Save', article).click();
    await until(async () => assert.match(await reader.alarmed(), /server is busy/));
    assert.equal(await box.inputValue(), 'Afterwards');
    await reader.button('Save', article).click();
    await reader.comment('Afterwards').waitFor();
    assert.equal((await server.comments('blog', '/edit-fails/')).length, 1);
  });
});

test('a withdrawal that fails leaves the comment and says so', async () => {
  const address = play.post('/withdraw-fails/', { through: faults });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.open(address);
    await reader.post('Still here');
    faults.reset('/withdraw');
    await reader.withdraw('Still here');
    await until(async () => assert.match(await reader.alarmed(), /Please try again/));
    assert.equal(await reader.comment('Still here').count(), 1);
    await reader.button('Really delete?').click();
    await until(async () => assert.equal(await server.times('blog', 'Still here'), 0));
  });
});

test('a thread that cannot be loaded says so, keeps the link, and loads when asked again', async () => {
  await server.submit('blog', { page: '/unloaded/', text: 'Here after all' });
  const address = play.post('/unloaded/', { through: faults });
  for (const plan of [() => faults.reset('/thread'), () => faults.answer('/thread', refusal(503, 'busy', BUSY)), () => faults.cut('/thread')]) {
    await withReader(play, {}, async (reader) => {
      faults.calm();
      plan();
      await reader.page.goto(address);
      const retry = reader.thread.locator('.retry');
      await retry.waitFor();
      assert(await reader.page.getByRole('link', { name: 'Discuss this post' }).isVisible());
      assert.notEqual(await reader.alarmed(), '');
      await retry.click();
      await reader.comment('Here after all').waitFor();
      assert.equal(await reader.page.getByRole('link', { name: 'Discuss this post' }).count(), 0);
    });
  }
});

test('a page whose address is not the site’s is told so, with the line its owner needs', async () => {
  const address = play.post('/foreign/', { through: faults, mount: 'data-url="http://elsewhere.example/post/"' });
  await withReader(play, {}, async (reader) => {
    await reader.page.goto(address);
    await reader.thread.getByText('rejoinder site set blog origins=').waitFor();
    assert.match(await reader.alarmed(), /not on the site['’]s list/);
  });
});
