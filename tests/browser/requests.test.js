// What the thread costs the page around it: requests, cookies, hosts, bytes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stage, withReader } from './driver/stage.js';

const play = await stage();
const { faults, host, server } = play;
const toServer = () => faults.seen.map(({ method, path }) => `${method} ${path.split('?')[0]}`);

test('a cold visit is the script and the thread, a warm one the thread alone', async () => {
  await server.submit('blog', { page: '/cold/', name: 'Ada', text: 'First words' });
  const address = play.post('/cold/', { through: faults });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.open(address);
    await reader.comment('First words').waitFor();
    assert.deepEqual(toServer(), ['GET /embed.js', 'GET /w/blog/thread']);

    faults.calm();
    await reader.open(address);
    await reader.comment('First words').waitFor();
    assert.deepEqual(toServer(), ['GET /w/blog/thread']);
    assert.equal(faults.seen[0].answered.status, 304, 'an unchanged thread is not sent again');

    await reader.tab();
    await reader.open(address);
    assert.deepEqual(toServer().length, 2);
  });
});

test('reading and writing never asks for permission, sets no cookie and calls no other host', async () => {
  const address = play.post('/whole/', { through: faults });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.open(address);
    await reader.post('Hello there', { name: 'Ada' });
    await reader.reply('Hello there', 'And hello again');
    await reader.edit('And hello again', 'And goodbye');
    await reader.withdraw('And goodbye');
    await reader.thread.getByText('Deleted.').first().waitFor();
    await reader.page.reload();
    await reader.ready();
    assert.deepEqual(toServer().filter((asked) => asked.startsWith('OPTIONS')), []);
    for (const { path, headers, answered } of faults.seen) {
      assert.equal(headers.cookie, undefined, `${path} was asked with a cookie`);
      assert.equal(answered.headers['set-cookie'], undefined, `${path} was answered with a cookie`);
    }
    assert.deepEqual(await reader.context.cookies(), []);
    const hosts = new Set(reader.requests.map(({ url }) => new URL(url).origin));
    assert.deepEqual([...hosts].sort(), [faults.origin, host.origin].sort());
  });
});
