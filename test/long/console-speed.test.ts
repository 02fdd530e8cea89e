/**
 * How fast the console is for who sits before it, in Chromium: the player with an hour's recording, and the list of calls.
 * Its figures are printed; they mean something on a machine that does nothing else.
 */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { roles } from '../../src/accounts/roles.js';
import type { CallRecord } from '../../src/archive/lifecycle.js';
import { RedisStand } from '../support/console/stand.js';
import { Whole } from '../support/console/whole.js';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--autoplay-policy=user-gesture-required'];
const HOUR_S = 3600;
const ROUNDS = 10;
/** What people may wait, milliseconds. */
const SOUND_MS = 300;
const LIST_MS = 200;

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;
const worst = (all: readonly number[]): number => Math.max(...all);
const told = (what: string, all: readonly number[]): void =>
  console.log(`    ${what}: median ${Math.round(median(all))} ms, worst ${Math.round(worst(all))} ms of ${all.length}`);

describe('the console is fast', function () {
  this.timeout(180_000);
  let redis: RedisStand;
  let whole: Whole;
  let browser: Browser;
  let page: Page;
  let url: string;
  before(async () => {
    redis = await RedisStand.start();
    whole = await Whole.open(redis);
    whole.call.sound = hourOfSound();
    whole.call.durationMs = HOUR_S * 1000;
    const person = await whole.account('wszystko', ...roles.filter((role) => role !== 'dpo'));
    await whole.authorise(person);
    url = await whole.listen();
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
    const context = await browser.newContext({ locale: 'pl' });
    const [name = '', value = ''] = (await whole.visitor(person)).cookie.split('=');
    const https = url.replace('http:', 'https:');
    await context.addCookies([{ name, value, url: https, secure: true, httpOnly: true, sameSite: 'Strict' }]);
    page = await context.newPage();
  });
  after(async () => {
    await browser.close();
    await whole.close();
    await redis.close();
  });

  function hourOfSound(): Buffer {
    const folder = mkdtempSync(join(tmpdir(), 'halina-hour-'));
    try {
      const path = join(folder, 'hour.mp3');
      const tones = ['sine=440:d=3600:r=8000', 'sine=300:d=3600:r=8000'].flatMap((tone) => ['-f', 'lavfi', '-i', tone]);
      const merged = ['-filter_complex', '[0][1]join=inputs=2:channel_layout=stereo'];
      const output = ['-c:a', 'libmp3lame', '-b:a', '24k', '-reservoir', '0', path];
      execFileSync('ffmpeg', ['-loglevel', 'error', ...tones, ...merged, ...output]);
      return readFileSync(path);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('an hour of sound is heard soon after the click, and after a jump into its middle', async () => {
    const [starts, jumps]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      await page.goto(`${url}/calls/${whole.call.entry.id}`);
      await page.getByLabel('Znak sprawy').fill('OR.1431.7');
      await page.getByRole('button', { name: 'Otwórz nagranie' }).click();
      await page.waitForSelector('audio', { state: 'attached' });
      // From the click as the browser has it to the first sound that moves on.
      await page.evaluate(`{
        const audio = document.querySelector('audio');
        window.took = new Promise((done) => {
          let clicked;
          addEventListener('click', () => (clicked ??= performance.now()), { capture: true, once: true });
          const look = () => audio.currentTime > 0 && !audio.paused ? done(performance.now() - clicked) : requestAnimationFrame(look);
          look();
        });
      }`);
      await page.getByRole('button', { name: 'Odtwórz' }).click();
      starts.push(await page.evaluate<number>('window.took'));
      jumps.push(
        await page.evaluate<number>(`new Promise((done) => {
          const audio = document.querySelector('audio');
          const from = performance.now();
          audio.currentTime = 1800;
          const look = () => audio.currentTime > 1800 && !audio.seeking ? done(performance.now() - from) : requestAnimationFrame(look);
          look();
        })`),
      );
    }
    told('sound after the click', starts);
    told('sound after a jump', jumps);
    expect(median(starts)).to.be.lessThan(SOUND_MS);
    expect(median(jumps)).to.be.lessThan(SOUND_MS);
  });

  it('fifty rows of a search are drawn soon after the click', async () => {
    const record = whole.call.record;
    const rows: CallRecord[] = Array.from({ length: 50 }, (_, n) => ({
      ...record,
      entry: { ...record.entry, startedAt: record.entry.startedAt + n },
    }));
    whole.call.search = () => Promise.resolve({ calls: rows, answeredBy: 'index' as const });
    await page.goto(`${url}/calls`);
    await page.waitForSelector('table');
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await page.getByLabel('Numer', { exact: false }).first().fill(`6001002${round}`);
      await page.evaluate(`window.took = new Promise((done) => {
        addEventListener('submit', () => {
          const from = performance.now();
          const old = document.querySelector('tbody');
          const look = () => {
            const now = document.querySelector('tbody');
            now && now !== old && now.rows.length >= 50 ? done(performance.now() - from) : requestAnimationFrame(look);
          };
          look();
        }, { capture: true, once: true });
      })`);
      await page.getByRole('button', { name: 'Szukaj' }).click();
      took.push(await page.evaluate<number>('window.took'));
    }
    told('a search, without the time of the index', took);
    expect(median(took)).to.be.lessThan(LIST_MS);
  });
});
