// The pure part of a thread.

import assert from 'node:assert/strict';
import test from 'node:test';
import { ago, arrivalText, commentInHash, countLetters, originsCommand, readTexts } from '../src/thread.ts';

const texts = readTexts('new.one {n} new comment\nnew.other {n} new comments\nanswer.one {n} new answer\ntitle.one {n}\ntitle.other {n}\nto To {name}\n', 'en');

test('numbers choose their form and names stand in their place', () => {
  assert.equal(texts('new', 1), '1 new comment');
  assert.equal(texts('new', 1200), '1200 new comments');
  assert.equal(texts('title', 0), '0');
  assert.equal(texts('title', 1), '1');
  assert.equal(texts('to', NaN, 'A $& B'), 'To A $& B');
  assert.equal(texts('missing'), '');
});

test('only answers of the author are called answers', () => {
  assert.equal(arrivalText(texts, 1, 1), '1 new answer');
  assert.equal(arrivalText(texts, 2, 1), '2 new comments');
});

test('an address points at a comment or it does not', () => {
  assert.equal(commentInHash('#comment-81'), '81');
  for (const other of ['', '#', '#thread', '#comment-', '#comment-8x', '#comment-81/2', '#xcomment-81'])
    assert.equal(commentInHash(other), undefined, other);
});

test('times are told in the largest unit that fits, and never from the future', () => {
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  assert.equal(ago(-5, words), 'now');
  assert.equal(ago(59, words), 'now');
  assert.equal(ago(60, words), '1 minute ago');
  assert.equal(ago(7199, words), '1 hour ago');
  assert.equal(ago(86_400, words), 'yesterday');
  assert.equal(ago(8 * 86_400, words), 'last week');
  assert.equal(ago(70 * 86_400, words), '2 months ago');
  assert.equal(ago(40_000_000, words), 'last year');
});

test('an emoji is one letter', () => assert.equal(countLetters('a😀é'), 3));

test('the command for the owner keeps the origins that are listed', () => {
  assert.equal(originsCommand('demo', '', 'http://localhost:81'), 'rejoinder site set demo origins=http://localhost:81');
  assert.equal(originsCommand('demo', 'https://a.example', 'http://b'), 'rejoinder site set demo origins=https://a.example,http://b');
});
