// Pages with strict policies. Every reader of these tests reports each violation as trouble.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { corpus } from './driver/corpora.js';
import { stage, withReader } from './driver/stage.js';
import { until } from './driver/until.js';

const play = await stage();
const { server } = play;
const H = server.origin;
const STRICTEST = `default-src 'none'; script-src ${H}; connect-src ${H}; style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;

test('t15 under the strictest policy a thread is read, written, answered, changed and taken back', async () => {
  const first = await server.submit('blog', { page: '/strict/', name: 'Ada', text: 'Read me' });
  for (let n = 1; n <= 5; n += 1) await server.submit('blog', { page: '/strict/', parent: first.id, text: `Reply number ${n}` });
  const address = play.post('/strict/', { csp: STRICTEST });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.post('I was here', { name: 'Grace' });
    await reader.reply('Read me', 'I answer');
    await reader.edit('I answer', 'I answer better');
    await reader.box.fill('**Loud**');
    await reader.button('Preview', reader.form(reader.box)).click();
    await reader.form(reader.box).locator('.body strong', { hasText: 'Loud' }).waitFor();
    await reader.thread.getByRole('button', { name: 'Show 2 more replies' }).click();
    await reader.comment('Reply number 5').waitFor();
    await reader.withdraw('I answer better');
    await until(async () => (await server.times('blog', 'I answer better')) === 0);
    await reader.sort('Newest first');
    await until(async () => (await reader.texts())[0].includes('I was'));
  });
});

test('t15 the styles of the thread are there although the page allows none', async () => {
  const address = play.post('/strict/', { csp: STRICTEST });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    const shown = await reader.button('Send', reader.form(reader.box)).evaluate((button) => getComputedStyle(button).borderRadius);
    assert.notEqual(shown, '0px');
  });
});

const policies = corpus('policies of host pages', 'host-pages/policies.jsonl') ?? [];
for (const [index, { name, header }] of policies.entries()) {
  test(`t15 with the policy “${name}” the thread works or says plainly that it does not`, async () => {
    const allowed = header.replaceAll('https://comments.test', H);
    const integrity = `sha384-${createHash('sha384').update(readFileSync(new URL('../../embed.js', import.meta.url))).digest('base64')}`;
    const [, field, value] = /^([A-Z][\w-]+): (.*)$/.exec(allowed) ?? [null, 'Content-Security-Policy', allowed];
    const path = `/policy-${index}/`;
    const script = { 'strict nonce': 'nonce="r4nd0m"', 'hash only': `crossorigin integrity="${integrity}"` }[name];
    const headers = { [field]: value.replace('sha384-...of embed.js...', integrity) };
    const address = play.post(path, { headers, script });
    const reader = await play.reader();
    try {
      await reader.page.goto(address);
      const retry = reader.thread.locator('.retry');
      const link = reader.page.getByRole('link', { name: 'Discuss this post' });
      await reader.title.or(retry).first().waitFor().catch(() => link.waitFor());
      let works = await reader.title.isVisible();
      if (works) {
        await reader.write('Does it work here?');
        await reader.send();
        const problem = reader.form(reader.box).locator('.error');
        await until(async () => (await reader.comment('Does it work here?').count()) > 0 || (await problem.innerText()).length > 0);
        works = (await reader.comment('Does it work here?').count()) > 0;
      } else assert(await link.isVisible(), 'the link to the thread stays');
      const deniesUs = /connect denied|report-only|sandbox/.test(name);
      assert(works || deniesUs, 'the policy allows the server, so the thread works');
      const expected = deniesUs ? (each) => !each.startsWith('policy: ') : () => true;
      assert.deepEqual(reader.troubles.filter(expected), []);
    } finally {
      await reader.leave();
    }
  });
}
