// The main job on a real blog: Jekyll with its usual theme builds it, the tag is pasted into the template,
// a reader writes, the author answers.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { stage, withReader } from './driver/stage.js';
import { until } from './driver/until.js';

const SOURCE = new URL('jekyll', import.meta.url).pathname;
const hasJekyll = spawnSync('jekyll', ['--version']).status === 0;
if (!hasJekyll && process.env.CI === 'true') throw new Error('jekyll is missing: apt-get install jekyll jekyll-theme-minima');
if (!hasJekyll) console.log('Jekyll: left out, it is not installed (apt-get install jekyll jekyll-theme-minima)');

const play = await stage();
const { host, server } = play;

/** Builds the blog with the tag that the program prints for its site, and gives where it lies. */
async function build() {
  const folder = mkdtempSync(join(tmpdir(), 'rejoinder-jekyll-'));
  cpSync(SOURCE, folder, { recursive: true });
  // What an owner does: copies the tag from the terminal into the layout of posts.
  const [printed] = /<section[^]*<\/script>/.exec(server.printed.blog);
  const pasted = printed.replaceAll('http://127.0.0.1:8080', server.origin);
  const layout = join(folder, '_layouts/talk.html');
  writeFileSync(layout, readFileSync(layout, 'utf8').replace('<!-- comments -->', pasted));
  const { status, stderr, stdout } = spawnSync('jekyll', ['build', '--source', folder, '--destination', join(folder, '_site')], { encoding: 'utf8' });
  assert.equal(status, 0, stderr + stdout);
  return folder;
}

test('on a blog built by Jekyll a reader comments and the author answers', { skip: !hasJekyll && 'jekyll is not installed' }, async () => {
  const folder = await build();
  try {
    host.serve(join(folder, '_site'));
    const address = `${host.origin}/2026/11/20/talking-with-people.html`;
    const author = await play.author();
    await withReader(play, { viewport: { width: 390, height: 800 } }, async (reader) => {
      await reader.page.goto(`${host.origin}/`);
      await reader.page.getByRole('link', { name: 'Talking with people' }).click();
      assert.equal(reader.page.url(), address);
      await reader.page.locator('rejoinder-thread').scrollIntoViewIfNeeded();
      await reader.ready();
      await reader.post('I found this by its feed, and stayed.', { name: 'Grace' });
      await reader.page.reload();
      await reader.page.locator('rejoinder-thread').scrollIntoViewIfNeeded();
      await reader.comment('I found this by its feed, and stayed.').waitFor();

      await author.open('blog');
      const card = author.card('I found this by its feed, and stayed.');
      await card.getByText('Talking with people').waitFor();
      const [post] = await Promise.all([author.page.waitForEvent('popup'), card.getByRole('link', { name: 'Talking with people' }).click()]);
      await post.waitForURL(new RegExp(`^${address}`));
      await post.close();
      await author.answer('I found this by its feed, and stayed.', 'Glad you did!');

      await reader.thread.evaluate((element) => element.check());
      await reader.thread.getByRole('button', { name: '1 new answer' }).click();
      await reader.comment('Glad you did!').getByText('Author', { exact: true }).waitFor();
      await reader.reply('Glad you did!', 'Until the next post, then.');
      await until(async () => assert.equal((await server.comments('blog', '/2026/11/20/talking-with-people.html')).length, 3));

      await reader.page.goto(`${host.origin}/2026/11/21/a-second-post.html`);
      await reader.page.locator('rejoinder-thread').scrollIntoViewIfNeeded();
      await reader.ready();
      assert.deepEqual(await reader.texts(), [], 'another post, another thread');
    });
    await author.leave();
    assert.deepEqual(author.person.troubles, []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
