// Where the shared test data lies, and how its files are read.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(process.env.REJOINDER_CORPORA ?? new URL('../../../../shared', import.meta.url).pathname, 'corpora');

/** The lines of a JSON Lines file below the corpora. Without them a suite says that it was left out; where `CI=true` that is a failure. */
export function corpus(suite, file) {
  const path = join(FOLDER, file);
  if (existsSync(path)) return readFileSync(path, 'utf8').split('\n').filter((line) => line.trim()).map((line) => JSON.parse(line));
  if (process.env.CI === 'true') throw new Error(`${suite}: no test data in ${FOLDER}; set REJOINDER_CORPORA`);
  console.log(`${suite}: left out, there is no test data in ${FOLDER}`);
  return null;
}
