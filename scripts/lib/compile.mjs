// Compiling: tsc, only where a source changed, and outputs whose source is gone are taken away, so that no test runs on
// that was deleted.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot, root, runQuietly, say } from './steps.mjs';

const tsc = inRoot('node_modules/typescript-native/bin/tsc');

function isUpToDate() {
  const { stdout } = spawnSync(process.execPath, [tsc, '-b', '--dry', '--verbose'], { cwd: root, encoding: 'utf8' });
  return / is up to date/.test(stdout);
}

function removeOrphans() {
  for (const room of ['src', 'test', 'bench']) {
    const folder = inRoot('dist', room);
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.js')) continue;
      const stem = name.slice(0, -'.js'.length);
      if (existsSync(inRoot(room, `${stem}.ts`))) continue;
      rmSync(join(folder, name));
      rmSync(join(folder, `${name}.map`), { force: true });
    }
  }
}

export function compile() {
  if (!isUpToDate()) {
    say('compiling TypeScript');
    runQuietly(process.execPath, [tsc, '-b'], 'compiling');
  }
  removeOrphans();
}
