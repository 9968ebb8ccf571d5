// axe-core, put into a page for the length of one check.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** No rule of WCAG 2.2 A and AA and no best practice is broken on this page. */
export async function assertAccessible(page, what) {
  // Evaluated and not added as a script, so that pages with a policy can be checked too.
  await page.evaluate(`${SOURCE};0`);
  const { violations, passes } = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: 'tag', values }, rules: { 'target-size': { enabled: true } }, resultTypes: ['violations', 'passes'] }),
    TAGS,
  );
  assert(passes.length > 10, `${what}: axe looked at hardly anything`);
  const told = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.flat().join(' ')}: ${failureSummary.split('\n').slice(1).join(' ')}`));
  assert.deepEqual(told, [], what);
}

/** Nothing has to be pushed sideways to be read. */
export async function assertFits(page, what) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert(content <= window, `${what}: ${content} px of content in ${window} px`);
}

/** What can be pressed is at least this large each way; links within a sentence are excepted. */
export async function assertTargets(page, least, what) {
  const small = await page.evaluate((px) => {
    const all = (root) => [...root.querySelectorAll('*')].flatMap((each) => [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])]);
    return all(document)
      .filter((each) => each.matches('button, select, summary, textarea, input:not([type=hidden]), a[href]') && each.checkVisibility({ visibilityProperty: true }))
      .filter((each) => !each.closest('.trap, .unseen, .skip, p:not(.actions, .links, .back), .body, h3'))
      .map((each) => [each, each.getBoundingClientRect()])
      .filter(([, { width, height }]) => width > 0 && (width < px - 0.01 || height < px - 0.01))
      .map(([each, { width, height }]) => `${each.localName}.${each.className} “${each.textContent.trim().slice(0, 30)}” ${width.toFixed(1)}×${height.toFixed(1)}`);
  }, least);
  assert.deepEqual(small, [], what);
}
