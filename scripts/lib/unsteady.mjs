// A machine's worst habits on purpose, so that a test which takes two things for one another's order fails here and not in
// CI: results of file operations come late (their bytes can be read before), what sockets, children and workers say comes
// late though in its order, and the event loop stands still for a while. Loaded into every Node process of a run by
//   node scripts/test.mjs --unsteady[=SEED[:HABITS]] [SUITE …]
// HABITS: `rough` (the usual), `mild` (for tests of sound and time), `disk` (each fsync takes 300 ms, all else is as it is),
// `chance` (random numbers and bytes lie where they seldom do: odd-chance.mjs), each with `-tests` after it only in the test's own process. Delays together take at most half of the time, so that no time
// limit of a test is passed by them alone.
import { ChildProcess } from 'node:child_process';
import dgram from 'node:dgram';
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { Worker, threadId } from 'node:worker_threads';
import { oddChance } from './odd-chance.mjs';

/** `often`: the share of results that are late, up to `late` ms, now and then `rarely` ms. `every`: ms between two stalls of `stall` ms. */
const habits = {
  rough: { often: 0.3, late: 40, rarely: 200, every: 500, stall: [30, 150], stallRarely: 400 },
  mild: { often: 0.1, late: 10, rarely: 40, every: 2000, stall: [2, 20], stallRarely: 60 },
  disk: { often: 0, fsync: 300 },
  chance: { odd: true },
};
const [, seed, habit, where] = /^(\d+)(?::(\w+?)(-tests)?)?$/.exec(process.env.HALINA_TEST_UNSTEADY ?? '0') ?? [];
const mine = habits[habit ?? 'rough'];
const wait = setTimeout;
const isTest = /mocha/.test(process.argv[1] ?? '');

/** Each process and thread has its own row of numbers from the seed. */
let state = Buffer.from(process.argv.slice(1).join(' ')).reduce((sum, byte) => Math.imul(sum, 31) + byte, Number(seed) + threadId) >>> 0; // prettier-ignore
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const between = ([from, to]) => from + random() * (to - from);

let purse = 500;
let filled = performance.now();
/** Milliseconds that the next result is late; 0: it is not. */
function lateness() {
  const now = performance.now();
  purse = Math.min(500, purse + (now - filled) / 2);
  filled = now;
  if (random() >= mine.often) return 0;
  const ms = random() < 0.03 ? mine.rarely : 1 + random() * mine.late;
  if (ms > purse) return 0;
  purse -= ms;
  return ms;
}

const pause = (ms) => new Promise((resolve) => wait(resolve, ms));
/** The same function with all that hangs on it, as `util.promisify` needs it. */
const dressed = (made, original) => Object.defineProperties(made, Object.getOwnPropertyDescriptors(original));

/** A function that gives a promise begins late, or ends late, or both. */
function latePromise(owner, name, beginsLate = true) {
  const original = owner[name];
  if (typeof original !== 'function') return;
  owner[name] = dressed(async function late(...args) {
    const [before, after] = [beginsLate ? lateness() : 0, lateness()];
    if (before > 0) await pause(before);
    try {
      return await original.apply(this, args);
    } finally {
      if (after > 0) await pause(after);
    }
  }, original);
}

function lateCallback(owner, name) {
  const original = owner[name];
  if (typeof original !== 'function') return;
  owner[name] = dressed(function late(...args) {
    const done = args.at(-1);
    const ms = lateness();
    if (typeof done !== 'function' || ms === 0) return original.apply(this, args);
    return original.apply(this, [...args.slice(0, -1), (...results) => void wait(() => done(...results), ms)]);
  }, original);
}

/** What an emitter says comes late, all in its order; at an event `last` all of it has been said, or what has not is lost. */
function lateEvents(prototype, names, last = '', isLost = false) {
  const emit = (emitter, event) => EventEmitter.prototype.emit.call(emitter, ...event);
  const waiting = new WeakMap();
  const say = (emitter) => {
    const line = waiting.get(emitter) ?? [];
    waiting.delete(emitter);
    for (const event of line) emit(emitter, event);
  };
  prototype.emit = function late(name, ...args) {
    if (name === last && isLost) waiting.delete(this);
    if (name === last) say(this);
    if (!names.includes(name)) return emit(this, [name, ...args]);
    const line = waiting.get(this);
    if (line) return line.push([name, ...args]) > 0;
    const ms = lateness();
    if (ms === 0) return emit(this, [name, ...args]);
    waiting.set(this, [[name, ...args]]);
    wait(say, ms, this);
    return true;
  };
}

