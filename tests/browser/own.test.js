// Comments of one's own and of others over time: waiting, approved, changed, taken back, answered, sorted, on several sites.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stage, withReader } from './driver/stage.js';
import { until } from './driver/until.js';

const play = await stage({ sites: { careful: { moderation: 'all' }, second: {}, closed: {} } });
const { faults, host, server } = play;

test('a comment that waits is seen and changed by its author alone, until the desk lets it in', async () => {
  const address = play.post('/pending/', { site: 'careful' });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.post('Please let me in', { name: 'Bob' });
    const held = () => reader.comment('Please let me in').getByText('Waiting for approval.');
    await held().waitFor();
    await reader.page.reload();
    await reader.ready();
    await held().waitFor();
    await reader.edit('Please let me in', 'Please let me in, soon');
    await reader.comment('Please let me in, soon').getByText('Waiting for approval.').waitFor();

    await withReader(play, {}, async (other) => {
      await other.open(address);
      assert.deepEqual(await other.texts(), []);
      assert.equal(await other.title.innerText(), 'No comments yet');
    });

    const author = await play.author();
    await author.open('careful');
    await author.decide('Please let me in, soon', 'Approve');
    await until(async () => assert.equal((await server.comments('careful', '/pending/')).length, 1));
    await author.leave();

    await reader.page.reload();
    await reader.comment('Please let me in, soon').waitFor();
    await until(async () => assert.equal(await reader.thread.getByText('Waiting for approval.').count(), 0));
    assert.equal(await reader.title.innerText(), '1 comment');
    await withReader(play, {}, async (other) => {
      await other.open(address);
      assert.deepEqual(await other.texts(), ['Please let me in, soon']);
      assert.equal(await other.thread.getByRole('button', { name: 'Edit' }).count(), 0, 'only its author may change it');
    });
  });
});

test('after a reload one’s own comment can still be changed and taken back', async () => {
  const address = play.post('/later/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.post('First version');
    await reader.page.reload();
    await reader.ready();
    await reader.edit('First version', 'Second version');
    await reader.comment('Second version').getByText('edited').waitFor();
    await reader.page.reload();
    await reader.ready();
    await reader.button('Delete', reader.comment('Second version')).waitFor();
    await reader.withdraw('Second version');
    await until(async () => assert.equal(await server.times('blog', 'Second version'), 0));
    await reader.page.reload();
    await reader.ready();
    assert.deepEqual(await reader.texts(), []);
  });
});

test('where replies hang below it, a comment taken back leaves an empty place', async () => {
  const address = play.post('/empty-place/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.post('I go');
    await reader.reply('I go', 'I stay');
    await reader.withdraw('I go');
    await reader.thread.getByText('Its author took this comment back.').waitFor();
    await reader.comment('I stay').waitFor();
    await reader.page.reload();
    await reader.ready();
    // Strangers are not told who took it away.
    await reader.thread.locator('article.gone', { hasText: 'This comment was removed.' }).waitFor();
    assert.deepEqual(await reader.texts(), ['I stay']);
    assert.equal(await reader.title.innerText(), '1 comment');
  });
});

test('after the window there is no Edit any more, and Delete stays', async () => {
  const address = play.post('/window/');
  await withReader(play, {}, async (reader) => {
    await reader.page.clock.install();
    await reader.open(address);
    await reader.post('Soon fixed for ever');
    await reader.comment('Soon fixed for ever').getByText(/You can change it for another \d+ minutes/).waitFor();
    await reader.page.clock.fastForward('16:00');
    await until(async () => assert.equal(await reader.comment('Soon fixed for ever').getByRole('button', { name: 'Edit' }).count(), 0));
    assert.equal(await reader.comment('Soon fixed for ever').getByRole('button', { name: 'Delete' }).count(), 1);
  });
});

test('newest first and oldest first, and the choice is kept', async () => {
  for (const text of ['first', 'second', 'third']) await server.submit('blog', { page: '/sort/', text });
  const address = play.post('/sort/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    assert.deepEqual(await reader.texts(), ['first', 'second', 'third']);
    await reader.box.fill('a draft stays');
    await reader.sort('Newest first');
    await until(async () => assert.deepEqual(await reader.texts(), ['third', 'second', 'first']));
    assert.equal(await reader.box.inputValue(), 'a draft stays');
    await reader.post('fourth');
    assert.deepEqual(await reader.texts(), ['fourth', 'third', 'second', 'first']);
    await reader.page.reload();
    await reader.ready();
    assert.deepEqual(await reader.texts(), ['fourth', 'third', 'second', 'first']);
    await reader.sort('Oldest first');
    await until(async () => assert.deepEqual(await reader.texts(), ['first', 'second', 'third', 'fourth']));
  });
});

