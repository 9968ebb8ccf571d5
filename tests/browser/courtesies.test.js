// The small things that make people answer each other, as a reader meets them: the author's question, mail on
// request, "you were answered", "this helped", a hand for newcomers, thanks in the post, the author's window.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { assertAccessible, assertFits, assertTargets } from './driver/axe.js';
import { DARK, LIGHT } from './driver/looks.js';
import { Postbox } from './driver/postbox.js';
import { stage, withReader } from './driver/stage.js';
import { until } from './driver/until.js';

const postbox = await Postbox.start();
const play = await stage({ settings: postbox.settings, sites: { quiet: { question: 'off', newcomers: 'off', helped: 'off', give_back: 'off', thanks: 'off', follows: 'off' } } });
after(() => postbox.stop());
const { faults, host, server } = play;
const STRICT = `default-src 'none'; script-src ${faults.origin}; connect-src ${faults.origin}; style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;

const html = (body, status = 200) => ({ status, headers: { 'content-type': 'text/html; charset=utf-8' }, body });

/** What the box is described by, in words. */
const description = (box) => box.evaluate((area) => area.getAttribute('aria-describedby').split(' ').map((id) => area.getRootNode().getElementById(id)?.innerText ?? '').join(' '));

const kept = (reader, name) => reader.page.evaluate((key) => JSON.parse(localStorage.getItem(`rejoinder:${key}`)), name);

/** The fields of the last form sent to a path. */
const fields = (path) => new URLSearchParams(faults.to(path).at(-1).body);

test('a question in the page stands in place of the invitation, signed by nobody it does not know, and describes the box', async () => {
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/ask/', { mount: 'data-ask="What was your &lt;b&gt;first&lt;/b&gt; week like?"' }));
    await reader.thread.getByText('What was your <b>first</b> week like?').waitFor();
    assert.equal(await reader.thread.getByText('Be the first').isVisible(), false);
    assert.match(await description(reader.box), /What was your <b>first<\/b> week like\?/);
    await reader.post('It was long');
    await reader.thread.getByText('What was your <b>first</b> week like?').waitFor();
    const box = await reader.startReply('It was long');
    assert.equal(await reader.form(box).locator('.question').isVisible(), false, 'a reply answers somebody else');
    assert.doesNotMatch(await description(box), /first/, 'neither the question nor a word about one’s own first comment');
    await reader.sort('Newest first').catch(() => {});
    assert.equal(await reader.thread.getByText('What was your <b>first</b>').filter({ visible: true }).count(), 1);
  });
});

test('a question is cut after two hundred letters, and without one nothing is there', async () => {
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/ask-long/', { mount: `data-ask="${'😀'.repeat(250)}"` }));
    assert.equal(await reader.thread.locator('.question q').innerText(), '😀'.repeat(200));
    await reader.open(play.post('/ask-none/'));
    await reader.thread.getByText('Be the first').waitFor();
    assert.equal(await reader.thread.locator('.question').isVisible(), false);
    await reader.open(play.post('/ask-quiet/', { site: 'quiet', mount: 'data-ask="Nobody asks here"' }));
    assert.equal(await reader.thread.getByText('Nobody asks here').count(), 0, 'the site’s rule switches it off');
    assert.equal(await reader.thread.getByRole('checkbox').count(), 0);
    assert.equal(await reader.thread.getByText('No account is needed').count(), 0);
    assert.equal(await reader.thread.getByLabel('Mail me').count(), 0);
  });
});

test('a question set for the page goes before the one in the page', async () => {
  const { status } = await server.ask('POST', '/api/v1/sites/blog/pages/question', { page: '/ask-both/', question: 'Asked at the desk?' }, server.token);
  assert.equal(status, 200);
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/ask-both/', { mount: 'data-ask="Asked in the page?"' }));
    assert.match(await reader.thread.locator('.question').innerText(), /^Asked at the desk\? — \w+/);
    assert.match(await description(reader.box), /Asked at the desk\?/);
    assert.equal(await reader.thread.getByText('Be the first').isVisible(), false);
  });
});

test('mail is asked for beside the box: the address appears with a choice, travels only then, and is remembered', async () => {
  faults.calm();
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/mail/', { through: faults }));
    const form = reader.form(reader.box);
    const address = form.getByRole('textbox', { name: 'E-mail' });
    assert.equal(await address.isVisible(), false);
    await reader.post('Without mail');
    assert.equal(fields('/note').get('email'), null);
    assert.equal(fields('/note').get('follow'), '');

    await form.getByLabel('Mail me').selectOption({ label: 'When somebody answers me' });
    await address.fill('grace at example');
    await reader.write('With mail');
    await reader.send();
    await reader.focusIs('input E-mail');
    assert.equal(await address.getAttribute('aria-invalid'), 'true');
    assert.equal(await reader.box.inputValue(), 'With mail', 'the text stays');
    await address.fill('grace@example.org');
    await reader.send();
    await reader.comment('With mail').getByText('If this address is new here').waitFor();
    await until(async () => assert.match(await reader.said(), /Your comment is here\. Thank you\. If this address is new here/));
    assert.equal(fields('/note').get('email'), 'grace@example.org');
    assert.equal(fields('/note').get('follow'), 'answers');
    await postbox.mail('grace@example.org', /\/follow\/confirm\//);

    await reader.page.reload();
    await reader.ready();
    assert.equal(await address.inputValue(), 'grace@example.org');
    assert.equal(await form.getByLabel('Mail me').inputValue(), 'answers');
    await form.getByLabel('Mail me').selectOption('');
    await reader.post('No more mail');
    assert.equal(fields('/note').get('email'), null);
    assert.equal((await kept(reader, 'me')).email, undefined, 'an address that is not needed is not kept');
  });
});

test('a thread is followed without commenting, and what the server says stands there and is told', async () => {
  faults.calm();
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/follow/', { through: faults, csp: STRICT }));
    await reader.thread.getByText('Follow this conversation').click();
    const form = reader.thread.locator('details form');
    const address = form.getByRole('textbox', { name: 'E-mail' });
    const feed = await reader.thread.getByRole('link', { name: 'Follow by feed' }).getAttribute('href');
    assert.equal(new URL(feed).pathname, '/feed/blog.atom');
    assert.equal((await fetch(feed.replace(new URL(feed).origin, server.origin))).status, 200);

    await address.press('Enter');
    await until(async () => assert.match(await reader.alarmed(), /e-mail/i));
    await reader.focusIs('input E-mail');
    await address.fill('ada@example.org');
    await form.getByRole('button', { name: 'Follow by mail' }).click();
    await until(async () => assert.match(await reader.focused(), /^p Thank you\. If this address is new here/));
    assert.match(await reader.said(), /If this address is new here/);
    await postbox.mail('ada@example.org', /\/follow\/confirm\//);
    assert.deepEqual(Object.fromEntries(fields('/follow')), { page: '', url: `${host.origin}/follow/`, email: 'ada@example.org', kind: 'thread', title: 'A post', lang: 'en' });
  });
  faults.calm();
});

test('without a receipt nothing is asked about answers, on any page', async () => {
  faults.calm();
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/no-receipt/', { through: faults }));
    await reader.thread.locator('.form').waitFor();
    assert.deepEqual(faults.to('/mine'), []);
  });
});

const opacity = (line) => line.evaluate((each) => getComputedStyle(each).opacity);

test('somebody who was answered sees one line on another page, below in the window, and lands focused on the answer', async () => {
  faults.calm();
  const tall = { through: faults, before: '<p style="height:3000px">A long post.</p><p><a href="#">A link at the end</a></p>', csp: '' };
  const first = play.post('/one/', { through: faults });
  const second = play.post('/two/', tall);
  await withReader(play, {}, async (reader) => {
    await reader.open(first);
    await reader.post('Does anybody know?', { name: 'Bob' });
    const [question] = await server.comments('blog', '/one/');
    const answer = await server.submit('blog', { page: '/one/', parent: question.id, name: 'Grace', text: 'I do' });
    faults.seen = [];
    await reader.page.goto(second);
    const line = reader.page.getByRole('link', { name: 'Grace answered you on “A post”' });
    await line.waitFor();
    assert.equal(faults.to('/mine').length, 1);
    assert.equal(faults.to('/thread').length, 0, 'the thread itself is far away');
    const { y, height, width } = await reader.thread.locator('.answered').boundingBox();
    assert(y + height > 850 && y + height <= 900 && height <= 60 && width <= 28 * 16, `${y} ${height} ${width}`);
    await assertAccessible(reader.page, 'the line in the window');
    await reader.page.keyboard.press('Tab');
    await reader.page.mouse.wheel(0, 4000);
    await reader.ready();
    await until(async () => assert.equal(await reader.thread.locator('.answered').evaluate((each) => getComputedStyle(each).position), 'static'));
    assert.equal(faults.to('/mine').length, 1, 'asked once');
    await line.click();
    await reader.focusIs('article I do');
    assert.equal(reader.page.url(), `${first}#comment-${answer.id}`);
    assert.equal(await kept(reader, 'answered:blog'), answer.id);
    assert.equal(new URLSearchParams(faults.to('/mine').at(-1).body).get('since'), answer.id);
  });
  faults.calm();
});

