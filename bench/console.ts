/**
 * How fast the console is for who sits before it, and what it costs the calls: `npm run bench:console -- --json`.
 *
 * `pages`: the whole program with so many calls in its index and a recording of an hour, and Chromium before it. `watching`: the
 * program with standing recorded calls, others that begin and end beside them, and so many browsers on its live events;
 * windows with and without them take turns. Halina is on one processor, calls and browsers on another.
 * `--folder DIR` keeps the made-up past for the next run.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../test/support/console/browser.js';
import type { Visitor } from '../test/support/console/stand.js';
import { Halina, officeConfig } from '../test/support/e2e/halina.js';
import { address, insideNamespace } from '../test/support/e2e/network.js';
import { stopAll } from '../test/support/e2e/process.js';
import { sipp } from '../test/support/e2e/sipp.js';
import { rtpPeer, type RtpPeer } from '../test/support/peers/rtp-peer.js';
import { percentile } from './lib/archive-calls.js';
import { consoleOffice, consoleUrl, logIn, type ConsoleOffice } from './lib/console-office.js';
import {
  firstLoadBytes,
  pageShift,
  playing,
  search,
  watched,
  type Asked,
  type Found,
  type Shift,
} from './lib/console-pages.js';
import { Watchers } from './lib/console-watchers.js';
import { report, spread, type Spread } from './lib/figures.js';
import { machineName, machineTime, othersPct, since, stealPct, timeOf, type MachineTime } from './lib/machine.js';
import { register } from '../test/support/e2e/office.js';
import { connected, LOAD_CPU, standingCalls, startOffice, type Office } from './lib/office.js';

const PEER_BASE = 40_000;
/** Ports of calls that have no sound. */
const SILENT_PORT = 39_000;
/** Browsers of one person, of those that the hub admits. */
const EACH = 8;
/** How long an index of a million calls may take to be made. */
const INDEX_MS = 400_000;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '1000000' },
    hour: { type: 'string', default: '3600' },
    rounds: { type: 'string', default: '7' },
    clients: { type: 'string', default: '200' },
    relayed: { type: 'string', default: '100' },
    pairs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '6' },
    only: { type: 'string' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [calls, hour, rounds] = [Number(values.calls), Number(values.hour), Number(values.rounds)];
const [clients, relayed, pairs] = [Number(values.clients), Number(values.relayed), Number(values.pairs)];
const windowMs = Number(values.seconds) * 1000;
const figures: Record<string, Spread> = {};
const facts: Record<string, unknown> = {};
const note = (name: string, measured: readonly number[]): void => void (figures[name] = spread(measured));
const begun = performance.now();
const say = (text: string): void =>
  console.error(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${text}`);

const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
const NUMBER = 'Numer rozmówcy';
/** What somebody looks for: each field, and some of them together. */
const searches: readonly Asked[] = [
  { [NUMBER]: '+48221000005' },
  { [NUMBER]: '+48221007924' },
  { [NUMBER]: '000 005' },
  { [NUMBER]: '7924' },
  { [NUMBER]: '999' },
  { 'Numer wewnętrzny': '217' },
  { 'Od dnia': day(100), 'Do dnia': day(90) },
  { 'Do dnia': day(200) },
  { Kierunek: 'wychodząca' },
  { Nagranie: 'nie nagrywano' },
  { Nagranie: 'usunięte po terminie' },
  { [NUMBER]: '005', 'Od dnia': day(300) },
  { 'Numer wewnętrzny': '217', 'Od dnia': day(60), 'Do dnia': day(30), Kierunek: 'przychodząca' },
  { 'Numer wewnętrzny': '233', Nagranie: 'nie nagrywano', 'Do dnia': day(150) },
];

/** Waits until searches are answered by the index. */
async function indexed(url: string, { cookie }: Visitor): Promise<void> {
  const end = performance.now() + INDEX_MS;
  for (;;) {
    const response = await fetch(`${url}/api/v1/calls?limit=1`, { headers: { cookie } });
    const { answeredBy } = (await response.json()) as { answeredBy?: string };
    if (answeredBy === 'index') return;
    if (performance.now() > end) throw new Error(`the index was not made in ${INDEX_MS} ms`);
    await wait(500);
  }
}

/** All that somebody sees, with the program as it would be after years. */
async function pages(folder: string): Promise<void> {
  say(`an office with ${calls} calls and a recording of ${hour} s`);
  const office = await consoleOffice(folder, { calls, recordingSeconds: hour, watchers: 0 });
  say('starting the program');
  const config = officeConfig({ storage: { quota: '100GB', minFree: '1MB', maxAge: '3650d', keepMetadata: '3650d' } });
  const halina = await Halina.start(config, { data: office.data, readyMs: INDEX_MS });
  const [visitor] = await logIn(halina, office, [office.listener]);
  const url = await consoleUrl(halina);
  if (!visitor) throw new Error('nobody is logged in');
  await indexed(url, visitor);
  const browser = await startBrowser({}, ['--autoplay-policy=user-gesture-required']);
  const machine = machineTime();
  if (values.only !== 'player') {
    await weights(browser, url, visitor);
    await listsAndSearches(browser, url, visitor, office);
  }
  await player(browser, url, visitor, office);
  told('pages', machine);
  await browser.close();
  await halina.stop();
}

const told = (part: string, before: MachineTime): void => {
  facts[`${part}BusyPct`] = Math.round(othersPct(before, 0));
  facts[`${part}StealPct`] = Number(stealPct(before).toFixed(1));
};

async function weights(browser: Browser, url: string, visitor: Visitor): Promise<void> {
  note('firstLoadKb.login', [(await firstLoadBytes(browser, url)) / 1000]);
  note('firstLoadKb.today', [(await firstLoadBytes(browser, url, visitor)) / 1000]);
}

async function listsAndSearches(browser: Browser, url: string, visitor: Visitor, office: ConsoleOffice): Promise<void> {
  say('pages as they come up');
  const page = await watched(browser, url, visitor);
  shifts('today', await pageShift(page, url, 'h1'));
  shifts('list', await pageShift(page, `${url}/calls`, 'table.cards'));
  shifts('call', await pageShift(page, `${url}/calls/${office.recorded}`, 'dl'));
  await page.goto(`${url}/calls`);
  say('searches');
  const times: (Found & { asked: Asked })[] = [];
  for (let round = 0; round < rounds; round++)
    for (const asked of searches) {
      times.push({ ...(await search(page, asked)), asked });
    }
  const all = times.map(({ ms }) => ms);
  note('searchSeenMsP50', [percentile(all, 50)]);
  note('searchSeenMsP99', [percentile(all, 99)]);
  note('searchSeenMs', all);
  const answers = times.map(({ answerMs }) => answerMs);
  note('searchAnswerMsP50', [percentile(answers, 50)]);
  note('searchAnswerMsP99', [percentile(answers, 99)]);
  const worst = times.reduce((most, one) => (one.ms > most.ms ? one : most));
  facts['slowestSearch'] = worst;
  await page.context().close();
}

function shifts(of: string, { score, withInput, what }: Shift): void {
  note(`layoutShift.${of}`, [score]);
  note(`layoutShiftWithInput.${of}`, [withInput]);
  if (what.length > 0) facts[`moved.${of}`] = what;
}

async function player(browser: Browser, url: string, visitor: Visitor, office: ConsoleOffice): Promise<void> {
  say('the player');
  const all = [];
  for (let round = 0; round < rounds; round++) {
    // An empty browser each time: nothing is there from the round before.
    const page = await watched(browser, url, visitor);
    all.push(await playing(page, url, office.recorded));
    await page.context().close();
  }
  note('playerOpenMs', all.map(({ open }) => open)); // prettier-ignore
  note('soundAfterClickMs', all.map(({ start }) => start)); // prettier-ignore
  note('soundAfterJumpMs', all.map(({ jump }) => jump)); // prettier-ignore
  shifts('player', all.reduce((most, one) => (one.shift.score > most.shift.score ? one : most)).shift);
  facts['recordedMs'] = office.recordedMs;
}

interface Window {
  readonly relayUs: number;
  readonly programCpuPct: number;
  readonly applicationCpuPct: number;
  readonly delayUsP50: number;
  readonly delayUsP99: number;
  readonly lostPct: number;
  readonly othersPct: number;
  readonly stealPct: number;
  readonly events: number;
}

/** What relayed calls cost and how late their packets are, with browsers or without, for the length of a window. */
async function window(office: Office, peer: RtpPeer, watchers?: Watchers): Promise<Window> {
  const ours = [process.pid, peer.child.pid ?? 0, ...(watchers ? [watchers.pid] : [])];
  const times = () => ({ relay: timeOf(office.pids.media), application: timeOf(office.pids.application), all: timeOf(office.all), ours: timeOf(ours) }); // prettier-ignore
  const [machine, before, events] = [machineTime(), times(), (await watchers?.figures())?.events ?? 0];
  peer.reset();
  await wait(windowMs);
  const after = times();
  const found = await peer.figures();
  const spent = (part: keyof typeof before): number => since(before[part], after[part]).cpuMs;
  return {
    relayUs: (1000 * spent('relay')) / found.measured + found.sendUs,
    programCpuPct: (100 * spent('all')) / windowMs,
    applicationCpuPct: (100 * spent('application')) / windowMs,
    ...found,
    othersPct: othersPct(machine, spent('all') + spent('ours')),
    stealPct: stealPct(machine),
    events: ((await watchers?.figures())?.events ?? 0) - events,
  };
}

/** A caller's whole call, from its answer: the notice (8.6 s), ringing, and a little talk. */
const CALL_MS = 12_000;

/** Calls that begin, hear the notice, ring, talk and end, one a second, so that there is something to watch. */
async function comingAndGoing(): Promise<void> {
  await register(1);
  const common = { calls: 100_000, quiet: true, pin: LOAD_CPU };
  await sipp({
    scenario: 'callee-answers',
    address: address.handset(1),
    values: { media: SILENT_PORT, ring: 500, wait: 60_000 },
    ...common,
  });
  await sipp({
    scenario: 'caller-hangs-up',
    address: address.secondProvider,
    to: `${address.trunkFace}:5060`,
    values: { media: SILENT_PORT + 2, number: '48227836001', caller: '+48221234568', talk: CALL_MS },
    rate: 1,
    ...common,
  });
}

async function watching(folder: string): Promise<void> {
  const office = await consoleOffice(folder, { calls: 0, recordingSeconds: 10, watchers: Math.ceil(clients / EACH) });
  const base = officeConfig();
  const [trunk] = base.trunks ?? [];
  if (!trunk) throw new Error('an office without a trunk');
  const second = {
    ...trunk,
    name: 'second',
    addresses: [address.secondProvider],
    proxy: `sip:${address.secondProvider}`,
  };
  const routes = [...(base.routes ?? []), { name: 'other', numbers: ['+48227836001'], handsets: ['202'], ring: '20s' }];
  const peer = await rtpPeer({ address: address.provider, base: PEER_BASE, count: 2 * relayed, load: true, spin: true, pin: LOAD_CPU }); // prettier-ignore
  const config = { trunks: [trunk, second], routes, media: { silenceTimeout: '0s' } };
  const started = await startOffice({ config, maxCalls: relayed + 100, data: office.data });
  say(`${relayed} calls`);
  await standingCalls({ calls: relayed, base: PEER_BASE, rate: 40 });
  await connected(started.halina, relayed);
  await comingAndGoing();
  await connected(started.halina, relayed + 2);
  const visitors = await logIn(started.halina, office, office.watchers);
  const cookies = visitors.flatMap(({ cookie }) => Array.from({ length: EACH }, () => cookie)).slice(0, clients);
  const url = await consoleUrl(started.halina);
  const machine = machineTime();
  const both: { alone: Window; watched: Window }[] = [];
  const alone = (): Promise<Window> => window(started, peer);
  const seen = async (): Promise<Window> => {
    const watchers = await Watchers.open(url, cookies);
    try {
      // What they are told first is no part of it.
      await wait(1500);
      return await window(started, peer, watchers);
    } finally {
      await watchers.close();
    }
  };
  for (let pair = 0; pair < pairs; pair++) {
    say(`pair ${pair + 1} of ${pairs}`);
    if (pair % 2 === 0) both.push({ alone: await alone(), watched: await seen() });
    else {
      const before = await seen();
      both.push({ watched: before, alone: await alone() });
    }
  }
  told('watching', machine);
  compare(both);
  await started.halina.stop();
}

function compare(both: readonly { alone: Window; watched: Window }[]): void {
  const of = (name: string, pick: (pair: (typeof both)[number]) => number): void => note(name, both.map(pick));
  of('relayedUsPerPacketAlone', ({ alone }) => alone.relayUs);
  of('relayedUsPerPacketWatched', ({ watched: seen }) => seen.relayUs);
  of('relayedCpuMorePct', ({ alone, watched: seen }) => 100 * (seen.relayUs / alone.relayUs - 1));
  of('delayMsP99Alone', ({ alone }) => alone.delayUsP99 / 1000);
  of('delayMsP99Watched', ({ watched: seen }) => seen.delayUsP99 / 1000);
  of('delayMsP99More', ({ alone, watched: seen }) => (seen.delayUsP99 - alone.delayUsP99) / 1000);
  of('delayMsP50More', ({ alone, watched: seen }) => (seen.delayUsP50 - alone.delayUsP50) / 1000);
  of('lossPctWatched', ({ watched: seen }) => seen.lostPct);
  of('programCpuPctAlone', ({ alone }) => alone.programCpuPct);
  of('programCpuPctWatched', ({ watched: seen }) => seen.programCpuPct);
  of('applicationCpuPctAlone', ({ alone }) => alone.applicationCpuPct);
  of('applicationCpuPctWatched', ({ watched: seen }) => seen.applicationCpuPct);
  of('eventsPerSecondToEach', ({ watched: seen }) => seen.events / clients / (windowMs / 1000));
  of('othersPct', ({ alone, watched: seen }) => Math.max(alone.othersPct, seen.othersPct));
  of('stealPct', ({ alone, watched: seen }) => Math.max(alone.stealPct, seen.stealPct));
}

if (!insideNamespace()) throw new Error('run it by `npm run bench:console`: it needs a network namespace of its own');
const folder = values.folder ?? (await mkdtemp(join(tmpdir(), 'halina-bench-console-')));
try {
  await mkdir(folder, { recursive: true });
  if (values.only !== 'watching') await pages(folder);
  if (values.only === undefined || values.only === 'watching') await watching(folder);
  report(`The console with ${calls} calls, and ${clients} browsers beside ${relayed} relayed calls`, figures, {
    bench: 'console',
    calls,
    clients,
    relayed,
    ...facts,
    machine: machineName(),
  });
} finally {
  await stopAll();
  if (values.folder === undefined) await rm(folder, { recursive: true, force: true });
}
