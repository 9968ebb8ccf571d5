// What the page may do to the thread, and the thread to the page.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { stage, withReader } from './driver/stage.js';

const play = await stage();
const { faults, server } = play;

before(async () => {
  const root = await server.submit('blog', { page: '/styles/', name: 'Ada', website: 'https://ada.example/', text: 'Hello **there**\n\n> a quote\n\n```rust\nfn main() {}\n```\n\n- one\n- two' });
  await server.answer('blog', { page: '/styles/', parent: root.id, text: 'An answer with a [link](https://example.org/)' });
});

/** Every computed style of every element in the thread that is not a matter of font or colour. */
const stylesInside = (reader) =>
  reader.thread.evaluate((element) => {
    // Offsets are used values: they tell where in the page the thread is.
    const apart = /font|color|^line-height$|^(inset|top$|bottom$|left$|right$)/;
    return [...element.shadowRoot.querySelectorAll('.thread *')].map((each) => {
      const own = getComputedStyle(each);
      const shown = [...own].filter((name) => !apart.test(name)).map((name) => [name, own.getPropertyValue(name)]);
      return [`${each.localName}.${each.className}`, Object.fromEntries(shown)];
    });
  });

const differences = (plain, other) =>
  plain.flatMap(([name, shown], index) =>
    Object.entries(shown).filter(([property, value]) => other[index][1][property] !== value).map(([property, value]) => `${name} ${property}: ${value} → ${other[index][1][property]}`),
  );

const hostile = {
  'everything unset': '* { all: unset } p { font-size: 99px } button { display: none }',
  'everything important': `article, header, form, div, h2, h3, h4, p, ol, ul, li, a, span, time, label, input, textarea, select, option, button, pre, code, blockquote, strong, small, bdi, .list, .body, .button {
    display: inline !important; margin: 7px !important; padding: 9px !important; border: 3px solid red !important; float: left !important; position: absolute !important;
    width: 50px !important; transform: rotate(3deg) !important; box-sizing: content-box !important; list-style: square !important; background: lime !important; visibility: hidden !important }
    p, button, input, textarea, ol, li, article, rejoinder-thread { display: none !important }`,
  'old resets': '* { margin: 0; padding: 0; border: 0; box-sizing: content-box; list-style: none; line-height: 1 } button, input { appearance: none; all: initial } article { float: left; width: 33% } .body, .list, .actions, .form, .button { display: none } h2 { text-transform: uppercase; position: fixed }',
  'inherited troubles': 'body { text-transform: uppercase; letter-spacing: 9px; word-spacing: 40px; text-align: right; white-space: nowrap; text-indent: 50px; list-style: square; cursor: wait; direction: ltr; visibility: visible; border-collapse: collapse; quotes: none; tab-size: 40; user-select: none; pointer-events: auto }',
};

for (const [name, css] of Object.entries(hostile)) {
  test(`host styles with ${name} change nothing inside but font and colour`, async () => {
    const same = 'html { font: 16px/1.5 Georgia; color: #333 } body { margin: 0 }';
    await withReader(play, {}, async (reader) => {
      await reader.open(play.post('/styles/', { css: same }));
      const plain = await stylesInside(reader);
      await reader.open(play.post('/styles/', { css: `${css} html { font: 16px/1.5 Georgia; color: #333 } body { margin: 0 }` }));
      assert(plain.length > 40);
      const other = await stylesInside(reader);
      assert.equal(other.length, plain.length);
      assert.deepEqual(differences(plain, other).slice(0, 20), []);
      await reader.box.fill('I can still write');
      await reader.send();
      await reader.comment('I can still write').waitFor();
      await reader.withdraw('I can still write');
      await reader.thread.getByText('Deleted.').first().waitFor();
    });
  });
}

test('font and colour of the page are those of the thread, and links and lines follow', async () => {
  const address = play.post('/styles/', { css: 'body { font-family: "Courier New"; color: rgb(10, 120, 60); background: #ffe }' });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    const [font, ink] = await reader.comment('Hello there').locator('.body').evaluate((body) => {
      const { fontFamily, color } = getComputedStyle(body);
      return [fontFamily, color];
    });
    assert.match(font, /Courier New/);
    assert.equal(ink, 'rgb(10, 120, 60)');
  });
});

test('dark and light are painted where the page asks for them, and can be changed later', async () => {
  const address = play.post('/styles/', { mount: 'data-theme="dark"' });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    const painted = () => reader.thread.locator('.thread').evaluate((section) => getComputedStyle(section).backgroundColor);
    const dark = await painted();
    await reader.page.evaluate(() => window.Rejoinder.theme('light'));
    const light = await painted();
    await reader.page.evaluate(() => window.Rejoinder.theme('auto'));
    assert.equal(await painted(), 'rgba(0, 0, 0, 0)');
    const brightness = (colour) => /\d+/g[Symbol.match](colour).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
    assert(brightness(dark) < 150 && brightness(light) > 600, `${dark} and ${light}`);
  });
});

