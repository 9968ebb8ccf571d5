// Every known attack of the corpora, through text, names and titles, into everything that shows them.
// Fifty payloads a page load in the thread and on the page without script; twenty at the desk, which shows no more.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { corpus } from './driver/corpora.js';
import { foreignIn } from './driver/foreign.js';
import { Server } from './driver/server.js';
import { stage, withReader } from './driver/stage.js';

const BATCH = 50;
/** Kept small so that a page of any of them is one first page. */
const LONGEST = 4000;

// No text may hold NUL, which is refused before anything looks at it; what is around it may still be an attack.
const payloads = corpus('XSS payloads', 'xss/payloads.jsonl')?.map(({ payload }) => payload.replaceAll('\0', ''));
const inputs = corpus('HTML that parsers disagree about', 'html-parsing/tree_construction_inputs.jsonl')?.map(({ data }) => data.replaceAll('\0', ''));

/** The same few by hand, so that these tests show something without the corpora too. */
const OWN = ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '[x](javascript:alert(1))', '"><svg onload=alert(1)>', '<a href="java\tscript:alert(1)">x</a>', '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>'];
const all = payloads ?? OWN;

const play = await stage({ args: ['--disable-features=HttpsUpgrades'] });
const { host, server } = play;
const batches = Array.from({ length: Math.ceil(all.length / BATCH) }, (_, n) => all.slice(n * BATCH, (n + 1) * BATCH));
const taken = new Map();

/** Writes a payload as text, name and title; what the server refuses as a name goes without. */
async function plant(payload, page, title) {
  const fields = { page, title: title.slice(0, 300), text: payload.slice(0, LONGEST), name: payload.slice(0, 80), website: 'https://a.example/' };
  for (const each of [fields, { ...fields, name: undefined }]) {
    const { status, body } = await server.try('blog', each);
    if (status === 201) return true;
    assert.equal(status, 422, JSON.stringify([payload, body]));
  }
  return false;
}

test('t01 every payload is stored or refused in words', async (t) => {
  let stored = 0;
  let refused = 0;
  for (const [n, batch] of batches.entries())
    await Server.forEach(batch, async (payload) => {
      const isTaken = await plant(payload, `/xss-${n}/`, batch[0]);
      if (isTaken) stored += 1;
      else refused += 1;
      if (isTaken) taken.set(n, (taken.get(n) ?? 0) + 1);
    });
  t.diagnostic(`${stored} stored, ${refused} refused`);
  assert.equal(stored + refused, all.length);
  assert(stored > all.length * 0.9, `only ${stored} of ${all.length} were taken`);
});

/** Nothing ran, nothing was asked of other hosts, nothing foreign is in the tree. */
async function assertHarmless(reader, what, foreign) {
  const own = new Set([host.origin, server.origin]);
  assert.deepEqual(reader.troubles, [], what);
  assert.deepEqual(reader.requests.filter(({ url }) => /^https?:/.test(url) && !own.has(new URL(url).origin)), [], what);
  assert.deepEqual(foreign, [], what);
}

test('t01 t03 no payload runs or leaves anything in the thread', async () => {
  await withReader(play, {}, async (reader) => {
    for (const n of batches.keys()) {
      await reader.open(play.post(`/xss-${n}/`));
      await reader.page.waitForFunction((count) => document.querySelector('rejoinder-thread').shadowRoot.querySelectorAll('article .actions').length === count, taken.get(n));
      await assertHarmless(reader, `batch ${n}`, await reader.thread.evaluate(foreignIn));
    }
  });
});

test('t01 t03 no payload runs or leaves anything on the page without script', async () => {
  await withReader(play, {}, async (reader) => {
    for (const n of batches.keys()) {
      await reader.page.goto(`${server.origin}/t/blog?page=/xss-${n}/`);
      assert.equal(await reader.page.locator('article').count(), taken.get(n));
      await assertHarmless(reader, `batch ${n}`, await reader.page.locator('main').evaluate(foreignIn));
    }
    await reader.page.goto(`${server.origin}/t/blog`);
    assert((await reader.page.locator('main li').count()) > Math.min(5, batches.length - 1));
    await assertHarmless(reader, 'titles', await reader.page.locator('main').evaluate(foreignIn));
  });
});

