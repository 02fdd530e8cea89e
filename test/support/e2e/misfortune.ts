/**
 * What befalls a machine, brought about inside the program that is under test: loaded before it (`node --import`), in each of its
 * processes and threads. What is to go wrong stands in the file that `HALINA_MISFORTUNE` names, as JSON, and is looked
 * at again all the time, so that a test can begin and end it:
 *   { "readOnly": "/data" }       whatever would change the disk below there fails with EROFS
 *   { "unreadable": "ID.mp3" }    reading a file whose path ends so fails with EIO
 *   { "clockMs": -3600000 }       the wall clock is so much off
 */
import fs from 'node:fs';
import { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Misfortune {
  readonly readOnly?: string;
  readonly unreadable?: string;
  readonly clockMs?: number;
}

/** For the test: a file of misfortunes, and how a program is started under it. */
export class Misfortunes {
  readonly #file = join(mkdtempSync(join(tmpdir(), 'halina-misfortune-')), 'now.json');

  constructor() {
    this.now({});
  }

  now(misfortune: Misfortune): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(misfortune));
    fs.renameSync(`${this.#file}.new`, this.#file);
  }

  get options(): { env: NodeJS.ProcessEnv; nodeOptions: readonly string[] } {
    return { env: { ...process.env, HALINA_MISFORTUNE: this.#file }, nodeOptions: ['--import', import.meta.url] };
  }
}

const LOOK_MS = 50;

const failure = (code: string, path: string): Error =>
  Object.assign(new Error(`${code}: brought about by the test, '${path}'`), { code, errno: code === 'EIO' ? -5 : -30 });

class Fate {
  readonly #file: string;
  #now: Misfortune = {};
  #lookedAt = Number.NEGATIVE_INFINITY;
  readonly #readFile = fs.readFileSync;

  constructor(file: string) {
    this.#file = file;
  }

  get now(): Misfortune {
    const at = performance.now();
    if (at - this.#lookedAt < LOOK_MS) return this.#now;
    this.#lookedAt = at;
    this.#now = JSON.parse(this.#readFile(this.#file, 'utf8')) as Misfortune;
    return this.#now;
  }

  mayChange(path: unknown): void {
    const { readOnly } = this.now;
    if (readOnly !== undefined && String(path).startsWith(readOnly)) throw failure('EROFS', String(path));
  }

  mayRead(path: unknown): void {
    const { unreadable } = this.now;
    if (unreadable !== undefined && String(path).endsWith(unreadable)) throw failure('EIO', String(path));
  }
}

type Any = (...args: unknown[]) => unknown;
type Functions = Record<string, Any>;

/** Lets `before` see the arguments of a function, and throw in its place. */
function guard(of: Functions, name: string, before: (...args: unknown[]) => void, isAsync: boolean): void {
  const original = of[name];
  if (!original) return;
  of[name] = function guarded(this: unknown, ...args: unknown[]): unknown {
    try {
      before.apply(this, args);
    } catch (error) {
      if (isAsync) return Promise.reject(error);
      throw error;
    }
    return original.apply(this, args);
  };
}

const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = fs.constants;
const changes = (flags: unknown): boolean =>
  typeof flags === 'string'
    ? /[wa+]/.test(flags)
    : (Number(flags) & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND)) !== 0;

function bringAbout(fate: Fate): void {
  const [sync, promises] = [fs, fs.promises] as unknown as [Functions, Functions];
  const paths = new WeakMap<object, string>();
  const descriptors = new Map<number, string>();
  const open = promises['open'] as Any;
  promises['open'] = async (path, flags, mode) => {
    if (changes(flags) && !fs.existsSync(String(path))) fate.mayChange(path);
    const handle = (await open(path, flags, mode)) as object;
    paths.set(handle, String(path));
    return handle;
  };
  const openSync = sync['openSync'] as Any;
  sync['openSync'] = (path, flags, mode) => {
    if (changes(flags)) fate.mayChange(path);
    const fd = openSync(path, flags, mode) as number;
    descriptors.set(fd, String(path));
    return fd;
  };
  for (const name of ['rename', 'unlink', 'mkdir', 'rmdir'])
    guard(promises, name, (path) => fate.mayChange(path), true);
  for (const name of ['writeSync', 'writevSync', 'ftruncateSync'])
    guard(sync, name, (fd) => fate.mayChange(descriptors.get(Number(fd))), false);
  const probe = fs.openSync(import.meta.filename, 'r');
  fs.closeSync(probe);
  void (open(import.meta.filename, 'r') as Promise<object & { close(): Promise<void> }>).then(async (handle) => {
    const prototype = Object.getPrototypeOf(handle) as Functions;
    function ofHandle(check: (path: unknown) => void): (this: unknown) => void {
      return function checked(this: unknown) {
        check(paths.get(this as object));
      };
    }
    guard(
      prototype,
      'read',
      ofHandle((path) => fate.mayRead(path)),
      true,
    );
    for (const name of ['write', 'truncate', 'datasync', 'sync'])
      guard(
        prototype,
        name,
        ofHandle((path) => fate.mayChange(path)),
        true,
      );
    await handle.close();
  });
  const now = Date.now;
  Date.now = () => now() + (fate.now.clockMs ?? 0);
  syncBuiltinESMExports();
}

const file = process.env['HALINA_MISFORTUNE'];
if (file !== undefined) bringAbout(new Fate(file));
