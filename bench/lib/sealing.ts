/** What sealing costs: recordings written and read through the door, blocks of spools, a keystore that is written anew. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { newCallId } from '../../src/base/call-id.js';
import type { FileStore } from '../../src/journal/file-store.js';
import { KeyStore } from '../../src/vault/keystore.js';
import { MasterKey } from '../../src/vault/master-key.js';
import { newSealKey, ringOf } from '../../src/vault/seal-key.js';
import { SoundFiles } from '../../src/vault/sound-files.js';
import { SpoolSealer } from '../../src/vault/spool-sealer.js';

const FILES = 40;
const FILE_BYTES = 4_000_000;
const WRITE_BYTES = 128 * 1024;
/** Of G.711 both ways in blocks of 0.8 s: 80 packets of 216 bytes with their headers. */
const BLOCK_BYTES = 17_280;
const BLOCKS_PER_S = 1.25;
const BLOCKS = 20_000;
const KEYS = 100_000;

interface Spent {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function spent(work: () => Promise<void> | void): Promise<Spent> {
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await work();
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

/** By name, with the unit as its suffix. */
export async function sealingCosts(files: FileStore, folder: string): Promise<Record<string, number>> {
  await files.makeFolder(folder);
  return { ...(await recordings(files, folder)), ...spools(), ...(await keystore(files, folder)) };
}

async function recordings(files: FileStore, folder: string): Promise<Record<string, number>> {
  const sound = randomBytes(FILE_BYTES);
  const keys = Array.from({ length: FILES }, () => newSealKey('recording', newCallId(Date.now())));
  const path = (n: number): string => join(folder, `${n}.mp3`);
  const door = new SoundFiles(files, ringOf(keys));
  const writing = (sealed: boolean) =>
    spent(async () => {
      for (const [n, key] of keys.entries()) {
        await files.remove(path(n));
        const writer = await door.createRecording(path(n), sealed ? key : undefined);
        for (let at = 0; at < FILE_BYTES; at += WRITE_BYTES)
          await writer.write(sound.subarray(at, at + WRITE_BYTES), at);
        await writer.finish();
        await writer.close();
      }
    });
  const plain = await writing(false);
  const sealed = await writing(true);
  const reading = await spent(async () => {
    for (const n of keys.keys()) {
      const file = await door.openRecording(path(n));
      for (let at = 0; at < file.bytes; at += WRITE_BYTES) await file.read(at, WRITE_BYTES);
      await file.close();
    }
  });
  const mb = (FILES * FILE_BYTES) / 1e6;
  return {
    encryptMbPerS: mb / sealed.seconds,
    'encryptMbPerS.plainForComparison': mb / plain.seconds,
    encryptCpuMsPerMb: (1000 * (sealed.cpuSeconds - plain.cpuSeconds)) / mb,
    decryptMbPerS: mb / reading.seconds,
  };
}

function spools(): Record<string, number> {
  const block = new Uint8Array(new SharedArrayBuffer(BLOCK_BYTES));
  const sealer = new SpoolSealer(newSealKey('spool', newCallId(Date.now())), 0);
  const cpu = process.cpuUsage();
  for (let n = 0; n < BLOCKS; n++) Buffer.concat(sealer.seal(block, false));
  const { user, system } = process.cpuUsage(cpu);
  const usPerBlock = (user + system) / BLOCKS;
  return { sealCpuUsPerSpoolBlock: usPerBlock, sealCpuUsPerSpoolSecond: usPerBlock * BLOCKS_PER_S };
}

async function keystore(files: FileStore, folder: string): Promise<Record<string, number>> {
  const store = await KeyStore.open({ files, folder: join(folder, 'keys'), master: new MasterKey(randomBytes(32)) });
  const one: number[] = [];
  for (let n = 0; n < 200; n++)
    one.push((await spent(async () => void (await store.make('recording', newCallId(n))))).seconds);
  await Promise.all(Array.from({ length: KEYS }, (_, n) => store.make('recording', newCallId(1000 + n))));
  const first = [...store.names()][0];
  if (first) store.drop(first.owner);
  const renewal = await spent(async () => void (await store.destroy()));
  one.sort((a, b) => a - b);
  return { keyMakeMsP50: 1000 * (one[100] ?? Number.NaN), 'keystoreRenewalSeconds.keys100000': renewal.seconds };
}
