// Node packages: `npm ci`, only where what is installed is not what package-lock.json asks for. npm keeps a list of what
// it installed in node_modules/.package-lock.json, written last of all, so no mark of our own is needed.
import { existsSync } from 'node:fs';
import { inRoot, readJson, runQuietly, say } from './steps.mjs';

/** Whether every package of the lock file (but those for other systems) is installed in the locked version. */
export function upToDate(lock, installed) {
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed.packages[path];
    return found ? found.version === wanted.version : wanted.optional === true;
  });
}

export function installNodeModules() {
  const list = inRoot('node_modules/.package-lock.json');
  if (existsSync(list) && upToDate(readJson(inRoot('package-lock.json')), readJson(list))) return;
  say('installing the Node packages of package-lock.json (npm ci)');
  // Install scripts stay off: no package here needs one, and none shall run code on the machine unseen.
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  runQuietly('npm', ['ci', '--include=dev', '--ignore-scripts', ...quiet], 'npm ci');
}