test('the line says it on the very page of the answer too, and its link leads there although it is there already', async () => {
  faults.calm();
  const address = play.post('/here/', { through: faults });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.post('Hello?', { name: 'Bob' });
    const [question] = await server.comments('blog', '/here/');
    const answer = await server.answer('blog', { page: '/here/', parent: question.id, text: 'Hello!' });
    await reader.page.goto('about:blank');
    await reader.open(`${address}#comment-${answer.id}`);
    await reader.focusIs('article Hello!');
    await reader.title.focus();
    await reader.thread.getByRole('link', { name: 'Hannah answered you on “A post”' }).click();
    await reader.focusIs('article Hello!');
    assert.equal(await reader.thread.locator('.answered').count(), 0);
    // Its own receipts of this page are as good as before.
    await reader.button('Delete', reader.comment('Hello?')).waitFor();
  });
  faults.calm();
});

test('the line is dismissed by its button and by Escape, and makes way for what has the focus below it', async () => {
  faults.calm();
  const far = play.post('/far/', { through: faults, before: '<p style="height:3000px">A long post.</p><p style="position:absolute;top:850px;margin:0"><a href="#top">A link below</a></p>' });
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/near/', { through: faults }));
    await reader.post('Is it quiet here?');
    const [question] = await server.comments('blog', '/near/');
    for (const [text, dismiss] of [['No', (line) => line.getByRole('button', { name: 'Dismiss' }).click()], ['Not at all', (line) => line.getByRole('link').press('Escape')]]) {
      const { id } = await server.submit('blog', { page: '/near/', parent: question.id, name: 'Grace', text });
      await reader.page.goto(far);
      const line = reader.thread.locator('.answered');
      await line.waitFor();
      await reader.page.getByRole('link', { name: 'A link below' }).focus();
      assert.equal(await opacity(line), '0', 'what has the focus is not covered');
      await reader.page.keyboard.press('Tab');
      await reader.focusIs('a Grace answered you on “A post”');
      assert.equal(await opacity(line), '1');
      await dismiss(line);
      assert.equal(await line.count(), 0);
      assert.equal(await kept(reader, 'answered:blog'), id);
      await reader.page.goto('about:blank');
      await reader.page.goto(far);
      await until(async () => assert.equal(faults.to('/mine').at(-1).answered?.status, 200));
      assert.equal(await line.count(), 0, 'what was dismissed stays dismissed');
    }
  });
  faults.calm();
});

