// What the steps of the set-up share: where the project is, a line for each thing done, and how a step gives up.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');
export const inRoot = (...names) => join(root, ...names);
export const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Thrown where the set-up cannot go on; the message says what the person can do. */
export class Stop extends Error {}

export const say = (text) => console.log(`halina setup: ${text}`);

/** What a program said, as far as a person reads: mistakes stand at the beginning, advice for everyone after. */
function beginning(text, lines = 30) {
  const all = text.split('\n');
  return all.length > lines ? `${all.slice(0, lines).join('\n')}\n… (${all.length - lines} more lines)` : text;
}

/** Runs a program in the project's folder, quietly; what it printed is shown only when it fails. */
export function runQuietly(program, args, what) {
  const result = spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.error) throw new Stop(`${what} failed: ${result.error.message}`);
  if (result.status !== 0) throw new Stop(`${what} failed:\n${beginning(`${result.stdout}${result.stderr}`.trim())}`);
}

/** `^20.19` style ranges are not needed: package.json says `>=MAJOR.MINOR`. */
export function requireNode(version = process.versions.node) {
  const needed = readJson(inRoot('package.json')).engines.node.replace('>=', '');
  const [have, want] = [version, needed].map((text) => text.split('.').map(Number));
  const newer = have[0] > want[0] || (have[0] === want[0] && have[1] >= want[1]);
  if (!newer)
    throw new Stop(`Node ${needed} or newer is needed and this is ${version}: https://nodejs.org/en/download`);
}
