/**
 * The console as somebody before it sees it, in Chromium: how much the first page weighs, what moves under the eyes, how soon a
 * search is on the screen and a recording in the ear.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { pageOf } from '../../test/support/console/browser.js';
import type { Visitor } from '../../test/support/console/stand.js';

/** Kept by every page from its beginning: the sum of layout shifts (Layout Instability), with and without those after a click. */
const SHIFTS = `
  window.shifts = { alone: 0, all: 0, what: [] };
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      window.shifts.all += value;
      if (hadRecentInput) continue;
      window.shifts.alone += value;
      window.shifts.what.push(...sources.map(({ node }) => node?.className || node?.nodeName || '?'));
    }
  }).observe({ type: 'layout-shift', buffered: true });
`;
/** After this nothing moves any more that was on its way, milliseconds. */
const SETTLED_MS = 600;
const LONGEST_MS = 20_000;

export interface Shift {
  /** Without those that followed a click or a key within half a second, which the reader expects. */
  readonly score: number;
  readonly withInput: number;
  readonly what: readonly string[];
}

async function shiftOf(page: Page): Promise<Shift> {
  await page.waitForTimeout(SETTLED_MS);
  const { alone, all, what } = await page.evaluate<{ alone: number; all: number; what: string[] }>('window.shifts');
  return { score: alone, withInput: all, what };
}

export async function watched(browser: Browser, url: string, visitor: Visitor): Promise<Page> {
  const page = await pageOf(browser, url, visitor);
  await page.addInitScript(SHIFTS);
  return page;
}

/** Bytes over the network, bodies as they were compressed, until the page of this path stands in an empty browser. */
export async function firstLoadBytes(browser: Browser, url: string, visitor?: Visitor): Promise<number> {
  const page = await pageOf(browser, url, visitor);
  const session = await page.context().newCDPSession(page);
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => void (bytes += encodedDataLength));
  await session.send('Network.enable');
  await page.goto(url);
  await page.waitForSelector('h1');
  await page.waitForTimeout(SETTLED_MS);
  await page.context().close();
  return bytes;
}

/** What moves while these pages come up. */
export async function pageShift(page: Page, address: string, there: string): Promise<Shift> {
  await page.goto(address);
  await page.waitForSelector(there);
  return shiftOf(page);
}

/** What the form of the list of calls holds. */
export type Asked = Readonly<Record<string, string>>;

/**
 * Begins to wait: `window.took` resolves with the milliseconds from the next click, as the browser has it, to the first frame
 * in which `there` (an expression; `old` is what `look` gave before the click) holds.
 */
const fromClick = (page: Page, look: string, there: string): Promise<unknown> =>
  // `void`: what an expression gives is waited for.
  page.evaluate(`void (window.took = new Promise((done) => {
    const look = () => ${look};
    const old = look();
    addEventListener('click', ({ timeStamp }) => {
      const again = () => {
        const now = look();
        if (${there}) setTimeout(() => done(performance.now() - timeStamp));
        else requestAnimationFrame(again);
      };
      requestAnimationFrame(again);
    }, { capture: true, once: true });
  }))`);
const took = (page: Page, what: string): Promise<number> => inTime(page.evaluate<number>('window.took'), what);

export interface Found {
  /** From the click on the search's button to the frame in which its results stand, milliseconds. */
  readonly ms: number;
  /** Of it from the request to the last byte of its answer, as the browser has it. */
  readonly answerMs: number;
}

/** On the list of calls. */
export async function search(page: Page, asked: Asked): Promise<Found> {
  await page.getByRole('link', { name: 'Wyczyść' }).click();
  await page.waitForURL(/\/calls$/);
  await page.waitForSelector('table.cards');
  for (const [label, text] of Object.entries(asked)) {
    const field = page.getByLabel(label, { exact: true });
    if ((await field.evaluate((node) => node.nodeName)) === 'SELECT') await field.selectOption({ label: text });
    else await field.fill(text);
  }
  await fromClick(page, `document.querySelector('table.cards, main > div > p.card')`, 'now && now !== old');
  await page.getByRole('button', { name: 'Szukaj' }).click();
  const ms = await took(page, `results of ${JSON.stringify(asked)}`);
  const answerMs = await page.evaluate<number>(
    `performance.getEntriesByType('resource').findLast(({ name }) => name.includes('/calls?')).duration`,
  );
  return { ms, answerMs };
}

/** Nothing that is measured here takes so long. */
async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  const late = new AbortController();
  const limit = wait(LONGEST_MS, undefined, { signal: late.signal }).then(() => {
    throw new Error(`${what} did not come in ${LONGEST_MS} ms`);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    late.abort();
    limit.catch(() => undefined); // nobody waits for it any more
  }
}

export interface Playing {
  /** From the click on "play" to the first sound that moves on, milliseconds. */
  readonly start: number;
  /** From a jump into the middle to its sound. */
  readonly jump: number;
  /** From the click that opens the recording to the player. */
  readonly open: number;
  readonly shift: Shift;
}

/** Opens the recording as one does, with its purpose; plays it from its beginning and then from its middle. */
export async function playing(page: Page, url: string, call: string): Promise<Playing> {
  await page.goto(`${url}/calls/${call}`);
  await page.getByLabel('Znak sprawy').fill('OR.1431.7');
  await fromClick(page, `document.querySelector('audio')`, 'now');
  await page.getByRole('button', { name: 'Otwórz nagranie' }).click();
  const open = await took(page, 'the player');
  await fromClick(page, `document.querySelector('audio')`, 'now.currentTime > 0 && !now.paused');
  await page.getByRole('button', { name: 'Odtwórz' }).click();
  const start = await took(page, 'sound');
  // In the middle of the picture.
  const moves = '!now.seeking && now.currentTime > (now.target ??= now.currentTime)';
  await fromClick(page, `document.querySelector('audio')`, moves);
  await page.locator('.player canvas').click();
  const jump = await took(page, 'sound after a jump');
  return { open, start, jump, shift: await shiftOf(page) };
}
