// Where the focus goes and what is announced when somebody reads, answers, sends and changes their mind.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stage, withReader } from './driver/stage.js';
import { until } from './driver/until.js';

const play = await stage({ sites: { careful: { moderation: 'all' } } });
const { server } = play;

async function threadOf(path, ...texts) {
  for (const text of texts) await server.submit('blog', { page: path, name: 'Ada', text });
  return play.post(path);
}

const says = (reader, words) => until(async () => assert.match(await reader.said(), words));
const alarms = (reader, words) => until(async () => assert.match(await reader.alarmed(), words));

test('a reply opens at its textarea, and cancel leads back to the Reply button', async () => {
  const address = await threadOf('/reply/', 'One', 'Two');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.startReply('One');
    await reader.focusIs('textarea Your reply to Ada');
    await reader.page.keyboard.type('half a thought');
    await reader.button('Cancel').click();
    await reader.focusIs('button Reply');
    assert.equal(await reader.place('One').locator('form').count(), 0);
    await reader.startReply('One');
    assert.equal(await reader.thread.getByRole('textbox', { name: /^Your reply/ }).inputValue(), 'half a thought');
  });
});

test('Escape closes a reply, keeps its draft, and leads back to the Reply button', async () => {
  const address = await threadOf('/escape/', 'One');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    const box = await reader.startReply('One');
    await box.fill('not yet');
    await reader.page.keyboard.press('Escape');
    await reader.focusIs('button Reply');
    const again = await reader.startReply('One');
    assert.equal(await again.inputValue(), 'not yet');
  });
});

test('a comment that was sent gets the focus, and the polite region says so', async () => {
  const address = await threadOf('/sent/', 'One');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    assert.equal(await reader.said(), '', 'nothing is announced before something happens');
    await reader.post('My own words', { name: 'Grace' });
    await until(async () => assert.match(await reader.focused(), /^article My own words/));
    await says(reader, /Your comment is here/);
    assert.equal(await reader.title.innerText(), '2 comments');
    assert.equal(await reader.box.inputValue(), '');
  });
});

test('a reply that was sent stands below its comment and gets the focus', async () => {
  const address = await threadOf('/below/', 'One', 'Two');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.reply('One', 'An answer to one');
    await until(async () => assert.match(await reader.focused(), /^article An answer to one/));
    assert.deepEqual(await reader.texts(), ['One', 'An answer to one', 'Two']);
    assert.equal(await reader.place('One').locator('form').count(), 0, 'the box is closed');
  });
});

test('a comment that waits is announced as waiting', async () => {
  const address = play.post('/waiting/', { site: 'careful' });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.post('May I come in?', { name: 'Bob' });
    await says(reader, /appears once it is approved/);
    await until(async () => assert.match(await reader.focused(), /^article May I come in/));
  });
});

test('a saved edit is announced and the comment has the focus', async () => {
  const address = play.post('/saved/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.post('With a tpyo');
    await reader.edit('With a tpyo', 'Without a typo');
    await says(reader, /Saved/);
    await until(async () => assert.match(await reader.focused(), /^article Without a typo/));
  });
});

test('Edit opens at its textarea with the Markdown as it was written, and cancel leads back to the Edit button', async () => {
  const address = play.post('/source/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.write('So *very* true & <b>bold</b>');
    await reader.send();
    const article = reader.comment('So very true');
    await reader.button('Edit', article).click();
    assert.match(await reader.focused(), /^textarea/);
    assert.equal(await article.getByRole('textbox').inputValue(), 'So *very* true & <b>bold</b>');
    await reader.button('Cancel', article).click();
    await reader.focusIs('button Edit');
  });
});

const removal = [
  ['the next comment', ['mine', 'after'], 'mine', /^article after/],
  ['the previous one where there is no next', ['before', 'mine'], 'mine', /^article before/],
  ['the title where there is no other', ['mine'], 'mine', /^h2 /],
];
for (const [where, texts, own, focus] of removal) {
  test(`a deleted comment leaves the focus to ${where}`, async () => {
    const path = `/removal-${texts.join('-')}/`;
    const address = play.post(path);
    await withReader(play, {}, async (reader) => {
      await reader.open(address);
      for (const text of texts) await reader.post(text);
      await reader.open(address);
      await reader.comment(own).getByRole('button', { name: 'Delete' }).waitFor();
      await reader.withdraw(own);
      await until(async () => assert.match(await reader.focused(), focus));
      await says(reader, /Deleted/);
    });
  });
}

test('a deleted reply leaves the focus to its parent where nothing else is near', async () => {
  const address = await threadOf('/parent/', 'The root');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.reply('The root', 'my reply');
    await reader.withdraw('my reply');
    await until(async () => assert.match(await reader.focused(), /^article The root/));
  });
});

