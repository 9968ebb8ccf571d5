// The pure part of a thread.

import assert from 'node:assert/strict';
import test from 'node:test';
import { ago, arrivalText, commentInHash, countLetters, originsCommand, readTexts, standsBefore } from '../src/thread.ts';

const texts = readTexts('new.one {n} new comment\nnew.other {n} new comments\nanswer.one {n} new answer\ntitle.zero None\ntitle.other {n}\nto To {name}\n', 'en');

test('numbers choose their form and names stand in their place', () => {
  assert.equal(texts('new', 1), '1 new comment');
  assert.equal(texts('new', 1200), '1,200 new comments');
  assert.equal(texts('title', 0), 'None');
  assert.equal(texts('title', 1), '1');
  assert.equal(texts('to', undefined, 'A $& B'), 'To A $& B');
  assert.equal(texts('missing'), '');
});

test('only answers of the author are called answers', () => {
  assert.equal(arrivalText(texts, 1, 1), '1 new answer');
  assert.equal(arrivalText(texts, 2, 1), '2 new comments');
});

test('an address points at a comment or it does not', () => {
  assert.equal(commentInHash('#comment-81'), '81');
  for (const other of ['', '#', '#thread', '#comment-', '#comment-081', '#comment-8x', '#comment-81/2', '#xcomment-81'])
    assert.equal(commentInHash(other), '', other);
});

test('comments stand in the order of their ids, even beyond what numbers hold', () => {
  assert.ok(standsBefore('9', '10', false) && !standsBefore('10', '9', false));
  assert.ok(standsBefore('10', '9', true) && !standsBefore('9', '10', true));
  assert.ok(standsBefore('9007199254740992', '9007199254740993', false));
  assert.ok(!standsBefore('7', '7', false) && !standsBefore('7', '7', true));
});

test('times are told in the largest unit that fits, and never from the future', () => {
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  assert.equal(ago(-5, words), 'now');
  assert.equal(ago(59, words), 'now');
  assert.equal(ago(60, words), '1 minute ago');
  assert.equal(ago(7199, words), '1 hour ago');
  assert.equal(ago(86_400, words), 'yesterday');
  assert.equal(ago(40_000_000, words), 'last year');
});

test('an emoji is one letter', () => assert.equal(countLetters('a😀é'), 3));

test('the command for the owner keeps the origins that are listed', () => {
  assert.equal(originsCommand('demo', '', 'http://localhost:81'), 'rejoinder site set demo origins=http://localhost:81');
  assert.equal(originsCommand('demo', 'https://a.example', 'http://b'), 'rejoinder site set demo origins=https://a.example,http://b');
});
