// Readers and authors whose browser runs no script.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { PASSWORD } from './driver/author.js';
import { stage, withReader } from './driver/stage.js';

const play = await stage({ sites: { careful: { moderation: 'all' } } });
const { host, server } = play;
const WITHOUT = { javaScriptEnabled: false };
let address;

before(async () => {
  address = play.post('/plain/');
  await server.submit('blog', { page: '/plain/', title: 'A post', name: 'Ada', text: 'A question' });
});

test('without script the link in the mount leads to the thread, where everything works', async () => {
  await withReader(play, WITHOUT, async ({ page }) => {
    await page.goto(address);
    await page.getByRole('link', { name: 'Discuss this post' }).click();
    await page.getByRole('heading', { level: 1, name: 'Comments on “A post”' }).waitFor();
    await page.getByText('A question').waitFor();
    assert.equal(await page.getByRole('link', { name: /Back to the post/ }).getAttribute('href'), address);

    await page.getByLabel('Your comment').fill('Written *without* script');
    await page.getByLabel('Name').fill('Grace');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Your comment is published.').waitFor();
    const receipt = page.url();
    assert.match(receipt, /\/t\/blog\/own\//);

    await page.getByRole('link', { name: /Back to the comments/ }).click();
    await page.locator('article', { hasText: 'Written without script' }).getByRole('link', { name: 'Reply' }).click();
    await page.getByText('You are answering Grace.').waitFor();
    await page.getByLabel('Your comment').fill('A reply without script');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Your comment is published.').waitFor();
    const all = await server.comments('blog', '/plain/');
    const parent = all.find(({ html }) => html.includes('<em>without</em>'));
    assert.equal(all.find(({ html }) => html.includes('A reply')).parent, parent.id);

    await page.goto(receipt);
    assert.equal(await page.getByLabel('Your comment').inputValue(), 'Written *without* script');
    await page.getByLabel('Your comment').fill('Changed without script');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('article', { hasText: 'Changed without script' }).waitFor();
    await page.getByRole('button', { name: 'Take back my comment' }).click();
    await page.getByText('You took this comment back.').waitFor();
    assert.equal(await server.times('blog', 'Changed without script'), 0);
  });
});

test('without script what is refused keeps every word and says what to change', async () => {
  await withReader(play, WITHOUT, async ({ page }) => {
    await page.goto(`${server.origin}/t/blog?page=/plain/`);
    await page.getByLabel('Your comment').fill('Kept word for word');
    await page.getByLabel('Name').fill('Bob');
    await page.getByLabel('Website').fill('not a website');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('alert').getByText('A website is an http or https address.').waitFor();
    assert.equal(await page.getByLabel('Your comment').inputValue(), 'Kept word for word');
    assert.equal(await page.getByLabel('Name').inputValue(), 'Bob');
    assert.equal(await page.getByLabel('Website').inputValue(), 'not a website');
    await page.getByLabel('Website').fill('');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Your comment is published.').waitFor();
    assert.equal(await server.times('blog', 'Kept word for word'), 1);
  });
});

test('without script a form sent twice is one comment', async () => {
  await withReader(play, WITHOUT, async ({ page }) => {
    await page.goto(`${server.origin}/t/blog?page=/plain/`);
    await page.getByLabel('Your comment').fill('Sent, and sent again');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Your comment is published.').waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Your comment is published.').waitFor();
    assert.equal(await server.times('blog', 'Sent, and sent again'), 1);
  });
});

test('without script a long thread is paged, sorted and led into', async () => {
  for (let n = 0; n < 55; n += 1) await server.submit('blog', { page: '/paged/', text: `Comment ${n}` });
  await withReader(play, WITHOUT, async ({ page }) => {
    await page.goto(`${server.origin}/t/blog?page=/paged/`);
    assert.equal(await page.locator('article').count(), 50);
    await page.getByRole('link', { name: 'Load more comments' }).click();
    await page.getByText('Comment 54').waitFor();
    assert.equal(await page.locator('article').count(), 5);
    await page.getByRole('link', { name: 'Newest first' }).click();
    assert.equal(await page.locator('article .body').first().innerText(), 'Comment 54');
  });
});

test('without script a comment that waits is told so, and its page can change it', async () => {
  await withReader(play, WITHOUT, async ({ page }) => {
    await page.goto(`${server.origin}/t/careful?page=/waits/&url=${host.origin}/waits/`);
    await page.getByLabel('Your comment').fill('May I?');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText(/waits for approval/).waitFor();
    await page.getByLabel('Your comment').fill('May I, please?');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('article', { hasText: 'May I, please?' }).waitFor();
    await page.getByText(/waits for approval/).waitFor();
  });
});

test('without script the author sets the desk up, approves, answers, removes, restores and signs out', async () => {
  await withReader(play, WITHOUT, async ({ page }) => {
    await page.goto(server.setUp);
    await page.getByLabel('Your name').fill('Hannah');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Open the desk' }).click();
    await page.getByRole('heading', { name: 'Your sites' }).waitFor();
    const waiting = await server.submit('careful', { page: '/at-the-desk/', name: 'Bob', text: 'Let me in' });
    await page.goto(`${server.origin}/admin/sites/careful/`);
    const card = (text) => page.locator('article.card', { has: page.locator('.body', { hasText: text }) });
    await card('Let me in').getByRole('button', { name: 'Approve' }).click();
    assert.equal((await server.comments('careful', '/at-the-desk/')).length, 1);

    await page.goto(`${server.origin}/admin/sites/careful/`);
    await card('Let me in').locator('details.answer summary').click();
    await card('Let me in').locator('details.answer').getByRole('textbox').fill('Welcome, Bob');
    await card('Let me in').locator('details.answer').getByRole('button').click();
    const [, answer] = await server.comments('careful', '/at-the-desk/');
    assert.deepEqual([answer.parent, answer.author.badge, answer.author.name], [waiting.id, 'author', 'Hannah']);

    await page.goto(`${server.origin}/admin/sites/careful/`);
    await card('Let me in').getByRole('button', { name: 'Remove' }).click();
    assert.equal((await server.comments('careful', '/at-the-desk/'))[0].status, 'removed');
    await page.getByRole('button', { name: 'Undo' }).click();
    assert.equal((await server.comments('careful', '/at-the-desk/'))[0].status, 'published');

    await page.goto(`${server.origin}/admin/sites/careful/pages`);
    await page.getByRole('button', { name: /^Close/ }).first().click();
    await page.getByRole('button', { name: /^Open/ }).first().waitFor();

    await page.locator('.me summary').click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.goto(`${server.origin}/admin/sites/careful/`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});
