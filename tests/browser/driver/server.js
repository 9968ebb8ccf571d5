// The real program in a folder of its own, on a free port. Sites exist before it starts; readers and authors
// whom no test watches write through the JSON API.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const TOP = new URL('../../..', import.meta.url).pathname;
const PROGRAM = process.env.REJOINDER_PROGRAM ?? join(TOP, 'target/checked/rejoinder');
const START_MS = 20_000;
/** Writes that wait for the disk together; more would only queue. */
const WRITERS = 24;

const run = promisify(execFile);

/** Nobody's own settings decide how the program behaves here. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('REJOINDER_')));

export class Server {
  /**
   * `sites`: rules by site key, with `origins` as a list. `limits`: true for the tests about limits. `settings`: more
   * of the program's, named like their variables.
   */
  static async start({ sites, limits = false, settings = {} }) {
    assert(existsSync(PROGRAM), `${PROGRAM} is missing: cargo build --profile checked`);
    const server = new Server();
    /** What adding a site printed, with the tag to paste. */
    server.printed = {};
    server.data = mkdtempSync(join(tmpdir(), 'rejoinder-browser-'));
    for (const [key, { origins, ...rules }] of Object.entries(sites)) {
      server.printed[key] = await server.command('site', 'add', key, ...origins.flatMap((origin) => ['--origin', origin]));
      const given = Object.entries(rules).map(([name, value]) => `${name}=${value}`);
      if (given.length) await server.command('site', 'set', key, ...given);
    }
    server.token = (await server.command('token', 'add', 'tests', '--all', '--scope', 'admin')).trim().split('\n').at(-1);
    const program = spawn(PROGRAM, ['serve', '--listen', '127.0.0.1:0', '--data', server.data], {
      env: { ...environment, ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [`REJOINDER_${name}`, value])), REJOINDER_LIMITS_ENABLED: String(limits), REJOINDER_LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    server.program = program;
    server.ended = new Promise((resolve) => program.once('exit', resolve));
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the server did not say where it listens within ${START_MS} ms`)), START_MS);
      program.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
      createInterface({ input: program.stdout }).on('line', (line) => {
        server.origin ??= /listening on (http:\S+)/.exec(line)?.[1];
        server.setUp ??= /(http:\S+\/admin\/setup\?code=\S+)/.exec(line)?.[1];
        // The empty line after the tag is the last that it prints.
        if (server.origin && server.setUp && !line.trim()) {
          clearTimeout(late);
          resolve();
        }
      });
    });
    return server;
  }

  async stop() {
    this.program.kill('SIGTERM');
    await this.ended;
    rmSync(this.data, { recursive: true });
  }

  /** Runs one command of the program; gives what it prints. */
  async command(...words) {
    const { stdout } = await run(PROGRAM, [...words, '--data', this.data], { env: environment });
    return stdout;
  }

  async ask(method, path, fields, bearer) {
    const headers = { ...(fields && { 'content-type': 'application/json' }), ...(bearer && { authorization: `Bearer ${bearer}` }) };
    const answer = await fetch(`${this.origin}${path}`, { method, headers, ...(fields && { body: JSON.stringify(fields) }) });
    return { status: answer.status, body: await answer.json() };
  }

  /** Writes a comment as somebody with a browser elsewhere; gives what the server answered, whatever it is. */
  try(site, fields, bearer) {
    return this.ask('POST', `/api/v1/sites/${site}/comments`, fields, bearer);
  }

  /** The same where it must be taken: gives the comment, with its receipt. */
  async submit(site, fields, bearer) {
    const { status, body } = await this.try(site, fields, bearer);
    assert.equal(status, 201, `${JSON.stringify(fields)}: ${JSON.stringify(body)}`);
    return { ...body.comment, receipt: body.receipt };
  }

  /** The author of the site answers, with the badge. */
  answer(site, fields) {
    return this.submit(site, { name: 'Hannah', ...fields }, this.token);
  }

  async decide(site, id, action) {
    const { status, body } = await this.ask('POST', `/api/v1/sites/${site}/comments/${id}/${action}`, {}, this.token);
    assert.equal(status, 200, JSON.stringify(body));
  }

  async withdraw(site, { id, receipt }) {
    const { status, body } = await this.ask('DELETE', `/api/v1/sites/${site}/comments/${id}`, undefined, receipt);
    assert.equal(status, 200, JSON.stringify(body));
  }

  /** Every comment of a page that anybody reads at first: all roots, and the first replies of each. */
  async comments(site, page) {
    const all = [];
    let cursor = '';
    do {
      const query = new URLSearchParams({ page, limit: '100', ...(cursor && { cursor }) });
      const { status, body } = await this.ask('GET', `/api/v1/sites/${site}/thread?${query}`);
      assert.equal(status, 200, JSON.stringify(body));
      all.push(...body.comments);
      cursor = body.next;
    } while (cursor);
    return all;
  }

  /** How often a text stands in the database as published or waiting. */
  async times(site, text) {
    let found = 0;
    for (const status of ['published', 'pending']) {
      const { body } = await this.ask('GET', `/api/v1/sites/${site}/comments?status=${status}`, undefined, this.token);
      found += body.comments.filter((comment) => comment.text === text).length;
    }
    return found;
  }

  /** Does one thing for each of many, a few at a time, in order of the list where the server is asked. */
  static async forEach(list, act) {
    const queue = list.entries();
    const work = async () => {
      for (const [index, each] of queue) await act(each, index);
    };
    await Promise.all(Array.from({ length: WRITERS }, work));
  }
}
