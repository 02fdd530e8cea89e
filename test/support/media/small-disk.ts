/** A file system of a test's own in a file, which can be made to stand still: `fsfreeze` holds every write until it thaws. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class SmallDisk {
  readonly folder: string;
  readonly #work: string;

  private constructor(folder: string, work: string) {
    this.folder = folder;
    this.#work = work;
  }

  /** Undefined where this process may not mount (a user namespace). */
  static async mount(bytes: number): Promise<SmallDisk | undefined> {
    const work = await mkdtemp(join(tmpdir(), 'halina-disk-'));
    const [image, folder] = [join(work, 'image'), join(work, 'disk')];
    await writeFile(image, '');
    await truncate(image, bytes);
    run('mkdir', folder);
    run('mkfs.ext4', '-q', '-F', image);
    if (spawnSync('mount', ['-o', 'loop', image, folder], { stdio: 'ignore' }).status === 0)
      return new SmallDisk(folder, work);
    await rm(work, { recursive: true });
    return undefined;
  }

  freeze(): void {
    run('fsfreeze', '--freeze', this.folder);
  }

  thaw(): void {
    run('fsfreeze', '--unfreeze', this.folder);
  }

  async close(): Promise<void> {
    spawnSync('fsfreeze', ['--unfreeze', this.folder], { stdio: 'ignore' }); // after a test that failed
    run('umount', this.folder);
    await rm(this.#work, { recursive: true });
  }
}

function run(command: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
