// Where the script begins: registers the element, offers `Rejoinder`, mounts what the page asks for.

import { MOUNT, NAME, setting, TAG } from './settings.ts';
import { fillTotals } from './totals.ts';
import { origin, ThreadElement } from './view/element.ts';

declare const VERSION: string;

const script =
  (document.currentScript as HTMLScriptElement | null) ?? document.querySelector<HTMLScriptElement>('script[src*="/embed.js"]');

/** The thread in a mount: the one that is there, or a new one that shows the link until it has loaded. */
function mountIn(mount: Element, options: Record<string, unknown> = {}): Element {
  let element = mount.querySelector(TAG);
  if (!element) {
    element = document.createElement(TAG);
    element.append(...mount.childNodes);
  }
  for (const name in options) element.setAttribute(`data-${name}`, `${options[name]}`);
  if (!element.isConnected) mount.append(element);
  return element;
}

function start(): void {
  const isFirst = !customElements.get(TAG);
  if (isFirst) {
    const totals = (root: ParentNode = document) => fillTotals(origin.base, setting('site', null, script), root);
    origin.script = script;
    origin.base = (script?.src ?? '').replace(/(v\/[^/]+\/)?embed\.js.*/, '');
    customElements.define(TAG, ThreadElement);
    Object.assign(window, {
      Rejoinder: {
        version: VERSION,
        mount(target: string | Element = MOUNT, options?: Record<string, unknown>) {
          const mount = typeof target === 'string' ? document.querySelector(target) : target;
          return mount && mountIn(mount, options);
        },
        totals,
        theme: (theme: string) => document.querySelectorAll(TAG).forEach((each) => each.setAttribute('theme', theme)),
      },
    });
    if (document.querySelector(`[data-${NAME}-total]`)) void totals();
  }
  if (setting('auto', null, script) === 'off') return;
  document.querySelectorAll(setting('target', null, script) || MOUNT).forEach((mount) => mountIn(mount));
  // Without a mount the thread goes right behind the script.
  if (isFirst && script && !document.querySelector(TAG)) {
    const element = document.createElement(TAG);
    if (document.body.contains(script)) script.after(element);
    else document.body.append(element);
  }
}

// Before the end of the page its mounts may not be there yet.
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', start);
else start();
