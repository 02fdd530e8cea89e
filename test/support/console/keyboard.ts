/** Somebody without a mouse: Tab, Enter, the arrows and letters. At every stop the focus must be to be seen, and go on down the page. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';

/** What has the focus, as it is read out, and whether it can be seen. */
interface Stop {
  readonly name: string;
  readonly tag: string;
  readonly shown: boolean;
  readonly inView: boolean;
  /** It comes after the stop before in the document. */
  readonly onwards: boolean;
}

const LOOK = `(() => {
  const here = document.activeElement;
  if (!here || here === document.body) return { name: '', tag: 'body', shown: true, inView: true, onwards: true };
  const style = getComputedStyle(here);
  const box = here.getBoundingClientRect();
  const before = window.halinaBefore;
  window.halinaBefore = here;
  const label = here.labels?.[0]?.textContent ?? here.getAttribute('aria-label') ?? here.textContent ?? '';
  return {
    name: label.replace(/\\s+/g, ' ').trim(),
    tag: here.tagName.toLowerCase(),
    shown: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    inView: box.width > 0 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
    onwards: !before?.isConnected || before === here || Boolean(before.compareDocumentPosition(here) & 4),
  };
})()`;

export class Keyboard {
  /** Every stop so far. */
  readonly stops: Stop[] = [];

  constructor(readonly page: Page) {}

  press = (key: string): Promise<void> => this.page.keyboard.press(key);

  async look(): Promise<Stop> {
    const stop = await this.page.evaluate<Stop>(LOOK);
    this.stops.push(stop);
    return stop;
  }

  /** Tabs on until something with this name has the focus. */
  async to(name: string | RegExp, most = 80): Promise<Stop> {
    const fits = (text: string): boolean => (typeof name === 'string' ? text === name : name.test(text));
    for (let n = 0; n < most; n++) {
      await this.press('Tab');
      const stop = await this.look();
      if (!fits(stop.name)) continue;
      expect(stop.shown, `${stop.name}: the focus is seen`).to.equal(true);
      expect(stop.inView, `${stop.name}: it is in view`).to.equal(true);
      return stop;
    }
    const met = this.stops.slice(-most).map((stop) => stop.name);
    throw new Error(`no key led to ${String(name)}; met: ${met.join(' | ')}`);
  }

  async enter(name: string | RegExp): Promise<void> {
    await this.to(name);
    await this.press('Enter');
  }

  async type(name: string, text: string): Promise<void> {
    await this.to(name);
    await this.page.keyboard.type(text);
  }

  async tick(name: string | RegExp): Promise<void> {
    await this.to(name);
    await this.press('Space');
  }

  /** A date, and its time, in the order in which this browser asks for the parts. */
  async date(name: string, iso: string): Promise<void> {
    await this.to(name);
    const [day = '', time] = iso.split('T');
    const [y = '', m = '', d = ''] = day.split('-');
    const hour = Number(time?.slice(0, 2) ?? 0);
    const clock = time === undefined ? '' : `${time.replace(':', '')}${hour < 12 ? 'a' : 'p'}`;
    // The year takes up to six digits: an arrow leads on from it. A clock of twelve hours asks for the half of the day.
    for (const parts of [
      [d, m, y],
      [m, d, y],
      [y, m, d],
    ]) {
      const keys = parts.map((part) => (part.length === 4 ? `${part}>` : part)).join('') + clock;
      for (const key of keys) await this.press(key === '>' ? 'ArrowRight' : key);
      if ((await this.page.evaluate('document.activeElement.value')) === iso) return;
      while ((await this.look()).name === name) await this.press('Shift+Tab');
      await this.press('Tab');
    }
    throw new Error(`${name}: no order of day, month and year gave ${iso}`);
  }

  /** Goes through the whole page by Tab: every stop is to be seen, in order, and the end is reached. */
  async walk(most = 300): Promise<readonly Stop[]> {
    const walked: Stop[] = [];
    await this.page.evaluate('document.activeElement?.blur(); window.halinaBefore = undefined');
    for (let n = 0; n < most; n++) {
      await this.press('Tab');
      const stop = await this.look();
      // After the last comes the browser itself, or, where it has nothing to show, the first again.
      if (stop.tag === 'body' || (stop.tag === walked[0]?.tag && stop.name === walked[0].name)) return walked;
      walked.push(stop);
    }
    throw new Error(
      `no way out by Tab; the last: ${walked
        .slice(-5)
        .map((stop) => stop.name)
        .join(' | ')}`,
    );
  }
}
