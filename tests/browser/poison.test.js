// A server that was taken over, or somebody between it and the reader: the widget's own wall, without the server's.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { foreignIn } from './driver/foreign.js';
import { stage, withReader } from './driver/stage.js';

const play = await stage();
const { faults, host, server } = play;
const H = faults.origin;
const STRICTEST = `default-src 'none'; script-src ${H}; connect-src ${H}; style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;

/** Each would run a script or load something from the page's own host, were it let in. */
const POISON = `
<script>window.ran = 'script'</script><script src="/poison.js"></script>
<img src="/poison.png" onerror="window.ran = 'img'"><img srcset="/poison.png 1x">
<svg onload="window.ran = 'svg'"><script>window.ran = 'svg script'</script><a xlink:href="javascript:window.ran=1"><text>x</text></a></svg>
<math><mtext><img src="/poison.png"></mtext></math>
<iframe src="/poison.html" srcdoc="<script>parent.ran = 'frame'</script>"></iframe><object data="/poison.html"></object><embed src="/poison.html">
<style>* { background: url(/poison.css) }</style><link rel="stylesheet" href="/poison.css"><base href="/poison/"><meta http-equiv="refresh" content="0;url=/poison.html">
<form action="/poison.html" id="forms" name="forms"><input name="poison-field" autofocus onfocus="window.ran = 'focus'"><button formaction="javascript:window.ran=1">Send</button></form>
<a href="javascript:window.ran='link'" ping="/poison.ping">link one</a><a href=" java&#10;script:window.ran=1">link two</a><a href="data:text/html,x">link three</a><a href="//evil.example/">link four</a><a href="/\\evil.example/">link five</a><a href="vbscript:x">link six</a>
<p style="background:url(/poison.css)" onclick="window.ran = 'p'" onpointerenter="window.ran = 'p'" id="poison-id" name="poison-name" class="actions" part="body" slot="x" is="x-poison">styled</p>
<details ontoggle="window.ran = 'toggle'" open>opened</details><video src="/poison.png" autoplay onerror="window.ran = 'video'"></video><audio src="/poison.png" onerror="window.ran = 'audio'"></audio>
<template><img src="/poison.png" onerror="window.ran = 'template'"></template><template shadowrootmode="open"><img src="/poison.png"></template>
<x-poison></x-poison><marquee onstart="window.ran = 'marquee'">x</marquee><noscript><img src="/poison.png"></noscript><portal src="/poison.html"></portal>
<div class="body"><article id="comment-1" data-receipt="x"><button class="delete">x</button></article></div>`;

const poisoned = (html) =>
  html
    // In a comment's text the field is called like what a cleaner reads of every element.
    .replace(/(<div class="body"[^>]*>)/g, `$1${['attributes', 'childNodes', 'className', 'localName'].map((name) => POISON.replace('poison-field', name)).join('')}`)
    .replace('<ol class="list">', `${POISON}<ol class="list">`)
    .replace(/(<form class="form"[^>]*>)/, `$1${POISON.replace(/<form.*<\/form>/, '')}`)
    .replace(/(<div class="actions"[^>]*>)/, `$1${POISON}`)
    .replace(/<article /g, '<article onclick="window.ran = \'article\'" style="color:red" ')
    .replace(/<h2 /, '<h2 onpointerenter="window.ran = \'title\'" ')
    .replace(/<section /, '<section onclick="window.ran = \'section\'" style="background:url(/poison.css)" ');

for (const [words, csp] of [['without a policy', ''], ['under the strictest policy', STRICTEST]]) {
  test(`t01 of a poisoned thread nothing runs and nothing survives ${words}`, async () => {
    const path = `/poison-${csp.length}/`;
    await server.submit('blog', { page: path, name: 'Ada', text: 'A plain comment' });
    faults.calm();
    for (const route of ['/thread', '/note', '/preview']) faults.change(route, poisoned);
    const address = play.post(path, { through: faults, csp });
    host.asked.length = 0;
    await withReader(play, {}, async (reader) => {
      // The browser reports what the policy forbids of a document that it parses, before anything is done with it.
      if (csp) reader.isTrouble = (trouble) => !trouble.startsWith('policy: ');
      await reader.open(address);
      await reader.comment('A plain comment').first().waitFor();
      await reader.box.fill('Another one');
      await reader.button('Preview', reader.form(reader.box)).first().click();
      await reader.form(reader.box).locator('.body').first().waitFor();
      await reader.button('Send', reader.form(reader.box)).first().click();
      await reader.comment('Another one').first().waitFor();
      // Whatever wants to run at a click, does.
      for (const link of await reader.thread.locator('.body a:not([href])').all()) await link.click({ force: true });
      await reader.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
      assert.equal(await reader.page.evaluate(() => window.ran), undefined);
      const left = (await reader.thread.evaluate(foreignIn));
      assert.deepEqual(left, []);
      assert.deepEqual(host.asked.filter((asked) => asked.includes('poison.')), []);
      assert.equal(reader.page.url(), address);
      // The poison did arrive: its texts are there, so what is missing was taken out here.
      assert((await reader.thread.locator('.body', { hasText: 'link one' }).count()) > 0);
    });
  });
}
