// The desk as its author uses it, with script, keys and several tabs.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Author, PASSWORD } from './driver/author.js';
import { stage, withReader } from './driver/stage.js';
import { until } from './driver/until.js';

const play = await stage({ sites: { careful: { moderation: 'all' } } });
const { browser, server } = play;

test('the one-time code sets the desk up once, and after that a password opens it', async () => {
  const author = await Author.arrive(browser, server);
  const { page } = author;
  await page.goto(`${server.origin}/admin/`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.equal(await page.getByRole('heading', { name: 'Your sites' }).count(), 0);
  await page.goto(server.setUp.replace(/code=.*/, 'code=aaaaa-bbbbb-ccccc-ddddd-eeeee'));
  await page.getByRole('alert').waitFor();
  await page.goto(server.setUp);
  await page.getByLabel('Your name').fill('Hannah');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByLabel('Password', { exact: true }).evaluate((input) => input.removeAttribute('minlength'));
  await page.getByRole('button', { name: 'Open the desk' }).click();
  await page.getByText('Choose a password of 10 to 200 characters.').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Open the desk' }).click();
  await page.getByRole('heading', { name: 'Your sites' }).waitFor();
  server.isSetUp = true;
  const [cookie, ...others] = await author.person.context.cookies();
  assert.deepEqual(others, []);
  assert.deepEqual([cookie.name, cookie.httpOnly, cookie.secure, cookie.sameSite, cookie.path], ['__Host-rejoinder', true, true, 'Strict', '/']);

  await page.goto(server.setUp);
  await page.getByRole('alert').or(page.getByText(/used already|too old/)).first().waitFor();

  await page.goto(`${server.origin}/admin/`);
  await page.locator('.me summary').click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await author.signIn('Hannah', 'not the password');
  await page.getByRole('alert').getByText('Name or password is wrong.').waitFor();
  await author.signIn('Hannah', PASSWORD);
  await page.getByRole('heading', { name: 'Your sites' }).waitFor();
  await author.leave();
  assert.deepEqual(author.person.troubles, []);
});

test('an answer written at the desk stands in the thread with the badge, and readers see who it is', async () => {
  const address = play.post('/answer/');
  const author = await play.author();
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.post('Does the author read this?', { name: 'Bob' });
    await author.open('blog');
    await author.answer('Does the author read this?', 'The author *does*');
    await until(async () => assert.equal((await server.comments('blog', '/answer/')).length, 2));
    await reader.thread.evaluate((element) => element.check());
    await reader.thread.getByRole('button', { name: '1 new answer' }).click();
    const answer = reader.comment('The author does');
    await answer.getByText('Hannah').waitFor();
    await answer.getByText('Author', { exact: true }).waitFor();
    assert.deepEqual(await reader.texts(), ['Does the author read this?', 'The author does']);
  });
  await author.leave();
  assert.deepEqual(author.person.troubles, []);
});

test('a comment that arrives while the desk is open appears there without a reload', async () => {
  const author = await play.author();
  await author.open('blog');
  await server.submit('blog', { page: '/arrives/', name: 'Bob', text: 'Just arrived' });
  await author.page.evaluate(() => dispatchEvent(new Event('focus')));
  await author.card('Just arrived').waitFor();
  await author.leave();
});

test('approve, hold, spam, remove, restore, pin and undo by button', async () => {
  const author = await play.author();
  const first = await server.submit('careful', { page: '/decide/', name: 'Bob', text: 'Judge me' });
  const status = async () => {
    const { body } = await server.ask('GET', `/api/v1/sites/careful/comments/${first.id}`, undefined, server.token);
    return body.comment.status;
  };
  const becomes = (expected) => until(async () => assert.equal(await status(), expected));
  await author.open('careful');
  await author.decide('Judge me', 'Approve');
  await becomes('published');
  await author.page.getByRole('button', { name: 'Undo' }).click();
  await becomes('pending');
  await author.card('Judge me').waitFor();
  await author.decide('Judge me', 'Spam');
  await becomes('spam');
  await author.open('careful', '?show=spam');
  await author.card('Judge me').getByRole('button', { name: 'Not spam' }).click();
  await becomes('published');
  await author.open('careful');
  await author.decide('Judge me', 'Pin');
  await until(async () => assert.equal((await server.comments('careful', '/decide/'))[0].pinned, true));
  await author.decide('Judge me', 'Remove');
  await becomes('removed');
  await author.open('careful', '?show=removed');
  await author.decide('Judge me', 'Restore');
  await becomes('published');
  await author.open('careful');
  await author.decide('Judge me', 'Hold');
  await becomes('pending');
  await author.leave();
  assert.deepEqual(author.person.troubles, []);
});

