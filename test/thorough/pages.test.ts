/** The pages in Chromium: no barrier that axe sees, in both languages and colours, and all of it to be read at 320 px. */
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { roles } from '../../src/accounts/roles.js';
import { expectNoBarrier, expectWellMade, pageOf, startBrowser } from '../support/console/browser.js';
import { RedisStand } from '../support/console/stand.js';
import { Whole } from '../support/console/whole.js';

/** What one sees when the page is there. */
const screens = {
  '/': '#handsets',
  '/inbox': '#inbox',
  '/requests': '#requests',
  '/requests/new': '#form',
  '/calls': 'table',
  '/calls/:call': '#facts',
  '/confirm': '#title',
  '/holds': 'table',
  '/handsets': 'table',
  '/accounts': 'table',
  '/audit': 'table',
  '/reports': '#report',
  '/trunks': '.grid section',
  '/quota': '#room',
  '/deputies': '#deputies',
  '/disclosures': '#disclosures',
  '/disclosures/new': '#form',
  '/disclosures/:disclosure': '#story',
  '/routing': '#preview',
  '/prompts': '#prompts',
  '/letters': '#letters form',
  '/alerts': '#channels',
  '/backup': '#state',
  '/api': '#api details',
  '/me': '#sessions',
} as const;

/** What is done on a page before it is looked at again, by what is the same in both languages. */
const done: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  // A preview of a call, a day of other hours, a menu, and a queue.
  '/routing': async (page) => {
    await page.fill('section[aria-labelledby=preview] input[inputmode=tel]', '+48227836000');
    await page.click('section[aria-labelledby=preview] button[type=submit]');
    await page.waitForSelector('#story li');
    await page.click('section[aria-labelledby=schedules] fieldset > p > button');
    await page.waitForSelector('section[aria-labelledby=schedules] input:required');
    for (const part of ['menus', 'queues']) {
      await page.click(`section[aria-labelledby=${part}] > p > button`);
      await page.waitForSelector(`section[aria-labelledby=${part}] fieldset`);
    }
  },
};

describe('the pages', function () {
  this.timeout(240_000);
  let redis: RedisStand;
  let whole: Whole;
  let browser: Browser;
  let url: string;
  let person: string;
  let disclosure: string;
  const errors: string[] = [];
  before(async () => {
    redis = await RedisStand.start();
    whole = await Whole.open(redis);
    person = await whole.account('wszystko', ...roles.filter((role) => role !== 'dpo'));
    await whole.authorise(person);
    url = await whole.listen();
    disclosure = await disclosed();
    browser = await startBrowser();
  });
  after(async () => {
    await browser.close();
    await whole.close();
    await redis.close();
  });

  async function disclosed(): Promise<string> {
    const letter = { receivedOn: '2026-01-05', authority: 'Prokuratura', reference: 'PR 1', legalBasis: 'art. 217 k.p.k.', scope: 'rozmowa' }; // prettier-ignore
    const body = { ...letter, calls: [whole.call.entry.id], confidential: true, binding: true };
    const reply = await whole.ask('POST', '/disclosures', await whole.visitor(person), body);
    return reply.json<{ id: string }>().id;
  }

  async function inside(language: 'pl' | 'en', mode: 'light' | 'dark', bypassCSP = true): Promise<Page> {
    const page = await pageOf(browser, url, await whole.visitor(person), { bypassCSP, locale: language, colorScheme: mode }); // prettier-ignore
    page.on('pageerror', (error) => errors.push(error.message));
    return page;
  }

  for (const language of ['pl', 'en'] as const)
    for (const mode of ['light', 'dark'] as const)
      it(`have no barrier in ${language}, ${mode}, and are all to be read at 320 px`, async () => {
        // Nothing is wider in the dark.
        const expectGood = mode === 'light' ? expectWellMade : expectNoBarrier;
        const page = await inside(language, mode);
        for (const [path, sign] of Object.entries(screens)) {
          await page.goto(url + path.replace(':call', whole.call.entry.id).replace(':disclosure', disclosure));
          await page.waitForSelector(sign);
          await done[path]?.(page);
          await expectGood(page, path);
        }
        // What is the matter stands above every page.
        whole.troubles = ['redis', 'disk', 'sip'];
        await page.waitForSelector('#troubles .note:nth-child(3)');
        await expectGood(page, 'troubles');
        whole.troubles = [];
        expect(errors).to.deep.equal([]);
        await page.context().close();
      });

  it('have no barrier before anybody is logged in, at the first link, and where a second factor is made', async () => {
    const outside = await pageOf(browser, url);
    await outside.goto(url);
    await outside.waitForSelector('input[type=password]');
    await expectWellMade(outside, 'log-in');
    const newcomer = await whole.account('nowa', 'staff');
    const made = await whole.ask('POST', `/accounts/${newcomer}/link`, await whole.visitor(person));
    await outside.goto(`${url}/link#${made.json<{ token: string }>().token}`);
    await outside.waitForSelector('input[type=password]');
    await expectWellMade(outside, 'link');
    await outside.context().close();
    const enrolling = await pageOf(browser, url, await whole.visitor(newcomer, 'second-factor'));
    await enrolling.goto(url);
    await enrolling.waitForSelector('input[autocomplete=one-time-code]');
    await expectWellMade(enrolling, 'second factor');
    await enrolling.context().close();
  });

  it("show a caller's name that is a script as text, and run under their own policy without a complaint", async () => {
    const before = whole.call.record;
    const evil = '<img src=x onerror="document.title=1">';
    whole.call.record = {
      ...before,
      entry: { ...before.entry, outside: { ...before.entry.outside, displayName: evil } },
    };
    const page = await inside('pl', 'light', false);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${url}/calls`);
    await page.waitForSelector('table');
    expect(await page.textContent('table')).to.contain(evil);
    expect(await page.title()).to.equal('Rozmowy – Halina');
    expect(complaints).to.deep.equal([]);
    await page.context().close();
    whole.call.record = before;
  });

  it('need less than 250 KB for their first load', async () => {
    const page = await inside('pl', 'light', false);
    const sizes: number[] = [];
    page.on('response', (response) => {
      if (!response.url().includes('/api/')) sizes.push(Number(response.headers()['content-length'] ?? 0));
    });
    await page.goto(url);
    await page.waitForSelector('#handsets');
    expect(sizes.length).to.be.at.least(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.within(5_000, 250_000);
    await page.context().close();
  });
});