test('receipts of all pages are sent, and only those of this page that are good for nothing are forgotten', async () => {
  faults.calm();
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/keep-a/', { through: faults }));
    await reader.post('On page a');
    await reader.open(play.post('/keep-b/', { through: faults }));
    await reader.post('On page b');
    const before = await kept(reader, 'receipts:blog');
    faults.seen = [];
    await reader.page.reload();
    await reader.button('Delete', reader.comment('On page b')).waitFor();
    const all = Object.values(before).flat();
    assert.equal(all.length, 2);
    assert.deepEqual(fields('/mine').get('receipts').split(' ').sort(), all.sort());
    assert.deepEqual(await kept(reader, 'receipts:blog'), before);
  });
});

test('whoever was answered may say that it helped, and take it back', async () => {
  faults.calm();
  const address = play.post('/helped/', { through: faults, csp: STRICT });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.post('How do I begin?', { name: 'Bob' });
    const [question] = await server.comments('blog', '/helped/');
    await server.submit('blog', { page: '/helped/', parent: question.id, name: 'Grace', text: 'With a small thing' });
    await server.submit('blog', { page: '/helped/', name: 'Ada', text: 'Another root' });
    await reader.page.reload();
    await reader.ready();
    const helped = reader.comment('With a small thing').getByRole('button', { name: 'This helped' });
    await helped.waitFor();
    assert.equal(await reader.thread.getByRole('button', { name: 'This helped' }).count(), 1, 'only below what answers one’s own');
    assert.equal(await helped.getAttribute('aria-pressed'), 'false');
    await helped.press('Enter');
    await reader.comment('With a small thing').locator('.helped', { hasText: 'Bob: this helped' }).waitFor();
    assert.equal(await helped.getAttribute('aria-pressed'), 'true');
    await until(async () => assert.equal(await reader.said(), 'Bob: this helped'));
    assert.equal(fields('/helped').get('value'), '1');
    assert.equal(fields('/helped').get('receipt'), Object.values(await kept(reader, 'receipts:blog'))[0][0], 'the receipt of what was answered');
    await helped.click();
    await until(async () => assert.equal(await helped.getAttribute('aria-pressed'), 'false'));
    assert.equal(fields('/helped').get('value'), '0');
    assert.equal(await reader.thread.locator('.helped').isVisible(), false);
    faults.answer('/helped', html('<p data-code="comment_unknown">This comment is not here any more.</p>', 404));
    await helped.click();
    await until(async () => assert.match(await reader.alarmed(), /not here any more/));
    await withReader(play, {}, async (other) => {
      await other.open(address);
      assert.equal(await other.thread.getByRole('button', { name: 'This helped' }).count(), 0);
    });
  });
});

