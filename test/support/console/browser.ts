/** Chromium for tests of the pages: somebody's browser, and what every page has to be. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import type { Visitor } from './stand.js';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const startBrowser = (env: Record<string, string> = {}, flags: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...FLAGS, ...flags],
    env: { ...(process.env as Record<string, string>), ...env },
  });

/** A browser of an office in Poland. `bypassCSP`: for axe, which comes as a script of ours. */
const polish: BrowserContextOptions = { bypassCSP: true, locale: 'pl-PL', timezoneId: 'Europe/Warsaw' };

/** A page of somebody's own browser; with a visitor, one who is logged in. Nothing is opened yet. */
export async function pageOf(
  browser: Browser,
  url: string,
  visitor?: Visitor,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ ...polish, ...options });
  if (visitor) {
    const [name = '', value = ''] = visitor.cookie.split('=');
    const https = url.replace('http:', 'https:');
    await context.addCookies([{ name, value, url: https, secure: true, httpOnly: true, sameSite: 'Strict' }]);
  }
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  return page;
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe finds wrong on the page as it is now. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)');
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
}

/**
 * What cannot be read on the page as it is now (WCAG 1.4.10): text beyond an edge where nothing scrolls, columns of a letter or two,
 * fields too narrow to type in.
 */
const SQUEEZED = `(() => {
  const found = [];
  const range = document.createRange();
  const isHere = (one) => one.checkVisibility({ visibilityProperty: true });
  const styles = (one) => getComputedStyle(one);
  const all = (one) => (one ? [one, ...all(one.parentElement)] : []);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const letters = node.data.replaceAll(/\\s/g, '');
    const around = all(node.parentElement);
    // Menus of the browser's own, what is there for screen readers alone, and the watermark, which fills its place on purpose.
    const isElsewhere = around.some((one) => one.matches('option, script, style, [aria-hidden=true]') || styles(one).clipPath !== 'none');
    if (letters.length < 2 || !isHere(node.parentElement) || isElsewhere) continue;
    range.selectNodeContents(node);
    const lines = [...range.getClientRects()].filter(({ width }) => width > 0);
    const right = Math.max(...lines.map((line) => line.right));
    const scrolls = around.some((one) => !one.matches('html, body') && /auto|scroll/.test(styles(one).overflowX));
    const edge = Math.min(innerWidth, ...around.filter((one) => /hidden|clip/.test(styles(one).overflowX)).map((one) => one.getBoundingClientRect().right));
    if (lines.length === 0) found.push('nothing of: ' + node.data);
    else if (!scrolls && right > edge + 1) found.push('cut: ' + node.data);
    else if (lines.length > 2 && letters.length / lines.length < 4) found.push('a column of letters: ' + node.data);
  }
  for (const one of document.querySelectorAll('input:not([type=checkbox], [type=radio], [type=file]), select, textarea, button'))
    if (isHere(one) && one.getBoundingClientRect().width < 40) found.push('narrow: ' + one.outerHTML.slice(0, 120));
  return found;
})()`;

/** Nothing is lost, squeezed or wider than the window at 320 px. */
export async function expectReflow(page: Page, name: string): Promise<void> {
  const size = page.viewportSize() ?? { width: 1280, height: 900 };
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  expect(wide, `${name} at 320 px`).to.be.at.most(0);
  expect(await page.evaluate<string[]>(SQUEEZED), `${name} at 320 px`).to.deep.equal([]);
  await page.setViewportSize(size);
}

export async function expectNoBarrier(page: Page, name: string): Promise<void> {
  expect(await barriers(page), name).to.deep.equal([]);
}

/** No barrier that axe sees, and all of it to be read at 320 px. */
export async function expectWellMade(page: Page, name: string): Promise<void> {
  await expectNoBarrier(page, name);
  await expectReflow(page, name);
}

/** The bytes of what a link of the page leads to, fetched as the browser would. */
export async function fetched(page: Page, href: string): Promise<Buffer> {
  const text = await page.evaluate<string, string>(async (path) => {
    const response = await fetch(path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    let all = '';
    for (const byte of bytes) all += String.fromCharCode(byte);
    return btoa(all);
  }, href);
  return Buffer.from(text, 'base64');
}
