/** Faults in Chromium: every screen says within five seconds what is the matter, what still works and what to do; nothing spins on. */
import { expect } from 'chai';
import { chromium, type Browser, type Page } from 'playwright-core';
import { roles } from '../../src/accounts/roles.js';
import { HalinaError } from '../../src/base/errors.js';
import type { Trouble } from '../../src/console/doors.js';
import { RedisStand } from '../support/console/stand.js';
import { Whole } from '../support/console/whole.js';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
/** So soon people are told; a browser on a busy machine may have no time for a screen, but not for most of them. */
const TOLD_MS = 5000;
/** Longer nothing is waited for. */
const WAIT_MS = 30_000;
/** One of each kind of page. */
const screens = ['/', '/inbox', '/requests', '/calls', '/disclosures', '/holds', '/accounts', '/audit', '/reports', '/routing', '/prompts', '/quota', '/trunks', '/me']; // prettier-ignore

describe('faults, as people see them', function () {
  this.timeout(180_000);
  let redis: RedisStand;
  let whole: Whole;
  let browser: Browser;
  let page: Page;
  before(async () => {
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
  });
  after(() => browser.close());
  beforeEach(async () => {
    redis = await RedisStand.start();
    whole = await Whole.open(redis);
    const person = await whole.account('wszystko', ...roles.filter((role) => role !== 'dpo'));
    const url = await whole.listen();
    const context = await browser.newContext({ locale: 'pl' });
    const [name = '', value = ''] = (await whole.visitor(person)).cookie.split('=');
    const https = url.replace('http:', 'https:');
    await context.addCookies([{ name, value, url: https, secure: true, httpOnly: true, sameSite: 'Strict' }]);
    page = await context.newPage();
    await page.goto(url);
    await page.waitForSelector('#handsets');
  });
  afterEach(async () => {
    await page.context().close();
    await whole.close();
    await redis.close();
  });

  /** To another screen, as the menu does it. */
  const visit = (path: string): Promise<void> =>
    page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`);

  /** On each screen the text is there in time, and nothing waits for ever. */
  async function told(text: string, also: string): Promise<void> {
    const took: number[] = [];
    for (const path of screens) {
      const began = performance.now();
      await visit(path);
      await page.getByText(text).first().waitFor({ timeout: WAIT_MS });
      await page.getByText(also).first().waitFor({ timeout: WAIT_MS });
      await page.waitForSelector('.wait', { state: 'detached', timeout: WAIT_MS });
      took.push(performance.now() - began);
      expect(new URL(page.url()).pathname).to.equal(path);
    }
    const median = took.toSorted((a, b) => a - b)[took.length >> 1];
    expect(median, `ms of the middle one of ${took.map(Math.round).join()}`).to.be.below(TOLD_MS);
  }

  it('Redis away', async () => {
    await redis.away();
    await told('Baza Redis nie odpowiada', 'Rozmowy są nadal obsługiwane i nagrywane');
  });

  it('disk full: the audit log takes no entries, so nothing is done', async () => {
    whole.audit.append = () => Promise.reject(new HalinaError('AUDIT_FAILED', 'no room'));
    whole.troubles = ['audit'];
    await told('Dziennik zdarzeń nie przyjmuje zapisów', 'zwolnij miejsce');
  });

  const seen: readonly (readonly [Trouble, string, string])[] = [
    ['disk', 'Brakuje miejsca na nagrania', 'zwiększ przydział'],
    ['encoding', 'Przygotowanie nagrań jest opóźnione', 'nic nie ginie'],
    ['sip', 'Serwer telefoniczny (SIP) nie odpowiada', 'Konsola, wyszukiwanie i odsłuch działają'],
  ];
  for (const [trouble, cause, works] of seen)
    it(`${trouble}: told above every page, which works on, and taken away when it is over`, async () => {
      whole.troubles = [trouble];
      await told(cause, works);
      whole.troubles = [];
      await page.getByText(cause).waitFor({ state: 'detached', timeout: WAIT_MS });
    });

  it('a server that does not answer', async () => {
    await page.route('**/api/v1/calls?*', () => undefined); // never
    await visit('/calls');
    await page.getByText('Serwer długo nie odpowiada').waitFor({ timeout: WAIT_MS });
    await page.getByText('Serwer Haliny nie odpowiada').waitFor({ timeout: WAIT_MS });
    await page.getByRole('button', { name: 'Spróbuj ponownie' }).waitFor();
    await page.waitForSelector('.wait', { state: 'detached' });
  });
});
