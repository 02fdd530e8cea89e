/** A line is tried by a call from the console, as its administrator does it: the running program, a real handset, a real provider. */
import type { Browser } from 'playwright-core';
import { expect } from 'chai';
import { startBrowser } from '../support/console/browser.js';
import { FirstDay } from '../support/console/first-day.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCallee, outsideSound, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';

describe('a line tried by a call', function () {
  this.timeout(150_000);
  let browser: Browser | undefined;
  before(needsNamespace);
  after(() => browser?.close());
  afterEach(stopAll);

  it('rings the own handset, then the number by this line, and says that sound went both ways', async () => {
    const halina = await Halina.start(
      officeConfig({ notice: { folder: await shortNotice() }, console: { port: 8444 } }),
    );
    const [[, url = '', link = '']] = [await halina.process.until(/(http\S+)\/link#(\S+)/)];
    await handset();
    await outsideSound();
    const callee = await outsideCallee('callee-hangs-up', { ring: 500, talk: 6_000 });
    browser = await startBrowser();
    const office = new FirstDay(browser, url);
    const person = await office.firstAdministrator(`${url}/link#${link}`, { name: 'Tomasz Wrona', login: 'twrona' });
    await person.follow('Łącza');
    await person.unfold(/^Rozmowa próbna/);
    await person.enters({ 'Numer, pod który zadzwonić': '601 234 567' });
    await person.press('Zadzwoń');
    await callee.done();
    await person.reads('Łącze działa');
    await person.follow('Ta rozmowa w rejestrze');
    await person.isOn('Rozmowa');
    await person.reads('Jakość dźwięku');
    await person.reads(/601.234.567/);
    const { callId } = (await halina.logged('recording kept')) as unknown as { callId: string };
    const { entry } = await halina.record(callId);
    expect(entry).to.include({ trunk: 'provider', direction: 'outbound', dialled: '+48601234567' });
    expect(entry.media?.outside?.packetsReceived).to.be.greaterThan(100);
    expect(await halina.stop()).to.equal(0);
  });
});
