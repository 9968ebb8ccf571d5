// The author's side: behind the link in a mail on a phone, in the small window beside the post, and by key.
//   SHOTS=folder takes pictures of every page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Author, PASSWORD } from './driver/author.js';
import { assertAccessible, assertFits, assertTargets } from './driver/axe.js';
import { Postbox } from './driver/postbox.js';
import { stage } from './driver/stage.js';
import { until } from './driver/until.js';

const postbox = await Postbox.start();
const play = await stage({ sites: { careful: { moderation: 'all' } }, settings: postbox.settings });
const { browser, host, server } = play;
after(() => postbox.stop());

const MAIL = 'hannah@blog.example';
const PHONE = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

before(async () => {
  const author = await play.author();
  await author.leave();
  await server.command('moderator', 'add', 'Hannah', '--all', '--role', 'owner', '--email', MAIL);
});

async function shoot(page, name) {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
}

/** Looked at as a phone and as a screen, by day and by night, and by axe. */
async function assertGood(page, name) {
  const size = page.viewportSize();
  for (const [width, height] of [[360, 640], [1280, 900]]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await shoot(page, `${name}-${width}-${colorScheme}`);
      await assertAccessible(page, `${name} at ${width} px, ${colorScheme}`);
    }
    await assertFits(page, `${name} at ${width} px`);
  }
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: null });
}

const linkIn = ({ text }) => /http:\/\/127\.0\.0\.1:\d+\/answer\/[\w.-]+/.exec(text)?.[0];

test('from the mail to a published answer with the badge in three taps on a phone, without a password', async () => {
  const posted = Date.now();
  await server.submit('blog', { page: '/mailed/', title: 'Talking with people', name: 'Grace', text: 'Does the author *read* this?' });
  const mail = await postbox.mail(MAIL, /Does the author/);
  console.log(`mail taken ${((Date.now() - posted) / 1000).toFixed(1)} s after the comment`);
  const link = linkIn(mail);
  assert(link, mail.text);
  const phone = await browser.newContext(PHONE);
  const page = await phone.newPage();
  await page.goto(link); // The first tap: the mail's button.
  await shoot(page, 'answer-360-first');
  await page.getByRole('heading', { level: 1 }).getByText('Grace').waitFor();
  await assertFits(page, 'the page behind the link');
  await assertTargets(page, 44, 'the page behind the link');
  const box = page.getByLabel('Answer as Hannah');
  await box.tap();
  await page.keyboard.type('I do, every word');
  await page.getByRole('button', { name: 'Publish answer' }).tap();
  await page.getByText('Your answer to Grace is published.').waitFor();
  const [, answer] = await server.comments('blog', '/mailed/');
  assert.deepEqual([answer.html, answer.author.name, answer.author.badge, answer.status], ['<p>I do, every word</p>', 'Hannah', 'author', 'published']);
  assert.deepEqual(await phone.cookies(), []);
  await assertGood(page, 'answered');
  await page.getByRole('button', { name: 'Undo' }).tap();
  await page.getByText('Your answer is removed.').waitFor();
  assert.equal(await server.times('blog', 'I do, every word'), 0);
  await page.getByRole('button', { name: 'Undo' }).tap();
  await page.getByText('Your answer is published.').waitFor();
  await page.getByRole('link', { name: 'Back to the comment' }).tap();
  await assertGood(page, 'answer');
  await page.goto(`${link.slice(0, -1)}x`);
  await page.getByRole('link', { name: 'Sign in at the desk' }).waitFor();
  await assertGood(page, 'link-over');
  await phone.close();
});

test('a comment that waits is decided about by one tap, and words typed beside it stay', async () => {
  await server.submit('careful', { page: '/mailed/', title: 'Talking with people', name: 'Grace', text: 'Please let me in' });
  const link = linkIn(await postbox.mail(MAIL, /Please let me in/));
  const phone = await browser.newContext(PHONE);
  const page = await phone.newPage();
  await page.goto(link);
  await assertGood(page, 'answer-waiting');
  await page.getByLabel('Answer as Hannah').fill('Half a sent');
  await page.getByRole('button', { name: 'Approve', exact: true }).tap();
  await page.getByText('Grace’s comment is published.').waitFor();
  assert.equal(await page.getByLabel('Answer as Hannah').inputValue(), 'Half a sent');
  assert.equal((await server.comments('careful', '/mailed/')).length, 1);
  await phone.close();
});

/** A post on another site with a button that opens the author's window as the widget does. */
function post(path, id) {
  const address = `${server.origin}/window/blog/${id}`;
  const script = `let w; document.querySelector('button').onclick = () => { w = window.open('${address}', 'rejoinder', 'popup,width=480,height=720');
    const timer = setInterval(() => { if (w.closed) { clearInterval(timer); document.title = 'closed'; } }, 50); };
    document.querySelector('#direct').onclick = () => window.open('${server.origin}/admin/sites/blog/comments/${id}');`;
  return host.page(path, { middle: `<button>Answer as author</button> <button id="direct">Direct</button><script>${script}</script>` });
}

