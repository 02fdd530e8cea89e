/** Compiles the C peers once per change of their source, into dist/peers. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../../..');

/** The path of the compiled `rtp-peer`. Needs a C compiler. */
export function rtpPeerBinary(): string {
  const source = join(root, 'test/support/peers/rtp-peer.c');
  const binary = join(root, 'dist/peers/rtp-peer');
  if (!existsSync(binary) || statSync(binary).mtimeMs < statSync(source).mtimeMs) {
    mkdirSync(join(root, 'dist/peers'), { recursive: true });
    const part = `${binary}.${process.pid}`; // tests that run beside one another may all find it missing
    execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-o', part, source, '-lm'], { stdio: 'inherit' });
    renameSync(part, binary);
  }
  return binary;
}
