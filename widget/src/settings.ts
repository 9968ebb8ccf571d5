// What the owner of a page says in attributes. This file alone reads them.

export const NAME = 'rejoinder';
export const MOUNT = `[data-${NAME}-thread]`;
export const TAG = `${NAME}-thread`;

export interface Settings {
  site: string;
  page: string;
  url: string;
  title: string;
  lang: string;
  theme: string;
  sort: string;
  load: string;
  depth: number;
  heading: number;
  form: string;
  live: string;
  minHeight: string;
  /** The one sentence the script brings itself: it is needed when nothing could be loaded. */
  labelError: string;
}

/** What `Rejoinder` offers as properties of the element, and reads as attributes of the same name. */
export const PROPERTIES = ['site', 'page', 'url', 'theme', 'sort', 'load', 'depth', 'heading', 'form', 'live'] as const;

/** The text of one setting: the element wins over the mount around it, the mount over the script. */
export function setting(name: string, element: Element | null, script: Element | null): string {
  const data = `data-${name}`;
  return (
    element?.getAttribute(name) ??
    element?.getAttribute(data) ??
    element?.closest(MOUNT)?.getAttribute(data) ??
    script?.getAttribute(data) ??
    ''
  );
}

const oneOf = (value: string, ...words: string[]): string => (words.includes(value) ? value : words[0]!);

const within = (value: string, usual: number, least: number, most: number): number =>
  /^\d+$/.test(value) ? Math.min(most, Math.max(least, +value)) : usual;

const inHead = (selector: string, attribute: string): string =>
  document.querySelector(selector)?.getAttribute(attribute) ?? '';

export function readSettings(element: HTMLElement, script: Element | null): Settings {
  const read = (name: string) => setting(name, element, script).trim();
  return {
    site: read('site'),
    page: read('page'),
    url: new URL(read('url') || inHead('link[rel~=canonical][href]', 'href') || location.href, document.baseURI).href,
    title: read('title') || inHead('meta[property="og:title"]', 'content') || document.title,
    lang: read('lang') || element.closest('[lang]')?.getAttribute('lang') || 'en',
    theme: oneOf(read('theme'), 'auto', 'light', 'dark'),
    sort: read('sort'),
    load: oneOf(read('load'), 'near', 'eager', 'click', 'manual'),
    depth: within(read('depth'), 4, 1, 6),
    heading: within(read('heading'), 2, 2, 4),
    form: oneOf(read('form'), 'bottom', 'top', 'off'),
    live: oneOf(read('live'), 'poll', 'off'),
    minHeight: read('min-height') || '100vh',
    labelError: read('label-error') || 'The comments are not here yet. Try again',
  };
}