test('the queue is worked off by keys alone', async () => {
  const author = await play.author();
  const { page } = author;
  for (const text of ['To approve', 'To answer', 'To remove']) await server.submit('blog', { page: '/keys/', name: 'Bob', text });
  await server.submit('careful', { page: '/keys/', name: 'Bob', text: 'To approve by key' });
  await author.open('careful');
  const at = () => page.evaluate(() => document.activeElement.closest('article')?.querySelector('.body').textContent.trim());
  const goTo = async (text) => {
    for (let n = 0; n < 25; n += 1) await page.keyboard.press('k');
    for (let n = 0; n < 25 && (await at()) !== text; n += 1) await page.keyboard.press('j');
    assert.equal(await at(), text);
  };
  await goTo('To approve by key');
  await page.keyboard.press('a');
  await until(async () => assert.equal((await server.comments('careful', '/keys/')).length, 1));
  await author.open('blog');
  await goTo('To answer');
  await page.keyboard.press('r');
  await until(async () => assert.equal(await page.evaluate(() => document.activeElement.localName), 'textarea'));
  await page.keyboard.type('Answered by key; j and k are letters here');
  await page.keyboard.press('Control+Enter');
  await until(async () => assert.equal((await server.comments('blog', '/keys/')).filter(({ author: { badge } }) => badge === 'author').length, 1));
  await goTo('To remove');
  await page.keyboard.press('d');
  await until(async () => assert.equal(await server.times('blog', 'To remove'), 0));
  await page.keyboard.press('u');
  await until(async () => assert.equal(await server.times('blog', 'To remove'), 1));
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await until(async () => assert.equal(await page.getByRole('dialog').count(), 0));
  await author.leave();
});

test('answering without single keys takes Tab, Enter and typing', async () => {
  const author = await play.author();
  await server.submit('blog', { page: '/tab/', name: 'Bob', text: 'Reach me by Tab' });
  await author.open('blog');
  const reader = author.person;
  await author.card('Reach me by Tab').evaluate((card) => card.focus());
  await reader.tabTo('summary Answer');
  await author.page.keyboard.press('Enter');
  await until(async () => assert.equal(await author.page.evaluate(() => document.activeElement.localName), 'textarea'));
  await author.page.keyboard.type('Reached');
  await author.page.keyboard.press('Tab');
  await author.page.keyboard.press('Enter');
  await until(async () => assert.equal((await server.comments('blog', '/tab/')).length, 2));
  await author.leave();
});

test('what is being written at the desk survives a reload and a refusal', async () => {
  const author = await play.author();
  const { page } = author;
  const target = await server.submit('blog', { page: '/draft/', name: 'Bob', text: 'Write to me' });
  await author.open('blog');
  const box = () => author.card('Write to me').locator('details.answer').getByRole('textbox');
  await author.card('Write to me').locator('details.answer summary').click();
  await box().fill('A long and careful answer');
  await page.reload();
  if (!(await box().isVisible())) await author.card('Write to me').locator('details.answer summary').click();
  assert.equal(await box().inputValue(), 'A long and careful answer');
  await server.decide('blog', target.id, 'remove');
  await author.card('Write to me').locator('details.answer').getByRole('button').click();
  await until(async () => assert.match(await page.locator('main').innerText(), /not there any more|not here any more/));
  assert.equal(await box().inputValue(), 'A long and careful answer');
  await author.leave();
});

test('rules are changed at the desk and count at once', async () => {
  const author = await play.author();
  const { page } = author;
  await page.goto(`${server.origin}/admin/sites/blog/rules`);
  await page.locator('#f-moderation').selectOption('all');
  await page.getByRole('button', { name: 'Save the rules' }).click();
  await page.getByText('Saved. The rules count from now on.').waitFor();
  const { body } = await server.try('blog', { page: '/rules/', text: 'Held now' });
  assert.equal(body.comment.status, 'pending');
  await page.locator('#f-moderation').selectOption('none');
  await page.getByRole('button', { name: 'Save the rules' }).click();
  await page.getByText('Saved. The rules count from now on.').waitFor();
  await author.leave();
});

test('t18 the desk shows itself in nobody’s frame', async () => {
  const author = await play.author();
  const address = play.host.page('/framing/', { middle: `<iframe src="${server.origin}/admin/" title="desk"></iframe><iframe src="${server.origin}/admin/sign-in" title="door"></iframe>` });
  await author.page.goto(address);
  for (const title of ['desk', 'door']) {
    const frame = await (await author.page.locator(`iframe[title=${title}]`).elementHandle()).contentFrame();
    await until(async () => assert.match(frame.url(), /^chrome-error:/));
  }
  await author.leave();
});
