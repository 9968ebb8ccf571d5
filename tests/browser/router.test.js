// Pages that move, remove and change the element: routers, view transitions, second scripts.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stage, withReader } from './driver/stage.js';
import { until } from './driver/until.js';

const play = await stage();
const { faults, server } = play;
const ROUNDS = 50;

/** What the page holds after its rubbish was collected. */
async function held(session) {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name) => metrics.find((each) => each.name === name).value;
  return { nodes: of('Nodes'), listeners: of('JSEventListeners') };
}

/** Does something many times and checks that the page holds no more in the end than after the first rounds. */
async function staysFlat(reader, round) {
  const session = await reader.context.newCDPSession(reader.page);
  await session.send('Performance.enable');
  for (let n = 0; n < 5; n += 1) await round(n);
  const before = await held(session);
  for (let n = 0; n < ROUNDS; n += 1) await round(n);
  const after = await held(session);
  // One thread more or less may still be waiting for collection; fifty may not.
  assert(after.nodes < before.nodes + 400, `nodes grew from ${before.nodes} to ${after.nodes}`);
  assert(after.listeners < before.listeners + 30, `listeners grew from ${before.listeners} to ${after.listeners}`);
}

for (const path of ['/router/', '/router-b/'])
  for (let n = 0; n < 5; n += 1) await server.submit('blog', { page: path, text: `Comment ${n} of ${path}` });

test('removed and added again fifty times, the thread is there once, is not loaded again and leaks nothing', async () => {
  const address = play.post('/router/', { through: faults });
  await withReader(play, {}, async (reader) => {
    faults.calm();
    await reader.open(address);
    await staysFlat(reader, () =>
      reader.page.evaluate(() => {
        const element = document.querySelector('rejoinder-thread');
        const home = element.parentNode;
        element.remove();
        home.append(element);
      }),
    );
    assert.equal((await reader.texts()).length, 5);
    assert.equal(faults.to('/thread').length, 1);
    await reader.box.fill('Still alive');
    await reader.button('Preview', reader.form(reader.box)).click();
    await reader.form(reader.box).locator('.body', { hasText: 'Still alive' }).waitFor();
  });
});

test('t14 made anew fifty times, threads that were removed leave nothing behind', async () => {
  const address = play.post('/router/', { through: faults });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await staysFlat(reader, async () => {
      await reader.page.evaluate(() => {
        document.querySelector('rejoinder-thread').remove();
        window.Rejoinder.mount();
      });
      await until(async () => (await reader.texts()).length === 5);
    });
    assert.equal(await reader.page.locator('rejoinder-thread').count(), 1);
  });
});

test('moved fifty times within the page, the thread keeps what is being written', async () => {
  const address = play.post('/router/', { after: '<aside id="other"></aside>' });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.box.fill('In the middle of a move');
    await staysFlat(reader, (n) =>
      reader.page.evaluate((odd) => document.querySelector(odd ? '#other' : '#thread').append(document.querySelector('rejoinder-thread')), n % 2),
    );
    assert.equal(await reader.box.inputValue(), 'In the middle of a move');
    assert.equal((await reader.texts()).length, 5);
  });
});

test('changing the page fifty times shows the right thread each time and leaks nothing', async () => {
  const address = play.post('/router/', { through: faults });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await staysFlat(reader, async (n) => {
      const path = n % 2 ? '/router/' : '/router-b/';
      await reader.page.evaluate((page) => document.querySelector('rejoinder-thread').setAttribute('page', page), path);
      await reader.comment(`Comment 4 of ${path}`).waitFor();
    });
    assert.deepEqual((await reader.texts()).filter((text) => !text.endsWith('/router/')), []);
  });
});

test('several changes at once load the thread once', async () => {
  const address = play.post('/router/', { through: faults });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    faults.calm();
    await reader.page.evaluate(() => {
      const element = document.querySelector('rejoinder-thread');
      element.page = '/router-b/';
      element.sort = 'newest';
      element.lang = 'en-GB';
    });
    await reader.comment('Comment 4 of /router-b/').waitFor();
    assert.deepEqual((await reader.texts())[0], 'Comment 4 of /router-b/');
    assert.equal(faults.to('/thread').length, 1);
  });
});

test('the script twice in a page makes one thread', async () => {
  const address = play.post('/router/', { after: `<script async src="${server.origin}/embed.js" data-site="blog"></script>` });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    assert.equal(await reader.page.locator('rejoinder-thread').count(), 1);
    await reader.page.evaluate((src) => {
      const again = document.createElement('script');
      again.src = src;
      again.dataset.site = 'blog';
      return new Promise((loaded) => {
        again.onload = loaded;
        document.head.append(again);
      });
    }, `${server.origin}/embed.js?again`);
    assert.equal(await reader.page.locator('rejoinder-thread').count(), 1);
    assert.equal((await reader.texts()).length, 5);
  });
});

test('without a mount the thread stands right after the script', async () => {
  const address = play.host.page('/router/', { middle: `<script async src="${server.origin}/embed.js" data-site="blog"></script><footer>end</footer>` });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    assert.equal(await reader.page.evaluate(() => document.querySelector('script').nextElementSibling.localName), 'rejoinder-thread');
  });
});

test('a page brought back by the back button still takes comments', async () => {
  const address = play.post('/back/');
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.box.fill('Typed before leaving');
    await reader.page.goto(play.post('/elsewhere/'));
    await reader.page.goBack();
    await reader.ready();
    assert.equal(await reader.box.inputValue(), 'Typed before leaving');
    await reader.send();
    await reader.comment('Typed before leaving').waitFor();
  });
});