test('t14 one global is added, and no prototype, no style and no other listener of the page is changed', async () => {
  const address = play.post('/styles/', { css: 'p { color: navy } a { padding: 3px }', after: '<p id="mine">Mine <a href="/x">link</a></p>' });
  await withReader(play, {}, async (reader) => {
    await reader.page.addInitScript(() => {
      const own = (object) => Reflect.ownKeys(object);
      const look = () => {
        const seen = new Map();
        for (const name of own(window)) {
          const given = Object.getOwnPropertyDescriptor(window, name);
          if (typeof given?.value !== 'function' || !given.value.prototype) continue;
          for (const holder of [given.value, given.value.prototype])
            for (const key of own(holder)) {
              const { value, get, set } = Object.getOwnPropertyDescriptor(holder, key);
              seen.set(`${name}${holder === given.value ? '' : '.prototype'}.${String(key)}`, [value, get, set]);
            }
        }
        return seen;
      };
      const names = new Set(own(window));
      const prototypes = look();
      const styles = () => [...document.querySelectorAll('html, body, main, h1, p, a, #thread')].map((each) => [...getComputedStyle(each)].filter((name) => !/size|height|origin|^width/.test(name)).map((name) => getComputedStyle(each).getPropertyValue(name)).join());
      addEventListener('DOMContentLoaded', () => (window.stylesBefore = styles()));
      window.whatChanged = () => {
        const now = look();
        return {
          globals: own(window).filter((name) => !names.has(name) && !['whatChanged', 'stylesBefore'].includes(name)).map(String),
          prototypes: [...prototypes].filter(([name, parts]) => !now.has(name) || now.get(name).some((part, n) => !Object.is(part, parts[n]))).map(([name]) => name),
          added: [...now.keys()].filter((name) => !prototypes.has(name)),
        };
      };
      window.stylesNow = styles;
    });
    await reader.open(address);
    await reader.comment('Hello there').waitFor();
    await reader.post('Written meanwhile');
    const changed = await reader.page.evaluate(() => window.whatChanged());
    assert.deepEqual(changed.globals.filter((name) => !['stylesNow', 'thread'].includes(name)), ['Rejoinder']);
    assert.deepEqual(changed.prototypes, []);
    assert.deepEqual(changed.added, []);
    await reader.withdraw('Written meanwhile');
    const shown = (list) => list.filter((_, index) => index !== 5);
    const [then, now] = await reader.page.evaluate(() => [window.stylesBefore, window.stylesNow()]);
    assert.deepEqual(shown(now).slice(0, 4), shown(then).slice(0, 4));
    assert.deepEqual(await reader.page.locator('#mine').evaluate((mine) => getComputedStyle(mine).color), 'rgb(0, 0, 128)');
  });
});

const NAMES = 'location document window self top parent frames opener name status event forms images links scripts anchors all body head documentElement cookie domain referrer title URL defaultView activeElement getElementById getElementsByTagName querySelector querySelectorAll createElement write open close addEventListener removeEventListener dispatchEvent appendChild innerHTML outerHTML attributes childNodes parentNode nodeName nodeType firstChild lastChild nextSibling textContent value type id className style dataset children length item namedItem submit reset action method target elements test user users admin config settings data api app jQuery $ _ ga gtag dataLayer google analytics React Vue angular require module exports define process global globalThis Promise Array Object String Number Symbol Map Set JSON Math Date fetch XMLHttpRequest Request Response Headers URLSearchParams localStorage sessionStorage history navigator screen console alert confirm prompt setTimeout setInterval onload onerror hasOwnProperty toString valueOf constructor prototype __proto__ isPrototypeOf currentScript hidden visibilityState Rejoinder rejoinder thread comments login search menu nav header footer main sidebar content post posts page pages token csrf nonce key secret session auth debug env base href src host hostname port path pathname hash query lang theme dark light toggle modal dialog form input button submit2 script iframe embed object img image link anchor area map frame slot part assign replace reload print stop focus blur find scroll moveTo origin length3 external performance crypto indexedDB caches customElements visualViewport'.split(' ');

for (const [words, poison] of [['through the server', false], ['from a server that sends it all', true]]) {
  test(`t11 names and ids in comments clobber nothing of the page, ${words}`, async () => {
    assert(NAMES.length >= 200);
    const path = `/clobber-${poison}/`;
    const clobber = (name) => `<a id="${name}" name="${name}" href="x:y">a</a><img id="${name}" name="${name}"><form id="${name}" name="${name}"><input id="${name}" name="${name}"></form>`;
    for (let at = 0; at < NAMES.length; at += 40) await server.submit('blog', { page: path, text: `Names ${at} ${NAMES.slice(at, at + 40).map(clobber).join('\n')}` });
    faults.calm();
    if (poison) faults.change('/thread', (html) => html.replace(/(<div class="body"[^>]*>)/g, `$1${NAMES.map(clobber).join('')}`));
    const address = play.post(path, { through: faults });
    await withReader(play, {}, async (reader) => {
      await reader.page.addInitScript((names) => {
        const kind = (value) => (value instanceof Element ? `element ${value.localName}` : Object.prototype.toString.call(value));
        window.look = () => names.map((name) => [name, kind(window[name]), kind(document[name]), kind(document.forms[name]), kind(document.getElementById(name)?.getRootNode())]);
        addEventListener('DOMContentLoaded', () => (window.lookedBefore = window.look()), { once: true });
      }, NAMES);
      await reader.open(address);
      await reader.thread.locator('article', { hasText: 'Names 160' }).first().waitFor();
      const [then, now] = await reader.page.evaluate(() => [window.lookedBefore, window.look()]);
      const changed = now.filter((line, index) => JSON.stringify(line) !== JSON.stringify(then[index]));
      assert.deepEqual(changed.filter(([name]) => !['Rejoinder', 'currentScript', 'activeElement', 'status', 'hidden', 'event'].includes(name)), []);
      assert.deepEqual(await reader.thread.evaluate((element, names) => names.filter((name) => element.shadowRoot.querySelector(`.body [id="${name}"], .body [name="${name}"]`)), NAMES), []);
      assert.equal(await reader.page.evaluate(() => document.forms.length), 0);
    });
  });
}