test('the window opens signed in although the desk itself would not, and its end is seen from the post', async () => {
  const { id } = await server.submit('blog', { page: '/beside/', title: 'Beside', name: 'Grace', text: 'In the window' });
  const author = await play.author();
  await author.page.goto(post('/beside/', id));
  const [direct] = await Promise.all([author.page.waitForEvent('popup'), author.page.locator('#direct').click()]);
  await direct.getByRole('heading', { name: 'Sign in' }).waitFor();
  await direct.close();
  const [popup] = await Promise.all([author.page.waitForEvent('popup'), author.page.getByRole('button', { name: 'Answer as author' }).click()]);
  const box = popup.getByLabel('Your answer to Grace');
  await box.waitFor();
  assert.equal(await popup.getByRole('navigation').count(), 0);
  assert.notEqual(await author.page.title(), 'closed', 'the post still holds the window');
  await shoot(popup, 'window-480');
  await assertAccessible(popup, 'the window');
  await assertFits(popup, 'the window');
  await box.fill('Answered beside the post');
  const ended = popup.waitForEvent('close');
  await popup.getByRole('button', { name: 'Answer', exact: true }).click();
  await ended;
  await until(async () => assert.equal(await author.page.title(), 'closed'));
  assert.equal((await server.comments('blog', '/beside/'))[1].author.badge, 'author');
  await author.leave();
  assert.deepEqual(author.person.troubles, []);
});

test('signing in inside the window leads back to the comment, and after a move it says that it may be closed', async () => {
  const { id } = await server.submit('blog', { page: '/beside-2/', title: 'Beside', name: 'Grace', text: 'Judge me in the window' });
  const author = await Author.arrive(browser, server);
  await author.page.goto(post('/beside-2/', id));
  const [popup] = await Promise.all([author.page.waitForEvent('popup'), author.page.getByRole('button', { name: 'Answer as author' }).click()]);
  await popup.getByLabel('Name').fill('Hannah');
  await shoot(popup, 'window-sign-in');
  await popup.getByLabel('Password').fill(PASSWORD);
  await popup.getByRole('button', { name: 'Sign in' }).click();
  await popup.locator('.body', { hasText: 'Judge me in the window' }).waitFor();
  await popup.getByRole('button', { name: 'Remove' }).click();
  await popup.getByRole('heading', { name: 'Done. You can close this window.' }).waitFor();
  assert.equal(await server.times('blog', 'Judge me in the window'), 0);
  await shoot(popup, 'window-done');
  await assertAccessible(popup, 'the window when it is done');
  await popup.getByRole('button', { name: 'Undo' }).click();
  await popup.getByText('Grace’s comment is published.').waitFor();
  const ended = popup.waitForEvent('close');
  await popup.getByRole('button', { name: 'Close the window' }).click();
  await ended;
  await until(async () => assert.equal(await author.page.title(), 'closed'));
  await author.leave();
  assert.deepEqual(author.person.troubles, []);
});

test('your turn is worked off by keys, and n takes somebody out of it', async () => {
  for (const [name, text] of [['Ada', 'Just thanking'], ['Bob', 'Asking something']]) await server.submit('blog', { page: '/turn/', title: 'Turns', name, text });
  const author = await play.author();
  const { page } = author;
  await author.open('blog');
  const turn = page.locator('[data-list=turn]');
  await turn.getByRole('heading', { name: /^Your turn \(\d+\)$/ }).waitFor();
  await assertGood(page, 'desk-turn');
  const card = turn.locator('article', { hasText: 'Just thanking' });
  await card.focus();
  await page.keyboard.press('n');
  await page.locator('#notice').getByText('Ada’s comment needs no answer.').waitFor();
  assert.equal(await turn.locator('article', { hasText: 'Just thanking' }).count(), 0);
  await page.keyboard.press('u');
  await turn.locator('article', { hasText: 'Just thanking' }).waitFor();
  await turn.locator('article', { hasText: 'Asking something' }).focus();
  await page.keyboard.press('t');
  await page.locator('#notice').getByText('Bob’s comment is marked as used in the post.').waitFor();
  await turn.locator('article', { hasText: 'Asking something' }).focus();
  await page.keyboard.press('r');
  await until(async () => assert.equal(await page.evaluate(() => document.activeElement.localName), 'textarea'));
  await page.keyboard.type('Answered; n and t are letters here');
  await page.keyboard.press('Control+Enter');
  await page.locator('#notice').getByText('Your answer to Bob is published.').waitFor();
  await until(async () => assert.equal(await turn.locator('article', { hasText: 'Asking something' }).count(), 0));
  await author.leave();
  assert.deepEqual(author.person.troubles, []);
});

test('pages, mail, the own address and reports are to be read by everybody', async () => {
  const { id } = await server.submit('blog', { page: '/reported/', title: 'Reported', name: 'Bob', text: 'Buy pills' });
  const sent = await fetch(`${server.origin}/w/blog/note/${id}/report`, { method: 'POST', body: new URLSearchParams({ reason: 'spam', text: 'Pills again' }) });
  assert.equal(sent.status, 200);
  const author = await play.author();
  const { page } = author;
  await author.open('blog', '?show=reported');
  await assertGood(page, 'desk-reported');
  await page.getByRole('button', { name: 'I have looked' }).click();
  await page.locator('#notice').getByText('What readers reported of Bob’s comment is forgotten.').waitFor();
  await author.open('blog', 'pages');
  const line = page.locator('li', { has: page.getByRole('link', { name: 'Reported' }) });
  await line.locator('summary').click();
  await line.getByLabel('Your question').fill('What was your first week like?');
  await assertGood(page, 'desk-pages');
  await line.getByRole('button', { name: 'Save the question' }).click();
  await page.getByText('are asked: What was your first week like?').waitFor();
  await author.open('blog', 'mail');
  await page.getByText('New comments').first().waitFor();
  assert.doesNotMatch(await page.content(), /hannah@blog/i);
  await assertGood(page, 'desk-mail');
  await page.goto(`${server.origin}/admin/you`);
  await page.getByText('It is confirmed.').waitFor();
  await page.getByLabel('blog').selectOption({ label: 'A summary every day' });
  await page.getByRole('button', { name: 'Save what you get' }).click();
  await page.getByText('Saved.').waitFor();
  await assertGood(page, 'desk-you');
  await author.leave();
  assert.deepEqual(author.person.troubles, []);
});
