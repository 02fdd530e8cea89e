/**
 * What the archive needs to keep sound sealed: the door to the files, the keystore behind it, and whether new files are
 * sealed. Where encryption is off and no key was ever given, it is the door alone.
 */
import type { FileStore } from '../journal/file-store.js';
import { plainWithin, sealedBytes, type SealKind } from './format.js';
import type { KeyStore } from './keystore.js';
import type { SealKey } from './seal-key.js';
import { SoundFiles } from './sound-files.js';

export class Vault {
  /** The one door to recordings and spools. */
  readonly sound: SoundFiles;
  /** Undefined where no master key is configured. */
  readonly keys: KeyStore | undefined;
  /** Whether what is made from now on is sealed. */
  readonly seals: boolean;

  constructor(files: FileStore, keys?: KeyStore, { seals = keys !== undefined } = {}) {
    this.sound = new SoundFiles(files, keys);
    this.keys = keys;
    this.seals = seals && keys !== undefined;
  }

  /** A key for what is about to be made; undefined where it is not to be sealed. Durable when it resolves. */
  async newKey(kind: SealKind, owner: string): Promise<SealKey | undefined> {
    return this.seals ? this.keys?.make(kind, owner) : undefined;
  }

  /** The keys of a call's spool, for who encodes it. */
  spoolKeys(owner: string): SealKey[] {
    return this.keys?.keysOf('spool', owner) ?? [];
  }

  /** What was sealed with the call's keys is not there any more. */
  drop(owner: string, kind?: SealKind): void {
    this.keys?.drop(owner, kind);
  }

  /** Bytes on the disk of a recording of `plain` bytes that is made from now on. */
  storedBytes(plain: number): number {
    return this.seals ? sealedBytes(plain) : plain;
  }

  /** The longest recording that takes at most `stored` bytes on the disk. */
  plainWithin(stored: number): number {
    return this.seals ? plainWithin(stored) : stored;
  }
}
