/** The log-out for want of use in Chromium: warned of, put off by one key, and told of afterwards. Time passes in the page and in Redis. */
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { expectWellMade, pageOf, startBrowser } from '../support/console/browser.js';
import { Newcomer } from '../support/console/newcomer.js';
import { RedisStand } from '../support/console/stand.js';
import { Whole } from '../support/console/whole.js';
import { until } from '../support/until.js';

const MINUTE = 60_000;
const IDLE_MS = 20 * MINUTE;
/** The first answer to how long there is has come, and is not read until `wake()`. */
const ASLEEP = `{
  const { json } = Response.prototype;
  Response.prototype.json = async function () {
    const body = await json.call(this);
    if (this.url.endsWith('/me/left') && !globalThis.wake) await new Promise((resolve) => (globalThis.wake = resolve));
    return body;
  };
}`;

describe('somebody who does nothing', function () {
  this.timeout(180_000);
  let redis: RedisStand;
  let whole: Whole;
  let browser: Browser;
  let person: Newcomer;
  let page: Page;
  beforeEach(async () => {
    redis = await RedisStand.start();
    whole = await Whole.open(redis);
    const url = await whole.listen();
    browser = await startBrowser();
    page = await pageOf(browser, url, await whole.visitor(await whole.account('anna', 'front_office')));
    await page.clock.install();
    await page.goto(`${url}/requests/new`);
    person = new Newcomer(page);
    await person.isOn('Przyjęcie wniosku');
    await person.enters({ 'Imię i nazwisko': 'Żaneta Świątek-Łoś' });
  });
  afterEach(async () => {
    await browser.close();
    await whole.close();
    await redis.close();
  });

  const keys = (): Promise<string[]> => redis.redis.keys('{test}:session:*');
  const left = async (): Promise<number> =>
    Math.max(...(await Promise.all((await keys()).map((key) => redis.redis.pttl(key)))));
  const isPutOff = async (): Promise<boolean> => (await left()) > IDLE_MS - MINUTE;
  /** Nothing happens for so long, neither here nor at the server. */
  async function nothingFor(ms: number): Promise<void> {
    for (const key of await keys()) await redis.redis.pexpire(key, Math.max(1, (await redis.redis.pttl(key)) - ms));
    await page.clock.fastForward(ms);
  }

  it('is warned two minutes before, and goes on with one key where they were', async () => {
    await nothingFor(17 * MINUTE);
    await person.doesNotRead('Czy nadal tu jesteś?');
    await nothingFor(1.5 * MINUTE);
    const warning = page.getByRole('alertdialog', { name: 'Czy nadal tu jesteś?' });
    await warning.waitFor();
    await person.reads(/^Pozostało 1:[0-3]/);
    await expectWellMade(page, 'the warning');
    expect(await left(), 'asking how long there is puts nothing off').to.be.lessThan(2 * MINUTE);
    await page.keyboard.press('Shift');
    await warning.waitFor({ state: 'detached' });
    await until('the end of the session is put off', isPutOff);
    expect(await page.getByLabel('Imię i nazwisko').inputValue()).to.equal('Żaneta Świątek-Łoś');
    await page.waitForFunction('document.activeElement?.value === "Żaneta Świątek-Łoś"');
  });

  it('is warned though the machine slept while it read how long there is', async () => {
    await page.addInitScript(ASLEEP);
    await page.reload();
    await person.isOn('Przyjęcie wniosku');
    await page.waitForFunction('globalThis.wake !== undefined');
    await nothingFor(19 * MINUTE);
    await page.evaluate('wake()');
    await person.reads('Czy nadal tu jesteś?');
  });

  it('is not warned while they type, though nothing is sent', async () => {
    for (let n = 0; n < 4; n++) {
      await nothingFor(6 * MINUTE);
      const told = page.waitForResponse((response) => response.url().endsWith('/api/v1/me'));
      await page.keyboard.press('a');
      await page.clock.fastForward(2000);
      await told;
    }
    await until('the end of the session is put off', isPutOff);
    await person.doesNotRead('Czy nadal tu jesteś?');
  });

  it('is logged out in the end: the page shows nothing of the office any more, and says why', async () => {
    await nothingFor(19 * MINUTE);
    await person.reads('Czy nadal tu jesteś?');
    await nothingFor(2 * MINUTE);
    await person.isOn('Logowanie');
    await person.reads('Wylogowano');
    expect(await person.text()).not.to.include('Żaneta');
    await expectWellMade(page, 'log-in after it');
  });
});
