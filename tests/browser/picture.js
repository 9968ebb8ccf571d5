// Takes docs/pictures/three-pages.png: the same thread on three blogs that have nothing else in common.
//   node tests/browser/picture.js

import { statSync } from 'node:fs';
import { test } from 'node:test';

import { DARK, LIGHT, SEPIA } from './driver/looks.js';
import { stage } from './driver/stage.js';

const OUT = new URL('../../docs/pictures/three-pages.png', import.meta.url).pathname;
const [WIDTH, HEIGHT] = [440, 800];
const BYTES_MAX = 200_000;

const NARROW = ' main { padding: 1.8rem 1.6rem } #thread { margin-top: 1.8rem } ';
const BLOGS = [
  [`${LIGHT} body { font-size: 15.5px } h1 { font-size: 2rem } `, '<p>Most pages talk at their readers. This one would like to hear what they think.</p>'],
  [`${DARK} h1 { font-size: 1.3rem } body { font-size: 13px } .date { color: #5b6b80 }`, '<p class="date">2026-11-20 · 2 min</p><p>Most pages talk <i>at</i> their readers. This one would like to hear what they think.</p>'],
  [`${SEPIA} main { border-top: 10px solid #b0401a } body { font-size: 14.5px } h1 { font-size: 1.7rem } `, '<p>Most pages talk at their readers. This one would like to hear what they think.</p>'],
];

test('the picture is taken', async () => {
  const play = await stage();
  const { host, server } = play;
  const page = '/talking/';
  const question = await server.submit('blog', { page, title: 'Talking with people', name: 'Ada', text: 'I stopped writing comments years ago: nobody ever answered. **What would make you answer?**' });
  await server.answer('blog', { page, parent: question.id, text: 'A question I cannot answer alone. Yours is one, so: tell me what you saw, not what I should think of it.' });
  await server.submit('blog', { page, name: 'Grace', text: 'Short posts help. After 2,000 words I have forgotten what I wanted to say.' });
  const reader = await play.reader({ viewport: { width: WIDTH, height: HEIGHT } });
  const shots = [];
  for (const [css, before] of BLOGS) {
    await reader.open(play.post(page, { title: 'Talking with people', css: `${css} ${NARROW}`, before }));
    await reader.comment('Short posts help').waitFor();
    shots.push(await reader.page.screenshot());
  }
  await reader.page.setViewportSize({ width: 3 * WIDTH + 4 * 16, height: HEIGHT + 2 * 16 });
  const images = shots.map((shot) => `<img alt="" src="data:image/png;base64,${shot.toString('base64')}">`).join('');
  const css = 'body { margin: 0; background: #e6e8eb } h1 { display: none } main { display: flex; gap: 16px; padding: 16px } img { border-radius: 10px; display: block }';
  await reader.page.goto(host.page('/picture/', { css, before: '', middle: images }));
  await reader.page.screenshot({ path: OUT });
  const { size } = statSync(OUT);
  if (size > BYTES_MAX) throw new Error(`${OUT} has ${size} bytes, more than ${BYTES_MAX}`);
  await reader.leave();
});