test('a first-timer is told once that no account is needed, and who answers a first comment reads that it is one', async () => {
  faults.calm();
  await server.submit('blog', { page: '/newcomer/', name: 'Grace', text: 'My very first' });
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/newcomer/'));
    const note = reader.thread.locator('.thread > form').getByText('No account is needed. You can change your comment for 15 minutes.');
    await note.waitFor();
    assert.match(await description(reader.box), /No account is needed/);
    const box = await reader.startReply('My very first');
    await reader.form(box).getByText('This is Grace’s first comment here').waitFor();
    assert.match(await description(box), /This is Grace’s first comment here/);
    await box.fill('Welcome');
    await reader.send(box);
    await reader.comment('Welcome').waitFor();
    await reader.post('And one of my own');
    assert.equal(await note.count(), 0);
    await reader.page.reload();
    await reader.ready();
    assert.equal(await note.count(), 0);
  });
});

test('who asks says so, and is asked to help at most once a week', async () => {
  faults.calm();
  await withReader(play, {}, async (reader) => {
    await reader.page.clock.install();
    const address = play.post('/give/', { through: faults });
    await reader.open(address);
    const asking = reader.thread.getByRole('checkbox', { name: 'I’m asking something' });
    await asking.check();
    faults.change('/note', (answer) => `${answer}<p class="give note"><a href="${address}#comment-1"><bdi>Bob</bdi></a> asked something 2 days ago and nobody has answered: can you help?</p>`);
    await reader.post('What do you think?');
    assert.equal(fields('/note').get('asks'), '1');
    assert.equal(fields('/note').get('give'), '1');
    assert.equal(await asking.isChecked(), false);
    await reader.comment('What do you think?').getByText('Bob asked something 2 days ago').waitFor();
    assert.match(await reader.said(), /can you help\?/);
    faults.changes = [];
    await reader.post('And what else?');
    assert.equal(fields('/note').get('asks'), null);
    assert.equal(fields('/note').get('give'), null, 'not twice in a week');
    const box = await reader.startReply('And what else?');
    assert.equal(await reader.form(box).getByRole('checkbox').isVisible(), false);
    await reader.page.clock.fastForward(7 * 86_400_000 + 60_000);
    await reader.post('A week later');
    assert.equal(fields('/note').get('give'), '1');
  });
});

