/**
 * The pages as a screen reader gets them: Chromium's accessibility tree of every page of which there is a picture. What one can act on has a
 * name, and headings go down step by step.
 */
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { pageOf, startBrowser } from '../support/console/browser.js';
import { shots, take, type Shot } from '../support/console/seed/shots.js';
import { seededOffice } from '../support/console/seed/story.js';
import { RedisStand } from '../support/console/stand.js';

interface Spoken {
  readonly role: string;
  readonly name: string;
  readonly level: number;
}

const acted = new Set([
  'button',
  'link',
  'textbox',
  'combobox',
  'checkbox',
  'radio',
  'slider',
  'spinbutton',
  'searchbox',
]);

async function spoken(page: Page): Promise<Spoken[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name, properties = [] }) => {
      const of = (wanted: string): unknown => properties.find((one) => one.name === wanted)?.value.value;
      return {
        role: String(role?.value ?? ''),
        name: String(name?.value ?? '').trim(),
        level: Number(of('level') ?? 0),
      };
    });
}

function faultsOf(all: readonly Spoken[]): string[] {
  const nameless = all
    .filter(({ role, name }) => acted.has(role) && name === '')
    .map(({ role }) => `a ${role} without a name`);
  // Behind a window the page is not there: its own heading is of the second level.
  const start = all.some(({ role }) => role === 'dialog' || role === 'alertdialog') ? 1 : 0;
  const headings = all.filter(({ role }) => role === 'heading');
  const jumps = headings.flatMap(({ level, name }, n) => {
    const above = headings[n - 1]?.level ?? start;
    return level > above + 1 ? [`“${name}” is of level ${level} after one of ${above}`] : [];
  });
  const first = headings.filter(({ level }) => level === 1).length;
  return [...nameless, ...jumps, ...(first === 1 - start ? [] : [`${first} titles`])];
}

describe('the pages as they are spoken', () => {
  let redis: RedisStand;
  let office: Awaited<ReturnType<typeof seededOffice>>;
  let browser: Browser;
  let url: string;
  before(async function () {
    this.timeout(240_000);
    redis = await RedisStand.start();
    office = await seededOffice(redis);
    url = await office.whole.listen();
    browser = await startBrowser({ LANGUAGE: 'pl' }, ['--lang=pl']);
  });
  after(async () => {
    await browser.close();
    await office.close();
    await redis.close();
  });
  const visit = async (shot: Shot): Promise<Page> => {
    const { who, limited } = shot;
    const visitor =
      who === undefined
        ? undefined
        : limited
          ? await office.whole.visitor(office.ids[who], 'second-factor')
          : office.visitors[who];
    const page = await pageOf(browser, url, visitor, { viewport: { width: 1240, height: 820 } });
    await page.clock.setFixedTime(office.now);
    await take(page, url, shot, office);
    return page;
  };

  for (const shot of shots.filter(({ dark, width = 1240 }) => !dark && width > 600))
    it(`${shot.name}: what one can act on has a name, headings go down step by step`, async function () {
      this.timeout(120_000);
      const page = await visit(shot);
      const all = await spoken(page);
      expect(all.length).to.be.greaterThan(10);
      expect(faultsOf(all)).to.deep.equal([]);
      await page.context().close();
    });
});
