// Where the script begins: registers the element, offers `Rejoinder`, mounts what the page asks for.

import { MOUNT, TAG } from './name.ts';
import { script } from './origin.ts';
import { setting } from './settings.ts';
import { fillTotals } from './totals.ts';
import { ThreadElement } from './view/element.ts';

declare const VERSION: string;

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
  // Loaded twice, the script that came first does everything.
  if (customElements.get(TAG)) return;
  const totals = (root: ParentNode = document) => fillTotals(setting('site'), root);
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
  void totals();
  if (setting('auto') === 'off') return;
  document.querySelectorAll(setting('target') || MOUNT).forEach((mount) => mountIn(mount));
  if (document.querySelector(TAG)) return;
  // Without a mount the thread goes right behind the script.
  const element = document.createElement(TAG);
  if (document.body.contains(script)) script.after(element);
  else document.body.append(element);
}

// Before the end of the page its mounts may not be there yet.
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', start);
else start();
