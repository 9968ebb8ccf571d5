// What the owner of a page says in attributes. This file alone reads them.

import { MOUNT } from './name.ts';
import { script } from './origin.ts';

/** Properties of the element that mirror attributes of the same name. */
export const PROPERTIES = ['site', 'page', 'theme', 'sort', 'url', 'load', 'depth', 'heading', 'form', 'live'];

const QUESTION_CHARS_MAX = 200;

/** The text of one setting: the element wins over the mount around it, the mount over the script. */
export function setting(name: string, element?: Element): string {
  const data = `data-${name}`;
  return (
    element?.getAttribute(name) ??
    element?.getAttribute(data) ??
    element?.closest(MOUNT)?.getAttribute(data) ??
    script.getAttribute(data) ??
    ''
  );
}

export type Settings = ReturnType<typeof readSettings>;

export function readSettings(element: HTMLElement) {
  const read = (name: string, usual = '') => setting(name, element) || usual;
  return {
    site: read('site'),
    page: read('page'),
    url: read('url') || document.querySelector<HTMLLinkElement>('link[rel~=canonical]')?.href || location.href,
    title: read('title') || document.querySelector<HTMLMetaElement>('[property="og:title"]')?.content || document.title,
    lang: read('lang') || element.closest<HTMLElement>('[lang]')?.lang || 'en',
    theme: read('theme', 'auto'),
    sort: read('sort', 'oldest'),
    load: read('load', 'near'),
    depth: read('depth', '4'),
    /** How many levels the headings stand below those of the fragment, which begin with the second. */
    shift: +read('heading', '2') - 2,
    form: read('form'),
    live: read('live'),
    /** What the author would like to know from readers of this page. */
    question: [...read('ask')].slice(0, QUESTION_CHARS_MAX).join(''),
    minHeight: read('min-height', '100vh'),
    /** The one sentence the script brings itself: it is needed when nothing could be loaded. */
    labelError: read('label-error', 'The comments are not here yet. Try again'),
  };
}