test('whom the author marks as used is thanked in the post', async () => {
  faults.calm();
  const used = await server.submit('blog', { page: '/used/', name: 'Ada <b>', text: 'Used in the post' });
  await server.submit('blog', { page: '/used/', name: 'Bob', text: 'Not used' });
  await server.decide('blog', used.id, 'used');
  await withReader(play, {}, async (reader) => {
    await reader.page.goto(play.post('/used/', { through: faults, csp: STRICT, before: `<p data-rejoinder-thanks></p>${'<br>'.repeat(300)}` }));
    const thanks = reader.page.locator('[data-rejoinder-thanks]');
    await until(async () => assert.equal(await thanks.innerText(), 'With thanks to Ada <b>'));
    await thanks.getByRole('link', { name: 'Ada <b>' }).press('Enter');
    await reader.focusIs('article Used in the post');
  });
});

test('thanks hold nothing but words and links, whatever arrives, and load the thread although it is far away', async () => {
  faults.calm();
  const comment = await server.submit('blog', { page: '/thanks/', name: 'Ada', text: 'Used in the post' });
  faults.change('/thread', (thread) => thread.replace('</details>', `$&<p class="thanks">With thanks to <a href="#comment-${comment.id}" onclick="alert(1)" style="color:red"><bdi>A&lt;b&gt;da</bdi></a><img src=x onerror=alert(1)></p>`));
  await withReader(play, {}, async (reader) => {
    await reader.page.goto(play.post('/thanks/', { through: faults, before: '<p data-rejoinder-thanks>Thank you all.</p><p>The post.</p><hr>' + '<br>'.repeat(300) }));
    const thanks = reader.page.locator('[data-rejoinder-thanks]');
    await until(async () => assert.equal(await thanks.innerText(), 'With thanks to A<b>da'));
    assert.equal(await thanks.evaluate((each) => each.innerHTML), `With thanks to <a href="#comment-${comment.id}"><bdi>A&lt;b&gt;da</bdi></a>`);
    assert.equal(await reader.thread.locator('.thanks').count(), 0);
    await thanks.getByRole('link').click();
    await reader.focusIs('article Used in the post');
  });
  faults.calm();
  await withReader(play, {}, async (reader) => {
    await reader.page.goto(play.post('/no-thanks/', { through: faults, before: '<p data-rejoinder-thanks>Thank you all.</p>' }));
    await reader.ready();
    assert.equal(await reader.page.locator('[data-rejoinder-thanks]').innerText(), 'Thank you all.', 'what stands there stays where nobody is thanked');
  });
});

test('a browser with the author’s mark opens a window at a comment and sees the answer when it closes', async () => {
  faults.calm();
  const asked = await server.submit('blog', { page: '/author/', name: 'Bob', text: 'Dear author?' });
  const address = play.post('/author/', { through: faults });
  await withReader(play, {}, async (reader) => {
    await reader.open(address);
    await reader.comment('Dear author?').getByRole('button', { name: /^Reply/ }).waitFor();
    assert.equal(await reader.thread.getByRole('button', { name: 'Answer as author' }).count(), 0);
    await reader.page.goto('about:blank');
    await reader.open(`${address}#rejoinder-author`);
    const button = reader.button('Answer as author', reader.comment('Dear author?'));
    await button.waitFor();
    assert.equal(reader.page.url(), address, 'the address is clean again');
    faults.answer(`/window/blog/${asked.id}`, html('<!doctype html><title>A window</title><p>Write here.</p>'));
    const opened = reader.context.waitForEvent('page');
    await reader.box.fill('Half a thought');
    await button.click();
    const window = await opened;
    await window.waitForLoadState();
    assert.equal(new URL(window.url()).pathname, `/window/blog/${asked.id}`);
    await server.answer('blog', { page: '/author/', parent: asked.id, text: 'Dear Bob' });
    await window.close();
    await reader.comment('Dear Bob').waitFor();
    await reader.focusIs('article Dear author?');
    assert.equal(await reader.box.inputValue(), 'Half a thought');
    await reader.page.goto('about:blank');
    await reader.open(`${address}#rejoinder-author-off`);
    await reader.comment('Dear author?').getByRole('button', { name: /^Reply/ }).waitFor();
    assert.equal(await reader.thread.getByRole('button', { name: 'Answer as author' }).count(), 0);
    assert.equal(await kept(reader, 'author:blog'), null);
  });
});

