// Typed text is never lost, and what a browser that keeps nothing can still do.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stage, withReader } from './driver/stage.js';
import { until } from './driver/until.js';

const play = await stage();
const { faults, server } = play;

/** Waits until the browser has stored a draft that holds this text. */
const stored = (reader, text) =>
  until(() => reader.page.evaluate((words) => Object.entries(localStorage).some(([name, value]) => name.startsWith('rejoinder:draft:') && value.includes(words)), text));

test('a draft survives a reload and says that it was restored', async () => {
  const address = play.post('/reload/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.box.fill('Half a sentence');
    await stored(reader, 'Half a sentence');
    await reader.page.reload();
    await reader.ready();
    assert.equal(await reader.box.inputValue(), 'Half a sentence');
    await reader.form(reader.box).getByText('Draft restored').waitFor();
    await reader.button('Discard', reader.form(reader.box)).click();
    assert.equal(await reader.box.inputValue(), '');
    await reader.page.reload();
    await reader.ready();
    assert.equal(await reader.box.inputValue(), '');
    assert.equal(await reader.form(reader.box).getByText('Draft restored').count(), 0);
  });
});

test('a draft typed a moment before leaving is there on return', async () => {
  const address = play.post('/leave/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.box.fill('Typed and gone');
    await reader.page.goto('about:blank');
    await reader.open(address);
    assert.equal(await reader.box.inputValue(), 'Typed and gone');
  });
});

test('a draft survives that its tab is killed', async () => {
  const address = play.post('/killed/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.box.pressSequentially('Before the crash');
    await stored(reader, 'Before the crash');
    const crashed = reader.page.waitForEvent('crash');
    reader.page.goto('chrome://crash').catch(() => {});
    await crashed;
    await reader.tab();
    await reader.open(address);
    assert.equal(await reader.box.inputValue(), 'Before the crash');
    await reader.send();
    await reader.comment('Before the crash').waitFor();
  });
});

test('drafts of two replies and a new comment do not mix', async () => {
  for (const text of ['One', 'Two']) await server.submit('blog', { page: '/mix/', name: text, text });
  const address = play.post('/mix/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    const one = await reader.startReply('One').then(() => reader.place('One').getByRole('textbox', { name: /^Your reply/ }));
    await one.fill('to one');
    await reader.startReply('Two');
    const two = reader.place('Two').getByRole('textbox', { name: /^Your reply/ });
    await two.fill('to two');
    await reader.box.fill('to all');
    await reader.page.reload();
    await reader.ready();
    assert.equal(await one.inputValue(), 'to one');
    assert.equal(await two.inputValue(), 'to two');
    assert.equal(await reader.box.inputValue(), 'to all');
    await reader.send(two);
    await reader.comment('to two').waitFor();
    assert.equal(await one.inputValue(), 'to one');
    assert.equal(await reader.box.inputValue(), 'to all');
  });
});

test('a draft of one page is not shown on another', async () => {
  const [first, second] = ['/page-a/', '/page-b/'].map((path) => play.post(path));
  await withReader(play, {}, async (reader) => {
    await reader.open(first);
    await reader.box.fill('For page a');
    await stored(reader, 'For page a');
    await reader.open(second);
    assert.equal(await reader.box.inputValue(), '');
  });
});

test('a draft goes once its comment is stored, and stays when it was not', async () => {
  const address = play.post('/cleared/', { through: faults });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    faults.answer('/note', { status: 500, headers: {}, body: '' });
    await reader.write('Sent twice, stored once');
    await reader.send();
    await until(async () => assert.notEqual(await reader.form(reader.box).locator('.error').innerText(), ''));
    await reader.page.reload();
    await reader.ready();
    assert.equal(await reader.box.inputValue(), 'Sent twice, stored once');
    await reader.send();
    await reader.comment('Sent twice, stored once').waitFor();
    await reader.page.reload();
    await reader.ready();
    assert.equal(await reader.box.inputValue(), '');
    assert.equal(await server.times('blog', 'Sent twice, stored once'), 1);
  });
});