/** What comes by a connection comes late, all in its order and with the pressure of a reader that is slow. */
function lateBytes() {
  const push = (socket, chunk, encoding) => Readable.prototype.push.call(socket, chunk, encoding);
  const waiting = new WeakMap();
  const deliver = (socket) => {
    const line = waiting.get(socket);
    waiting.delete(socket);
    let more = true;
    for (const [chunk, encoding] of line) {
      if (socket.destroyed) return;
      more = push(socket, chunk, encoding);
      if (chunk === null) socket.read(0);
    }
    if (!more && socket._handle?.reading) {
      socket._handle.reading = false;
      socket._handle.readStop();
    }
  };
  net.Socket.prototype.push = function late(chunk, encoding) {
    const line = waiting.get(this);
    if (line) return line.push([chunk, encoding]) > 0;
    const ms = lateness();
    if (ms === 0) return push(this, chunk, encoding);
    waiting.set(this, [[chunk, encoding]]);
    wait(deliver, ms, this);
    return true;
  };
}

function stalls() {
  wait(
    () => {
      const end = performance.now() + (random() < 0.03 ? mine.stallRarely : between(mine.stall));
      while (performance.now() < end);
      stalls();
    },
    random() * 2 * mine.every,
  ).unref();
}

const promised = ['access', 'appendFile', 'chmod', 'copyFile', 'cp', 'link', 'lstat', 'mkdir', 'mkdtemp', 'open', 'opendir', 'readdir', 'readFile', 'readlink', 'realpath', 'rename', 'rm', 'rmdir', 'stat', 'statfs', 'symlink', 'truncate', 'unlink', 'utimes', 'writeFile']; // prettier-ignore
const ofHandles = ['appendFile', 'datasync', 'read', 'readFile', 'readv', 'stat', 'sync', 'truncate', 'write', 'writeFile', 'writev']; // prettier-ignore
const byCallback = [
  ...promised,
  'close',
  'fdatasync',
  'fstat',
  'fsync',
  'ftruncate',
  'read',
  'readv',
  'write',
  'writev',
];

async function handlePrototype() {
  const handle = await fs.promises.open(process.execPath);
  await handle.close();
  return Object.getPrototypeOf(handle);
}

function roughly(handle) {
  for (const name of promised) latePromise(fs.promises, name);
  for (const name of ofHandles) latePromise(handle, name);
  latePromise(handle, 'close', false);
  for (const name of byCallback) lateCallback(fs, name);
  lateBytes();
  lateEvents(dgram.Socket.prototype, ['message'], 'close', true);
  lateEvents(ChildProcess.prototype, ['message', 'disconnect', 'exit', 'close']);
  lateEvents(Worker.prototype, ['message'], 'exit');
  stalls();
}

function slowDisk(handle) {
  for (const name of ['sync', 'datasync']) {
    const original = handle[name];
    handle[name] = async function late() {
      await original.call(this);
      await pause(mine.fsync);
    };
  }
  for (const name of ['fsync', 'fdatasync']) {
    const [original, atOnce] = [fs[name], fs[`${name}Sync`]];
    fs[name] = dressed(
      (fd, done) => original(fd, (...results) => void wait(() => done(...results), mine.fsync)),
      original,
    );
    fs[`${name}Sync`] = (fd) => {
      atOnce(fd);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, mine.fsync);
    };
  }
}

if (!mine) throw new Error(`HALINA_TEST_UNSTEADY is SEED[:${Object.keys(habits).join(' | ')}[-tests]]`);
if (mine.odd && (!where || isTest)) {
  oddChance(random);
  syncBuiltinESMExports();
} else if (!where || isTest) {
  const handle = await handlePrototype();
  if (mine.fsync) slowDisk(handle);
  else roughly(handle);
  syncBuiltinESMExports();
}