test('more comments lead the focus to the first new one', async () => {
  await server.submit('blog', { page: '/more/', text: 'Comment 0' });
  for (let n = 1; n <= 54; n += 1) await server.submit('blog', { page: '/more/', text: `Comment ${n}` });
  const address = play.post('/more/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    assert.equal((await reader.texts()).length, 50);
    await reader.button('Load more comments').click();
    await reader.focusIs('article Comment 50');
    assert.equal((await reader.texts()).length, 55);
    assert.equal(await reader.button('Load more comments').count(), 0);
  });
});

test('more replies lead the focus to the first new one', async () => {
  const root = await server.submit('blog', { page: '/replies/', text: 'The root' });
  for (let n = 1; n <= 9; n += 1) await server.submit('blog', { page: '/replies/', parent: root.id, text: `Reply ${n}` });
  const address = play.post('/replies/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    assert.deepEqual(await reader.texts(), ['The root', 'Reply 1', 'Reply 2', 'Reply 3']);
    await reader.button('Show 6 more replies').click();
    await reader.focusIs('article Reply 4');
    assert.equal((await reader.texts()).length, 10);
  });
});

test('after a failed load a retry that works leads to the title', async () => {
  const address = play.post('/retry/', { through: play.faults });
  play.faults.answer('/thread', { status: 503, headers: {}, body: '<p data-code="busy">The server is busy. Please try again in a moment.</p>' });
  await withReader(play, {}, async (reader) => {
    await reader.page.goto(address);
    await reader.thread.locator('.retry').click();
    await reader.focusIs('h2 No comments yet');
  });
});

test('an empty text is refused in words, at the box, and loudly', async () => {
  const address = play.post('/nothing/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.send();
    await alarms(reader, /Write something first/);
    await reader.focusIs('textarea Your comment');
    assert.equal(await reader.box.getAttribute('aria-invalid'), 'true');
    const described = await reader.box.evaluate((box) => box.getAttribute('aria-describedby').split(' ').map((id) => box.getRootNode().getElementById(id).textContent).join(' '));
    assert.match(described, /Write something first/);
  });
});

test('typing is not announced', async () => {
  const address = play.post('/quiet/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.box.pressSequentially('Hello there');
    assert.equal(await reader.said(), '');
    assert.equal(await reader.alarmed(), '');
  });
});

test('Ctrl+Enter sends', async () => {
  const address = play.post('/key/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.box.fill('Sent by key');
    await reader.box.press('Control+Enter');
    await reader.comment('Sent by key').waitFor();
  });
});

test('Undo within ten seconds takes the comment back and puts its text into the box', async () => {
  const address = play.post('/undo/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.post('Said too soon');
    await reader.button('Undo').click();
    await until(async () => assert.equal(await reader.box.inputValue(), 'Said too soon'));
    await reader.focusIs('textarea Your comment');
    await says(reader, /Your text is in the box again/);
    assert.equal(await server.times('blog', 'Said too soon'), 0);
    await reader.send();
    await reader.comment('Said too soon').waitFor();
    assert.equal(await server.times('blog', 'Said too soon'), 1, 'sent again it is a new comment');
  });
});

test('Undo of a reply puts its text into the reply box', async () => {
  const address = await threadOf('/undo-reply/', 'The root');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.reply('The root', 'My reply');
    await reader.button('Undo').click();
    const box = reader.thread.getByRole('textbox', { name: /^Your reply/ });
    await until(async () => assert.equal(await box.inputValue(), 'My reply'));
    await reader.focusIs('textarea Your reply to Ada');
  });
});

test('a deleted comment can be put back into the box for ten seconds', async () => {
  const address = await threadOf('/put-back/', 'One');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.post('Dear to me');
    await reader.withdraw('Dear to me');
    await until(async () => assert.equal(await server.times('blog', 'Dear to me'), 0));
    await reader.button('Undo').click();
    await until(async () => assert.equal(await reader.box.inputValue(), 'Dear to me'));
    await reader.focusIs('textarea Your comment');
  });
});

test('the offer to undo ends by itself and the focus stays in the thread', async () => {
  const address = play.post('/undo-ends/');
  await withReader(play, {}, async (reader) => {
    await reader.page.clock.install();
    await reader.open(address);
    await reader.post('Here to stay');
    await reader.button('Undo').focus();
    await reader.page.clock.fastForward(11_000);
    await until(async () => assert.equal(await reader.button('Undo').count(), 0));
    assert.match(await reader.focused(), /^(article|button|h2|textarea)/);
  });
});