test('t01 t03 no payload runs or leaves anything at the desk', async () => {
  const author = await play.author();
  const { page, person } = author;
  await author.open('blog', '?show=new');
  let cards = 0;
  for (;;) {
    cards += await page.locator('article.card').count();
    const bodies = await page.locator('#sections').evaluate(foreignIn);
    // The desk's own forms send to its own addresses.
    await assertHarmless(person, `after ${cards} cards`, bodies);
    const older = page.getByRole('link', { name: 'Older ones' });
    if (!(await older.count())) break;
    await page.goto(await older.evaluate((link) => link.href));
  }
  assert.equal(cards, [...taken.values()].reduce((sum, count) => sum + count, 0));
  await page.goto(`${server.origin}/admin/sites/blog/pages`);
  await assertHarmless(person, 'titles', await page.locator('main').evaluate(foreignIn));
  await author.leave();
});

test('t03 every payload as the title of a page', async () => {
  const titles = all.map((payload) => payload.slice(0, 300));
  const author = await play.author();
  await withReader(play, {}, async (reader) => {
    for (let at = 0; at < titles.length; at += 100) {
      await Server.forEach(titles.slice(at, at + 100), (title, n) => server.submit('blog', { page: `/title-${at + n}/`, title, text: 'x' }));
      await reader.page.goto(`${server.origin}/t/blog`);
      await assertHarmless(reader, `titles from ${at}`, await reader.page.locator('main').evaluate(foreignIn));
      await author.page.goto(`${server.origin}/admin/sites/blog/pages`);
      await assertHarmless(author.person, `titles from ${at}`, await author.page.locator('main').evaluate(foreignIn));
    }
  });
  await author.leave();
});

test('t02 what leaves the server means the same to every parser of a browser, and again', async (t) => {
  const sources = [...all, ...(inputs ?? [])];
  const bodies = new Array(sources.length);
  await Server.forEach(sources, async (text, n) => {
    const answer = await fetch(`${server.origin}/w/blog/preview`, { method: 'POST', body: new URLSearchParams({ text: text.slice(0, LONGEST), lang: 'en' }) });
    const html = await answer.text();
    if (answer.ok) bodies[n] = html;
    else assert.equal(answer.status, 422, `${text}: ${html}`);
  });
  const kept = bodies.filter(Boolean);
  t.diagnostic(`${kept.length} of ${sources.length}`);
  assert(kept.length > sources.length * 0.8);
  await withReader(play, {}, async (reader) => {
    await reader.page.goto(host.page('/parse/', {}));
    const changed = await reader.page.evaluate((list) => {
      const holders = {
        div: () => document.createElement('div'),
        template: () => document.createElement('template'),
        'shadow root': () => document.createElement('div').attachShadow({ mode: 'open' }),
        'table cell': () => document.createElement('table').insertRow().insertCell(),
      };
      /** A tree in words, with names, namespaces, attributes and texts. */
      const words = (node) => {
        if (node.nodeType === Node.TEXT_NODE) return JSON.stringify(node.data);
        if (node.nodeType !== Node.ELEMENT_NODE) return `!${node.nodeType}`;
        return `${node.namespaceURI} ${node.localName} ${[...node.attributes].map(({ name, value }) => `${name}=${value}`)} [${[...node.childNodes].map(words)}]`;
      };
      const read = (make, html) => {
        const holder = make();
        holder.innerHTML = html;
        return [[...(holder.content ?? holder).childNodes].map(words).join(), holder.innerHTML];
      };
      return list.flatMap((html) => {
        const [tree] = read(holders.div, html);
        return Object.entries(holders).flatMap(([name, make]) => {
          const [once, written] = read(make, html);
          const [twice] = read(make, written);
          return once === tree && twice === tree ? [] : [`in a ${name}: ${html}`];
        });
      });
    }, kept);
    assert.deepEqual(changed, []);
    assert.deepEqual(reader.requests.filter(({ url }) => !url.startsWith(host.origin)), []);
  });
});
