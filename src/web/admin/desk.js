// The desk's script. It saves reloads: forms are sent in the background, and the same pages that work without
// it are fetched and merged, card by card, so that what is being written is never touched.
'use strict';
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);

  // Storage may be switched off or full; then the desk only forgets more.
  const store = {
    get(key) { try { return localStorage.getItem('rejoinder:desk:' + key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem('rejoinder:desk:' + key, value); } catch { /* see above */ } },
    drop(key) { try { localStorage.removeItem('rejoinder:desk:' + key); } catch { /* see above */ } },
  };

  // ---- times, in the reader's own words
  const ago = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  const full = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'short' });
  const units = [['day', 864e5], ['hour', 36e5], ['minute', 6e4]];
  function showTimes(root) {
    for (const time of all('time[datetime]', root)) {
      const at = new Date(time.dateTime), past = Date.now() - at;
      time.title = full.format(at);
      if (past > 7 * 864e5) { time.textContent = full.format(at); continue; }
      const unit = units.find(([, length]) => past >= length);
      time.textContent = unit ? ago.format(-Math.floor(past / unit[1]), unit[0]) : 'just now';
    }
  }

  // ---- small things on any page
  function equip(root) {
    showTimes(root);
    for (const hidden of all('[data-needs-script], [data-copy], [data-close]', root)) hidden.hidden = false;
    for (const form of all('form[data-draft]', root)) restoreDraft(form);
  }
  document.addEventListener('change', ({ target }) => {
    if (target.dataset.shows) document.getElementById(target.dataset.shows).type = target.checked ? 'text' : 'password';
  });
  document.addEventListener('click', async ({ target }) => {
    if (target.closest('[data-close]')) { close(); return; }
    const button = target.closest('[data-copy]');
    if (!button) return;
    const text = one('code', button.parentElement);
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(text);
      button.textContent = 'Selected: copy it now';
    }
  });

  // ---- drafts: words stay until they are sent
  const DRAFT_DAYS = 30;
  const draftKey = (form) => 'draft:' + form.action.replace(location.origin, '');
  function saveDraft(form) {
    const box = form.elements.text;
    if ('sent' in form.dataset || box.value === box.defaultValue || !box.value.trim()) store.drop(draftKey(form));
    else store.set(draftKey(form), JSON.stringify({ at: Date.now(), text: box.value }));
  }
  function restoreDraft(form) {
    let draft = null;
    try { draft = JSON.parse(store.get(draftKey(form))); } catch { store.drop(draftKey(form)); }
    if (!draft) return;
    if (Date.now() - draft.at > DRAFT_DAYS * 864e5) { store.drop(draftKey(form)); return; }
    form.elements.text.value = draft.text;
    form.closest('details').open = true;
    grow(form.elements.text);
  }
  function grow(box) {
    if (CSS.supports('field-sizing', 'content')) return;
    box.style.height = 'auto';
    box.style.height = box.scrollHeight + 2 + 'px';
  }
  const timers = new WeakMap();
  document.addEventListener('input', ({ target }) => {
    const form = target.form;
    if (!form || !('draft' in form.dataset)) return;
    grow(target);
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(saveDraft, 400, form));
  });
  addEventListener('pagehide', () => all('form[data-draft]').forEach(saveDraft));

  equip(document);
  // The author's window is closed after an answer; until then it has time to say what was done.
  if (one('[data-close-soon]')) setTimeout(close, 1500);
  const queue = one('#queue');
  if (!queue) {
    // Forms of a page that is not kept up to date are sent as without script: their words are on their way.
    document.addEventListener('submit', ({ target }) => { if ('draft' in target.dataset) target.dataset.sent = ''; });
    return;
  }

  // ---- asking the server
  const say = (text) => { one('#live').textContent = ''; setTimeout(() => { one('#live').textContent = text; }, 50); };
  let tag = null;
  function ask(method, address, body) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, address);
      request.responseType = 'document';
      request.timeout = 20000;
      if (!body && tag) request.setRequestHeader('If-None-Match', tag);
      request.onload = () => resolve(request);
      request.onerror = request.ontimeout = () => reject(new Error('offline'));
      request.send(body);
    });
  }
  const own = new URL(location.href);
  own.searchParams.delete('done');
  own.hash = '';
  if (location.search !== own.search) history.replaceState(null, '', own.pathname + own.search + location.hash);
  const fragment = new URL(own);
  fragment.searchParams.set('fragment', '1');

  // ---- merging a fresh page into this one
  const cards = () => all('li[data-id]', queue);
  const isBusy = (li) => all('form[data-draft]', li).some(({ elements: { text } }) => text.closest('details').open && text.value !== text.defaultValue);
  const adopt = (node) => { const own = document.importNode(node, true); equip(own); return own; };
  const swap = (selector, page) => { const mine = one(selector), other = one(selector, page); if (mine && other) mine.replaceWith(adopt(other)); };

  // Cards that look the same stay the very same elements; `redraw` names one that never does.
  // Gives back how many were not there before.
  function merge(page, redraw) {
    const fresh = one('#sections', page), sections = one('#sections');
    if (!fresh || !sections) return 0;
    const before = new Map(cards().map((li) => [li.dataset.id, li]));
    let arrived = 0;
    for (const other of fresh.children) {
      let mine = one(`[data-list="${other.dataset.list}"]`, sections);
      if (!mine) {
        mine = adopt(other);
        one('.cards', mine)?.replaceChildren();
        other.previousElementSibling ? sections.append(mine) : sections.prepend(mine);
      }
      const list = one('.cards', mine);
      if (!list) continue;
      one('h2', mine).textContent = one('h2', other).textContent;
      if (one('.more', other)) one('.more', mine).replaceWith(adopt(one('.more', other)));
      let place = list.firstElementChild;
      for (const card of one('.cards', other).children) {
        let li = before.get(card.dataset.id);
        if (!li || li.dataset.id === redraw || (li.dataset.version !== card.dataset.version && !isBusy(li))) {
          if (!li) arrived++;
          const drawn = adopt(card);
          if (li === place) place = drawn;
          li?.replaceWith(drawn);
          li = drawn;
        }
        if (li === place) place = place.nextElementSibling;
        else list.insertBefore(li, place);
      }
    }
    for (const li of cards()) if (!one('#' + li.id, fresh) && !isBusy(li)) li.remove();
    for (const mine of [...sections.children]) {
      if (!one(`[data-list="${mine.dataset.list}"]`, fresh) && !one('li[data-id]', mine)) mine.remove();
      const empty = one('.empty', mine);
      if (empty) empty.hidden = !!one('li[data-id]', mine);
    }
    swap('.tabs', page);
    const waiting = /\((\d+)\)/.exec(one('.tabs')?.textContent)?.[1];
    document.title = document.title.replace(/^(\(\d+\) )?/, +waiting ? `(${waiting}) ` : '');
    return arrived;
  }

  // ---- looking for new comments
  let looking = false, again = false;
  async function look() {
    if (looking) { again = true; return; }
    looking = true;
    try {
      const answer = await ask('GET', fragment);
      if (answer.status === 200) {
        tag = answer.getResponseHeader('ETag');
        const arrived = merge(answer.response);
        if (arrived) say(arrived === 1 ? '1 new comment' : arrived + ' new comments');
      }
    } catch { /* the next look will tell */ }
    showTimes(queue);
    looking = false;
    if (again) { again = false; look(); }
  }
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel('rejoinder-desk') : null;
  if ('live' in queue.dataset) {
    if (channel) channel.onmessage = look;
    addEventListener('message', ({ origin, data }) => { if (origin === location.origin && data === 'rejoinder-desk') look(); });
    addEventListener('focus', look);
    document.addEventListener('visibilitychange', () => { if (!document.hidden) look(); });
    setInterval(() => { if (!document.hidden) look(); }, 20000);
  }

  // ---- doing something
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!('act' in form.dataset)) return;
    event.preventDefault();
    act(form, event.submitter);
  });
  async function act(form, button) {
    if (form.ariaBusy) return;
    const body = new URLSearchParams(new FormData(form));
    body.set('fragment', '1');
    const li = form.closest('li[data-id]'), order = cards(), at = order.indexOf(li);
    const id = li?.dataset.id ?? form.dataset.undo;
    form.ariaBusy = 'true';
    button?.setAttribute('aria-busy', 'true');
    let answer = null;
    try { answer = await ask('POST', button?.getAttribute('formaction') || form.action, body); } catch { /* told below */ }
    form.ariaBusy = null;
    button?.removeAttribute('aria-busy');
    if (!answer?.response || answer.status >= 400) { fail(form, answer); return; }
    if (form.dataset.draft) { store.drop(draftKey(form)); form.reset(); }
    tag = null;
    const had = cards();
    merge(answer.response, id);
    swap('#notice', answer.response);
    say(one('#notice p')?.textContent ?? 'Done');
    channel?.postMessage('changed');
    const stays = document.getElementById('c-' + id);
    const next = [...order.slice(at + 1), ...order.slice(0, Math.max(at, 0)).reverse()].find((card) => had.includes(card) && card.isConnected);
    const target = form.dataset.draft || form.dataset.undo ? stays : li && (next && !stays ? one('article', next) : stays);
    (target ?? one('h1', queue)).focus();
  }
  // Words stay where they are; why they were not taken stands below them.
  function fail(form, answer) {
    const said = answer?.response ? one('[data-code]', answer.response)?.textContent : null;
    const sentence = (said || 'The server cannot be reached. Nothing is lost: please try again.').trim();
    const place = one('.error', form);
    if (form.dataset.draft) { saveDraft(form); form.elements.text.focus(); }
    if (place) { place.textContent = sentence; form.elements.text.setAttribute('aria-describedby', place.id); form.elements.text.ariaInvalid = 'true'; }
    else one('#notice').replaceChildren(Object.assign(document.createElement('p'), { textContent: sentence, className: 'error' }));
    say(sentence);
    if (answer?.status === 409 || answer?.status === 404) look();
  }

  // ---- keys
  const help = one('#keys'), opener = one('#keys-open'), keysOn = one('#keys-on');
  if (help) {
    opener.hidden = false;
    keysOn.checked = store.get('keys') !== 'off';
    opener.addEventListener('click', () => help.showModal());
    keysOn.addEventListener('change', () => store.set('keys', keysOn.checked ? 'on' : 'off'));
  }
  const current = () => document.activeElement?.closest('li[data-id]');
  function step(by) {
    const list = cards(), at = list.indexOf(current());
    const li = list[at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1)];
    const article = li && one('article', li);
    article?.focus();
    article?.scrollIntoView({ block: 'nearest' });
  }
  function press(control) {
    if (control?.tagName === 'SUMMARY') control.focus();
    control?.click();
  }
  document.addEventListener('keydown', (event) => {
    const { target, key } = event;
    const form = target.form;
    if (key === 'Enter' && (event.ctrlKey || event.metaKey) && form && 'draft' in form.dataset) { event.preventDefault(); form.requestSubmit(one('button', form)); return; }
    if (key === 'Escape' && form && 'draft' in form.dataset) {
      saveDraft(form);
      const box = form.closest('details');
      box.open = false;
      one('summary', box).focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, textarea, select, dialog') || (keysOn && !keysOn.checked)) return;
    if (key === '?' && help) help.showModal();
    else if (key === 'j' || key === 'k') step(key === 'j' ? 1 : -1);
    else if (key === 'u') one('#notice button')?.click();
    else if (/^[adenorst]$/.test(key)) press(current() && one(`[data-key="${key}"]`, current()));
    else return;
    event.preventDefault();
  });
  // An opened box is there to be written in; a closed one keeps its words as a draft.
  document.addEventListener('toggle', ({ target, newState }) => {
    const box = newState === 'open' && target.contains?.(document.activeElement) && one('textarea', target);
    if (box) { grow(box); box.focus(); }
  }, true);
})();
