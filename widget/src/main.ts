// Where the script begins: registers the element, offers `Rejoinder`, mounts what the page asks for.

import { MOUNT, NAME, setting, TAG } from './settings.ts';
import { fillTotals } from './totals.ts';
import { origin, ThreadElement } from './view/element.ts';

declare const VERSION: string;

type Target = string | Element | null | undefined;

const NAME_OF_GLOBAL = 'Rejoinder';

const script =
  (document.currentScript as HTMLScriptElement | null) ?? document.querySelector<HTMLScriptElement>('script[src*="/embed.js"]');

/** The thread in a mount: the one that is there, or a new one that shows the link until it has loaded. */
function mountIn(mount: Element, options: Record<string, unknown>): HTMLElement {
  const there = mount.querySelector<HTMLElement>(TAG);
  const element = there ?? document.createElement(TAG);
  for (const [name, value] of Object.entries(options)) element.setAttribute(`data-${name}`, String(value));
  if (!there) {
    element.append(...mount.childNodes);
    mount.append(element);
  }
  return element;
}

function start(): void {
  const isLate = !!customElements.get(TAG);
  if (!isLate) {
    origin.script = script;
    origin.base = new URL((script?.src ?? '').replace(/(v\/[^/]+\/)?embed\.js.*$/, ''), location.href).href;
    customElements.define(TAG, ThreadElement);
    const totals = (root: ParentNode = document) => fillTotals(origin.base, setting('site', null, script), root);
    const api = {
      version: VERSION,
      mount: (target?: Target, options: Record<string, unknown> = {}) => {
        const mount = typeof target === 'object' ? target : document.querySelector(target ?? MOUNT);
        return mount && mountIn(mount, options);
      },
      totals,
      theme: (theme: string) => document.querySelectorAll(TAG).forEach((each) => each.setAttribute('theme', theme)),
    };
    Object.defineProperty(window, NAME_OF_GLOBAL, { value: Object.freeze(api), configurable: true });
    if (document.querySelector(`[data-${NAME}-total]`)) void totals();
  }
  if (setting('auto', null, script) === 'off') return;
  const mounts = document.querySelectorAll(setting('target', null, script) || MOUNT);
  mounts.forEach((mount) => mountIn(mount, {}));
  if (mounts.length || !script || isLate || document.querySelector(TAG)) return;
  const element = document.createElement(TAG);
  if (document.body?.contains(script)) script.after(element);
  else document.body.append(element);
}

// Before the end of the page its mounts may not be there yet.
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', start);
else start();