test('an answer from the desk is offered by a pill, inserts nothing by itself, and carries the badge', async () => {
  const question = await server.submit('blog', { page: '/pill/', name: 'Bob', text: 'Is this thing on?' });
  const address = play.post('/pill/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await server.answer('blog', { page: '/pill/', parent: question.id, text: 'Loud and clear' });
    await reader.thread.evaluate((element) => element.check());
    const pill = reader.thread.getByRole('button', { name: '1 new answer' });
    await pill.waitFor();
    await until(async () => assert.match(await reader.said(), /1 new answer/));
    assert.deepEqual(await reader.texts(), ['Is this thing on?']);
    await pill.click();
    await reader.focusIs('article Loud and clear');
    await reader.comment('Loud and clear').getByText('Author', { exact: true }).waitFor();
    assert.equal(await reader.title.innerText(), '2 comments');
    assert.equal(await pill.count(), 0);
  });
});

test('while somebody looks the thread is asked for news every three quarters of a minute, and not when nobody does', async () => {
  await server.submit('blog', { page: '/poll/', text: 'Early' });
  const address = play.post('/poll/', { through: faults });
  await withReader(play, {}, async (reader) => {
    await reader.page.clock.install();
    await reader.open(address);
    faults.calm();
    await server.submit('blog', { page: '/poll/', text: 'Late' });
    await reader.page.clock.runFor(30_000);
    assert.equal(faults.to('/thread').length, 0, 'not before 45 seconds');
    await reader.page.clock.runFor(31_000);
    await reader.thread.getByRole('button', { name: '1 new comment' }).click();
    await reader.focusIs('article Late');
    await reader.page.clock.fastForward('31:00');
    faults.calm();
    await reader.page.clock.runFor(120_000);
    assert.equal(faults.to('/thread').length, 0, 'half an hour without a sign of life ends it');
  });
});

test('two sites on one page and server keep to themselves', async () => {
  for (const site of ['blog', 'second']) await server.submit(site, { page: '/shared/', text: `Said on ${site}` });
  const address = host.page('/shared/', {
    middle: `<rejoinder-thread site="blog"></rejoinder-thread><rejoinder-thread site="second"></rejoinder-thread>
<script async src="${server.origin}/embed.js"></script>`,
  });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    const [first, second] = [0, 1].map((n) => reader.page.locator('rejoinder-thread').nth(n));
    await second.locator('article').waitFor();
    assert.deepEqual(await first.locator('article .body').allInnerTexts(), ['Said on blog']);
    assert.deepEqual(await second.locator('article .body').allInnerTexts(), ['Said on second']);
    await second.getByRole('textbox', { name: 'Your comment' }).fill('Only for the second');
    await second.getByRole('button', { name: 'Send' }).click();
    await second.getByText('Only for the second').first().waitFor();
    assert.equal(await first.getByText('Only for the second').count(), 0);
    assert.equal((await server.comments('blog', '/shared/')).length, 1);
    await reader.page.reload();
    await second.getByRole('button', { name: 'Delete' }).waitFor();
    assert.equal(await first.getByRole('button', { name: 'Delete' }).count(), 0);
  });
});

test('a closed page is read and says that it takes nothing more', async () => {
  await server.submit('closed', { page: '/closed/', text: 'The last word' });
  const { status } = await server.ask('POST', '/api/v1/sites/closed/pages/close', { page: '/closed/' }, server.token);
  assert.equal(status, 200);
  const address = play.post('/closed/', { site: 'closed' });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.comment('The last word').waitFor();
    await reader.thread.getByText('This thread is closed').waitFor();
    assert.equal(await reader.thread.getByRole('textbox').count(), 0);
    assert.equal(await reader.thread.getByRole('button', { name: /^Reply/ }).count(), 0);
  });
});

test('an empty thread invites, and the invitation goes with the first comment', async () => {
  const address = play.post('/empty/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.thread.getByText('Be the first.').waitFor();
    await reader.post('I am the first');
    assert.equal(await reader.thread.getByText('Be the first.').count(), 0);
  });
});

test('listeners of the page hear what happens, and may keep a text from being sent', async () => {
  const address = play.post('/events/');
  await withReader(play, {}, async (reader) => {
    await reader.page.addInitScript(() => {
      window.heard = [];
      for (const name of ['ready', 'submit', 'posted', 'edited', 'deleted', 'error', 'arrived'])
        document.addEventListener(`rejoinder:${name}`, (event) => {
          window.heard.push([name, event.detail]);
          if (event.detail.text === 'not this one') event.preventDefault();
        });
    });
    await reader.open(address);
    await reader.write('not this one');
    await reader.send();
    await reader.write('this one');
    await reader.send();
    await reader.comment('this one').waitFor();
    await reader.edit('this one', 'this very one');
    await reader.withdraw('this very one');
    await until(async () => assert.equal((await reader.page.evaluate(() => window.heard)).at(-1)[0], 'deleted'));
    const heard = await reader.page.evaluate(() => window.heard);
    assert.deepEqual(heard.map(([name]) => name), ['ready', 'submit', 'submit', 'posted', 'submit', 'edited', 'deleted']);
    assert.deepEqual(heard[0], ['ready', { total: 0, shown: 0 }]);
    assert(!JSON.stringify(heard).includes('receipt'), 'no event tells a receipt');
    assert.equal(await server.times('blog', 'not this one'), 0);
  });
});
