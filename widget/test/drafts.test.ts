// What the browser keeps, with a storage of our own in place of the browser's.

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { Drafts, keep, Receipts, recall } from '../src/drafts.ts';

const DAY_MS = 86_400_000;
let stored: Record<string, string> = {};

function provide(storage: unknown): void {
  Object.defineProperty(globalThis, 'localStorage', { get: () => storage, configurable: true });
}

/** Lists its names as a browser's storage does: as its own keys. */
const plain = () =>
  new Proxy(stored, {
    get: (_, name) =>
      ({
        getItem: (key: string) => stored[key] ?? null,
        setItem: (key: string, value: string) => void (stored[key] = value),
        removeItem: (key: string) => void delete stored[key],
      })[name as 'getItem'],
  });

beforeEach(() => {
  stored = {};
  provide(plain());
});

test('a draft is kept for its box and page, with its key, until it is empty', () => {
  const drafts = new Drafts('demo:/hello');
  drafts.write('new', 'Hi', 'k');
  drafts.write('r81', 'There');
  assert.deepEqual([drafts.read('new')?.text, drafts.read('new')?.key], ['Hi', 'k']);
  assert.deepEqual(drafts.boxes().sort(), ['new', 'r81']);
  assert.equal(new Drafts('demo:/other').read('new'), null);
  drafts.write('new', '');
  assert.deepEqual(drafts.boxes(), ['r81']);
});

test('a draft dies after thirty days, and the oldest go when there are too many letters', () => {
  const drafts = new Drafts('demo:/hello');
  keep('draft:demo:/old:new', { text: 'old', at: Date.now() - 31 * DAY_MS });
  keep('draft:demo:/big:new', { text: 'x'.repeat(40_000), at: Date.now() - 2000 });
  keep('draft:demo:/bigger:new', { text: 'x'.repeat(30_000), at: Date.now() - 1000 });
  assert.equal(new Drafts('demo:/old').read('new'), null);
  drafts.write('new', 'y');
  assert.deepEqual(Object.keys(stored).sort(), ['rejoinder:draft:demo:/bigger:new', 'rejoinder:draft:demo:/hello:new']);
});

test('damaged and foreign values read as nothing', () => {
  stored['rejoinder:draft:demo:/hello:new'] = '{"text":';
  assert.equal(new Drafts('demo:/hello').read('new'), null);
  stored['rejoinder:draft:demo:/hello:new'] = '{"text":7,"at":9999999999999}';
  assert.equal(new Drafts('demo:/hello').read('new'), null);
});

test('receipts stand with their page, newest first, without repeats, at most fifty', () => {
  const receipts = new Receipts('demo');
  assert.equal(receipts.latest(), undefined);
  receipts.add('/a', '1.x');
  receipts.add('/b', '2.x');
  receipts.add('/a', '3.x');
  receipts.add('/a', '1.x');
  assert.deepEqual(receipts.of('/a'), ['1.x', '3.x']);
  assert.equal(receipts.latest(), '1.x');
  for (let id = 10; id < 70; id++) receipts.add('/a', `${id}.x`);
  assert.equal(receipts.of('/a').length, 50);
  receipts.write('/a', []);
  assert.deepEqual([receipts.of('/a'), receipts.latest()], [[], '2.x']);
});

test('a storage that throws or is missing loses nothing but memory', () => {
  const angry = new Proxy({}, { get: () => () => { throw new Error('refused'); }, ownKeys: () => { throw new Error('refused'); } });
  for (const storage of [angry, undefined]) {
    provide(storage);
    const drafts = new Drafts('demo:/hello');
    drafts.write('new', 'Hi');
    assert.equal(drafts.read('new'), null);
    assert.deepEqual(drafts.boxes(), []);
    assert.equal(recall('me', 'nobody'), 'nobody');
  }
  Object.defineProperty(globalThis, 'localStorage', { get: () => { throw new Error('denied'); }, configurable: true });
  new Drafts('demo:/hello').write('new', 'Hi');
  assert.equal(recall('me', 'nobody'), 'nobody');
});