test('undo is offered for eight seconds', async () => {
  await withReader(play, {}, async (reader) => {
    await reader.page.clock.install();
    await reader.open(play.post('/eight/'));
    await reader.post('Sent too early');
    await reader.page.clock.runFor(7900);
    assert.equal(await reader.button('Undo').count(), 1);
    await reader.page.clock.runFor(200);
    await until(async () => assert.equal(await reader.button('Undo').count(), 0));
  });
});

test('too many characters are told until they fit, and not any longer', async () => {
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/too-long/'));
    await reader.box.fill('x'.repeat(10_001));
    await reader.send();
    const error = reader.form(reader.box).locator('.error');
    await until(async () => assert.match(await error.innerText(), /1 character too many/));
    await reader.box.press('Backspace');
    await until(async () => assert.equal(await error.innerText(), ''));
    assert.equal(await reader.box.getAttribute('aria-invalid'), null);
  });
});

test('a draft with a key the server would not take is sent under a new one', async () => {
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/odd-key/'));
    await reader.page.evaluate(() => {
      const { page } = document.querySelector('rejoinder-thread').shadowRoot.querySelector('section').dataset;
      localStorage.setItem(`rejoinder:draft:blog:${page}:new`, JSON.stringify({ text: 'With an odd key', key: 'ü', at: Date.now() }));
    });
    await reader.page.reload();
    await reader.ready();
    assert.equal(await reader.box.inputValue(), 'With an odd key');
    await reader.send();
    await reader.comment('With an odd key').waitFor();
  });
});

test('fields named like properties of a form do no harm', async () => {
  faults.calm();
  const names = ['attributes', 'childNodes', 'localName', 'append', 'setAttribute', 'querySelectorAll', 'cloneNode', 'className', 'onclick', 'remove'];
  faults.change('/thread', (thread) => thread.replace('<form class="form">', `$&${names.map((name) => `<input name="${name}"><output></output><input id="${name}">`).join('')}`));
  await withReader(play, {}, async (reader) => {
    await reader.open(play.post('/clobbered/', { through: faults }));
    await reader.post('All the same');
    await reader.reply('All the same', 'And replied');
  });
  faults.calm();
});

for (const [colour, css] of Object.entries({ light: LIGHT, dark: DARK })) {
  test(`with everything there at once axe finds nothing and nothing is too small or too wide, in ${colour}`, async () => {
    faults.calm();
    const address = play.post(`/all-${colour}/`, { through: faults, css, mount: 'data-ask="What was your first week like?"' });
    await server.submit('blog', { page: `/all-${colour}/`, name: 'Grace', text: `First of ${colour}` });
    await withReader(play, {}, async (reader) => {
      await reader.open(`${address}#rejoinder-author`);
      await reader.startReply(`First of ${colour}`);
      await reader.form(reader.box).getByLabel('Mail me').selectOption('thread');
      await reader.form(reader.box).getByRole('textbox', { name: 'E-mail' }).fill('bob@example.org');
      await reader.thread.getByText('Follow this conversation').click();
      await assertAccessible(reader.page, 'before the first comment');
      await reader.post('My own', { name: 'Bob' });
      const own = (await server.comments('blog', `/all-${colour}/`)).find(({ html: text }) => text.includes('My own'));
      await server.submit('blog', { page: `/all-${colour}/`, parent: own.id, name: 'Ada', text: 'An answer' });
      await reader.page.reload();
      await reader.thread.getByRole('link', { name: 'Ada answered you on “A post”' }).waitFor();
      await reader.button('This helped', reader.comment('An answer').first()).waitFor();
      await reader.thread.getByText('Follow this conversation').click();
      await assertAccessible(reader.page, 'everything');
      for (const width of [320, 390]) {
        await reader.page.setViewportSize({ width, height: 800 });
        await assertFits(reader.page, `${width} px`);
        await assertTargets(reader.page, 24, `${width} px`);
      }
    });
    faults.calm();
  });
}
