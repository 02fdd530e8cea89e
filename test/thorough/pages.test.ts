/** The pages in Chromium: no barrier that axe sees, in both languages and colours, and no sideways scrolling at 320 px. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { roles } from '../../src/accounts/roles.js';
import { RedisStand } from '../support/console/stand.js';
import { Whole } from '../support/console/whole.js';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

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

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

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
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
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

  /** A browser in which the person is logged in. `bypassCSP`: for axe alone, which comes as a script of ours. */
  async function inside(language: 'pl' | 'en', mode: 'light' | 'dark', bypassCSP = true): Promise<Page> {
    const context: BrowserContext = await browser.newContext({ bypassCSP, locale: language, colorScheme: mode });
    const [name = '', value = ''] = (await whole.visitor(person)).cookie.split('=');
    await context.addCookies([
      { name, value, url: url.replace('http:', 'https:'), secure: true, httpOnly: true, sameSite: 'Strict' },
    ]);
    const page = await context.newPage();
    page.on('pageerror', (error) => errors.push(error.message));
    return page;
  }

  const violations = async (page: Page): Promise<string[]> => {
    await page.evaluate(axe);
    const found = await page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)');
    return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  };

  async function wellMade(page: Page, name: string): Promise<void> {
    expect(await violations(page), name).to.deep.equal([]);
    await page.setViewportSize({ width: 320, height: 640 });
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(wide, `${name} at 320 px`).to.be.at.most(0);
    await page.setViewportSize({ width: 1280, height: 720 });
  }

  for (const language of ['pl', 'en'] as const)
    for (const mode of ['light', 'dark'] as const)
      it(`have no barrier in ${language}, ${mode}, and fit 320 px`, async () => {
        const page = await inside(language, mode);
        for (const [path, sign] of Object.entries(screens)) {
          await page.goto(url + path.replace(':call', whole.call.entry.id).replace(':disclosure', disclosure));
          await page.waitForSelector(sign);
          await done[path]?.(page);
          await wellMade(page, path);
        }
        // What is the matter stands above every page.
        whole.troubles = ['redis', 'disk', 'sip'];
        await page.waitForSelector('#troubles .note:nth-child(3)');
        await wellMade(page, 'troubles');
        whole.troubles = [];
        expect(errors).to.deep.equal([]);
        await page.context().close();
      });

  it('have no barrier before anybody is logged in', async () => {
    const context = await browser.newContext({ bypassCSP: true, locale: 'pl' });
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForSelector('input[type=password]');
    expect(await violations(page)).to.deep.equal([]);
    await context.close();
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
