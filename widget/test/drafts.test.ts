// What the browser keeps, with a storage of our own in place of the browser's.

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { draftsOf, keep, keepDraft, keepReceipts, listDrafts, pruneDrafts, recall, receiptsOf, type Draft } from '../src/drafts.ts';

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

const HERE = draftsOf('demo', '/hello');
const read = (name: string) => recall<Draft | null>(name, null);

test('a draft is kept for its box and page, with its key, until it is empty', () => {
  keepDraft(`${HERE}new`, 'Hi', 'k');
  keepDraft(`${HERE}r81`, 'There');
  assert.deepEqual([read(`${HERE}new`)?.text, read(`${HERE}new`)?.key], ['Hi', 'k']);
  assert.deepEqual(listDrafts(HERE).sort(), [`${HERE}new`, `${HERE}r81`]);
  assert.deepEqual(listDrafts(draftsOf('demo', '/other')), []);
  keepDraft(`${HERE}new`, '');
  assert.deepEqual(listDrafts(HERE), [`${HERE}r81`]);
});

test('a draft dies after thirty days, and the oldest go when there are too many letters', () => {
  keep('draft:demo:/old:new', { text: 'old', at: Date.now() - 31 * DAY_MS });
  keep('draft:demo:/big:new', { text: 'x'.repeat(40_000), at: Date.now() - 2000 });
  keep('draft:demo:/bigger:new', { text: 'x'.repeat(30_000), at: Date.now() - 1000 });
  keep('draft:demo:/odd:new', 7);
  keep('me', { name: 'Ada' });
  pruneDrafts();
  assert.deepEqual(Object.keys(stored).sort(), ['rejoinder:draft:demo:/bigger:new', 'rejoinder:me']);
});

test('damaged values read as nothing', () => {
  stored['rejoinder:me'] = '{"name":';
  assert.equal(recall('me', 'nobody'), 'nobody');
});

test('receipts stand with their page, the newest first, at most fifty', () => {
  const add = (page: string, receipt: string) => keepReceipts('demo', page, (known) => [receipt, ...known]);
  add('/a', '1.x');
  add('/b', '2.x');
  add('/a', '3.x');
  assert.deepEqual(receiptsOf('demo'), { '/a': ['3.x', '1.x'], '/b': ['2.x'] });
  assert.deepEqual(Object.keys(receiptsOf('demo')), ['/a', '/b']);
  for (let id = 10; id < 70; id++) add('/a', `${id}.x`);
  assert.equal(receiptsOf('demo')['/a']!.length, 50);
  keepReceipts('demo', '/a', () => []);
  assert.deepEqual(receiptsOf('demo'), { '/b': ['2.x'] });
  assert.deepEqual(receiptsOf('other'), {});
});

test('a storage that throws or is missing loses nothing but memory', () => {
  const refuse = () => {
    throw new Error('refused');
  };
  const angry = new Proxy({}, { get: () => refuse, ownKeys: refuse });
  for (const storage of [angry, undefined]) {
    provide(storage);
    keepDraft(`${HERE}new`, 'Hi');
    keepReceipts('demo', '/a', () => ['1.x']);
    assert.equal(read(`${HERE}new`), null);
    assert.deepEqual([listDrafts(HERE), receiptsOf('demo')], [[], {}]);
  }
  Object.defineProperty(globalThis, 'localStorage', { get: refuse, configurable: true });
  keepDraft(`${HERE}new`, 'Hi');
  assert.equal(recall('me', 'nobody'), 'nobody');
});
