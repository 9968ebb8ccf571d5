// Everything one file of tests plays on: a server, a blog on another origin, a proxy between them, a browser.

import { after } from 'node:test';

import { chromium } from 'playwright-core';

import { Author } from './author.js';
import { Faults } from './faults.js';
import { Host, tag } from './host.js';
import { Reader } from './reader.js';
import { Server } from './server.js';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SWITCHES = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export const chromiumWith = (args) => chromium.launch({ executablePath: CHROMIUM, args: [...SWITCHES, ...args] });

/** Starts it all; it ends with the file's last test. `sites` are rules by key; `blog` is always one of them. */
export async function stage({ sites = {}, limits, settings, args = [] } = {}) {
  const host = await Host.start();
  const withOrigin = ([key, rules]) => [key, { origins: [host.origin], ...rules }];
  const server = await Server.start({ limits, settings, sites: Object.fromEntries(Object.entries({ blog: {}, ...sites }).map(withOrigin)) });
  const faults = await Faults.start(server);
  const browser = await chromiumWith(args);
  const play = {
    host, server, faults, browser,
    reader: (options) => Reader.arrive(browser, options),
    author: (options) => Author.enter(browser, server, options),
    /** A page of the blog with the tag in it. `through` is the proxy where a test needs one. */
    post: (path, { through = server, site, mount, script, ...rest } = {}) =>
      host.page(path, { middle: tag(through, path, { site, mount, script }), ...rest }),
  };
  after(async () => {
    await browser.close();
    await faults.stop();
    await host.stop();
    await server.stop();
  });
  return play;
}

/** Gives a test a reader who leaves when it ends, and who must not have met any trouble by then. */
export async function withReader(play, options, act) {
  const reader = await play.reader(options);
  try {
    await act(reader);
  } catch (error) {
    // What went wrong in the page is often why.
    if (reader.troubles.length) error.message += `\n${reader.troubles.join('\n')}`;
    throw error;
  } finally {
    await reader.leave();
  }
  const troubles = reader.troubles.filter(reader.isTrouble);
  if (troubles.length) throw new Error(`the reader met trouble:\n${troubles.join('\n')}`);
}
