// The demo's front page. It carries news between the two halves, restyles the blog, measures what the thread
// cost, and makes tabs of the halves where the screen is small. Both halves work without it.
'use strict';
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const post = one('#post'), desk = one('#desk'), enter = one('#enter');
  const said = one('#said');
  const say = (text) => { said.textContent = text; };

  // ---- the desk: opened by its own form, so that its button is for browsers without script only
  if (enter) {
    enter.hidden = true;
    enter.requestSubmit();
  }

  // ---- the blog's document, each time there is a new one
  const blog = () => {
    try { return post.contentDocument; } catch { return null; } // somebody followed a link out of the blog
  };
  const thread = () => blog() && one('rejoinder-thread', blog());
  let look = matchMedia('(prefers-color-scheme: dark)').matches ? 'night' : 'paper';
  let met = null;
  function meet() {
    const page = blog();
    if (!page || page === met || page.URL === 'about:blank' || page.readyState === 'loading') return;
    met = page;
    dress();
    page.addEventListener('rejoinder:ready', measure);
    page.addEventListener('rejoinder:posted', ({ detail }) => arrived(detail.id));
    page.addEventListener('rejoinder:arrived', returned);
    measure();
  }
  post.addEventListener('load', meet);

  // ---- the thread stands below the post: a newcomer is taken there, unless they are busy already
  const signs = ['wheel', 'pointerdown', 'keydown', 'touchstart', 'focusin'];
  let busy = false;
  const goOn = () => { busy = true; };
  function walk() {
    if (walk.begun) return;
    walk.begun = true;
    for (const where of [document, met]) for (const sign of signs) where.addEventListener(sign, goOn, { once: true, passive: true });
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    setTimeout(() => {
      const last = blog() === met && one('article', met)?.lastElementChild;
      if (!busy && last) post.contentWindow.scrollTo({ top: last.offsetTop - 16, behavior: calm ? 'instant' : 'smooth' });
    }, calm ? 0 : 1200);
  }

  // ---- how the blog looks
  function dress() {
    const root = blog()?.documentElement;
    if (root) root.dataset.look = look;
    for (const button of document.querySelectorAll('.looks button')) button.ariaPressed = `${button.value === look}`;
  }
  one('.looks').addEventListener('submit', (event) => {
    if (!met || blog() !== met) return; // the form itself brings the blog back
    event.preventDefault();
    look = event.submitter?.value ?? look;
    dress();
  });

  // ---- what the thread cost, as the browser counted it
  function measure() {
    const view = post.contentWindow;
    const all = view.performance.getEntriesByType('resource').map((entry) => ({ entry, url: new URL(entry.name) }));
    const own = all.filter(({ url }) => url.pathname === '/embed.js' || url.pathname.startsWith('/w/'));
    if (!own.some(({ url }) => url.pathname.startsWith('/w/'))) return;
    const kilobytes = own.reduce((sum, { entry }) => sum + entry.encodedBodySize, 0) / 1000;
    const hosts = new Set(own.map(({ url }) => url.host).filter((host) => host !== view.location.host)).size;
    const cookies = met.cookie ? met.cookie.split(';').length : 0;
    const facts = [[own.length, own.length === 1 ? 'request' : 'requests'], [kilobytes.toFixed(1), 'kB'], [cookies, 'cookies'], [hosts, 'other hosts']];
    const line = one('#facts');
    line.replaceChildren('Your browser counted, for this thread: ');
    facts.forEach(([count, what], at) => {
      const number = document.createElement('strong');
      number.textContent = count;
      line.append(at ? ' · ' : '', number, ` ${what}`);
    });
    line.hidden = false;
    met.removeEventListener('rejoinder:ready', measure);
    walk();
  }

  // ---- what happens on one side shows on the other
  const channel = new BroadcastChannel('rejoinder-desk');
  const done = (step) => one(`#step-${step}`)?.classList.add('done');
  let written = null;
  function arrived(id) {
    written = id;
    done('write');
    channel.postMessage('posted');
    tell('desk');
    watchDesk();
  }
  // The card of the comment that was just written, once it is at the desk.
  let watcher = null;
  function watchDesk() {
    const page = desk?.contentDocument;
    if (!page?.body) return;
    watcher?.disconnect();
    const look = () => {
      const card = one(`#c-${CSS.escape(written)}`, page);
      if (!card) return;
      watcher.disconnect();
      done('arrive');
      say('Your comment has arrived at the desk.');
      card.scrollIntoView({ block: 'nearest' });
    };
    watcher = new MutationObserver(look);
    watcher.observe(page.body, { childList: true, subtree: true });
    look();
  }
  channel.onmessage = ({ data }) => {
    if (data === 'changed') thread()?.check?.();
  };
  function returned() {
    if (written) done('answer');
    if (written) done('return');
    say('There is something new in the thread.');
    tell('post');
  }

  // ---- the first step
  const write = one('#write');
  if (write) {
    write.hidden = false;
    if (write.nextElementSibling) write.nextElementSibling.hidden = true;
    write.addEventListener('click', () => {
      select('post');
      if (small.matches) tabs.scrollIntoView({ block: 'start' });
      const view = post.contentWindow, box = thread();
      box?.compose?.();
      // The whole form, and what was said last above it.
      if (box) view.scrollTo({ top: box.getBoundingClientRect().bottom + view.scrollY - view.innerHeight + 16 });
    });
  }

  // ---- copying
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const text = one('code', button.parentElement), word = button.firstChild;
      try {
        await navigator.clipboard.writeText(text.textContent.trim());
        word.data = 'Copied';
        say('Copied.');
      } catch {
        getSelection().selectAllChildren(text);
        word.data = 'Selected: copy it now';
      }
      setTimeout(() => { word.data = 'Copy'; }, 3000);
    });
  }

  // ---- two tabs where there is no room for two halves
  const tabs = one('#tabs'), small = matchMedia('(width < 700px)');
  const names = ['post', 'desk'];
  const tab = (name) => one(`#tab-${name}`), pane = (name) => one(`#pane-${name}`);
  let selected = 'post';
  function arrange() {
    tabs.hidden = !small.matches;
    if (small.matches) tabs.setAttribute('role', 'tablist');
    tabs.ariaLabel = small.matches ? 'The two sides' : null;
    for (const name of names) {
      const own = tab(name), half = pane(name), on = name === selected;
      half.classList.toggle('away', small.matches && !on);
      if (small.matches) {
        own.setAttribute('role', 'tab');
        half.setAttribute('role', 'tabpanel');
        half.setAttribute('aria-labelledby', own.id);
      } else {
        half.removeAttribute('role');
        half.setAttribute('aria-labelledby', `h-${name}`);
      }
      own.ariaSelected = `${on}`;
      own.tabIndex = on ? 0 : -1;
    }
    one('.dot', tab(selected)).hidden = true;
  }
  function select(name) {
    selected = name;
    arrange();
  }
  // Says on a tab that something happened behind it.
  function tell(name) {
    if (small.matches && name !== selected) one('.dot', tab(name)).hidden = false;
  }
  for (const name of names) tab(name).addEventListener('click', () => select(name));
  tabs.addEventListener('keydown', (event) => {
    const other = { ArrowLeft: -1, ArrowRight: 1, Home: -2, End: 2 }[event.key];
    if (!other) return;
    event.preventDefault();
    const to = other === -2 ? 0 : other === 2 ? 1 : 1 - names.indexOf(selected);
    select(names[to]);
    tab(names[to]).focus();
  });
  small.addEventListener('change', arrange);
  arrange();
  meet(); // the blog may have been quicker than this script
})();