test('a page that is reloaded after a cut answer does not post twice', async () => {
  const address = play.post('/cut-reload/', { through: faults });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.open(address);
    faults.cut('/note');
    await reader.write('Stored before the reload');
    await reader.send();
    await until(async () => assert.match(await reader.form(reader.box).locator('.error').innerText(), /out of reach/));
    await reader.page.reload();
    await reader.ready();
    assert.equal(await reader.box.inputValue(), 'Stored before the reload');
    await reader.send();
    await until(async () => assert.equal(await reader.box.inputValue(), ''));
    assert.equal(await server.times('blog', 'Stored before the reload'), 1);
  });
});

test('the name and website typed last are remembered for the next comment', async () => {
  const [first, second] = ['/me-a/', '/me-b/'].map((path) => play.post(path));
  await withReader(play, {}, async (reader) => {
    await reader.open(first);
    await reader.post('Hello', { name: 'Grace', website: 'https://grace.example/' });
    await reader.open(second);
    assert.equal(await reader.thread.getByRole('textbox', { name: 'Name' }).inputValue(), 'Grace');
    assert.equal(await reader.thread.getByRole('textbox', { name: 'Website' }).inputValue(), 'https://grace.example/');
  });
});

test('where storage throws a thread is read, written, answered and changed all the same', async () => {
  await server.submit('blog', { page: '/no-storage/', name: 'Ada', text: 'Read me' });
  const address = play.post('/no-storage/');
  await withReader(play, { storage: false }, async (reader) => {
    await reader.open(address);
    await reader.comment('Read me').waitFor();
    await reader.post('Nothing is kept here');
    await reader.reply('Read me', 'But this works');
    await reader.edit('But this works', 'And this works');
    await reader.withdraw('And this works');
    await until(async () => assert.equal(await server.times('blog', 'And this works'), 0));
    assert.equal(await server.times('blog', 'Nothing is kept here'), 1);
  });
});

test('storage full of somebody else’s rubbish under our names does no harm', async () => {
  const address = play.post('/rubbish/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    for (const [n, value] of ['{', 'null', '7', '"text"', '[]', '{"text":{}}', '{"text":"x","at":"never"}', 'true'].entries()) {
      await reader.page.evaluate((rubbish) => {
        const { page } = document.querySelector('rejoinder-thread').shadowRoot.querySelector('section').dataset;
        for (const name of ['me', 'sort', 'receipts:blog', `draft:blog:${page}:new`, `draft:blog:${page}:r9`]) localStorage.setItem(`rejoinder:${name}`, rubbish);
      }, value);
      await reader.page.reload();
      await reader.ready();
      await reader.post(`Unharmed by rubbish ${n}`);
    }
  });
});

test('offline the text is kept, and once online again it is sent by itself: exactly one comment', async () => {
  const address = play.post('/offline/', { through: faults });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.open(address);
    await reader.context.setOffline(true);
    await reader.write('Written in a tunnel', { name: 'Bob' });
    await reader.send();
    await until(async () => assert.match(await reader.form(reader.box).locator('.error').innerText(), /sent once when you are online/));
    assert.equal(await reader.box.inputValue(), 'Written in a tunnel');
    await reader.context.setOffline(false);
    await reader.comment('Written in a tunnel').waitFor();
    await until(async () => assert.equal(await reader.box.inputValue(), ''));
    assert.equal(await server.times('blog', 'Written in a tunnel'), 1);
    assert.equal(faults.to('/note').length, 1);
  });
});

test('what waits for the connection can be called off, and is then not sent', async () => {
  const address = play.post('/called-off/', { through: faults });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.page.clock.install();
    await reader.open(address);
    await reader.context.setOffline(true);
    await reader.write('Better not');
    await reader.send();
    const problem = reader.form(reader.box).locator('.error');
    await until(async () => assert.match(await problem.innerText(), /out of reach/));
    await reader.button('Cancel', problem).click();
    await reader.focusIs('textarea Your comment');
    await reader.context.setOffline(false);
    await reader.page.clock.runFor(60_000);
    assert.equal(await reader.box.inputValue(), 'Better not');
    assert.equal(faults.to('/note').length, 0);
  });
});
