/**
 * Somebody on their first day, who finds the way by what is written on the screen and by nothing else: links, buttons and
 * fields by their visible names, and words that are to be read. No address, no selector, no id.
 */
import type { Locator, Page } from 'playwright-core';
import { until } from '../until.js';
import { fetched } from './browser.js';

type Name = string | RegExp;
const named = (name: Name): { name: Name; exact?: true } =>
  typeof name === 'string' ? { name, exact: true } : { name };
const exactly = (name: Name): { exact: true } | undefined => (typeof name === 'string' ? { exact: true } : undefined);

export class Newcomer {
  constructor(
    readonly page: Page,
    /** Where it looks: the whole page, or a part of it. */
    private readonly where: Page | Locator = page,
  ) {}

  /** In the part of the page with this heading or name. */
  within(name: Name): Newcomer {
    return new Newcomer(this.page, this.where.getByRole('region', named(name)).first());
  }

  /** In the window above the page. */
  inWindow(name: Name): Newcomer {
    return new Newcomer(this.page, this.where.getByRole('dialog', named(name)));
  }

  /** In the row of a table in which this is written. */
  inRow(text: Name): Newcomer {
    return new Newcomer(this.page, this.where.getByRole('row').filter({ hasText: text }).first());
  }

  /** In the item of a list in which this is written. */
  inItem(text: Name): Newcomer {
    return new Newcomer(this.page, this.where.getByRole('listitem').filter({ hasText: text }).first());
  }

  follow = (name: Name): Promise<void> => this.where.getByRole('link', named(name)).first().click();
  press = (name: Name): Promise<void> => this.where.getByRole('button', named(name)).first().click();
  /** Opens what is folded under this line. */
  unfold = (name: Name): Promise<void> => this.where.locator('summary').getByText(name, exactly(name)).first().click();

  async enters(fields: Readonly<Record<string, string>>): Promise<void> {
    for (const [label, value] of Object.entries(fields))
      await this.where.getByLabel(label, { exact: true }).fill(value);
  }

  async choose(label: string, option: Name): Promise<void> {
    const list = this.where.getByLabel(label, { exact: true });
    if (typeof option === 'string') return void (await list.selectOption({ label: option }));
    let wanted: string | undefined;
    await until(`an option ${String(option)}`, async () => {
      wanted = (await list.locator('option').allTextContents()).find((one) => option.test(one));
      return wanted !== undefined;
    });
    await list.selectOption({ label: wanted ?? '' });
  }

  tick = (label: Name): Promise<void> => this.where.getByLabel(label, exactly(label)).first().check();
  untick = (label: Name): Promise<void> => this.where.getByLabel(label, exactly(label)).first().uncheck();

  /** Waits until it can be read. */
  reads = (text: Name): Promise<void> => this.where.getByText(text).first().waitFor({ state: 'visible' });
  /** The page is called so. */
  isOn = (title: Name): Promise<void> =>
    this.page.getByRole('heading', { level: 1, ...named(title) }).waitFor({ state: 'visible' });

  /** What was there a moment ago may still be about to go. */
  doesNotRead = (text: Name): Promise<void> =>
    until(`${String(text)} is not to be read`, async () => (await this.where.getByText(text).count()) === 0);

  /** What is written there, in one line. */
  text = async (): Promise<string> => (await this.#part().innerText()).replace(/\s+/g, ' ');

  #part(): Locator {
    return this.where === this.page ? this.page.locator('body') : (this.where as Locator);
  }

  /** What the link leads to, as a file. */
  async takes(name: Name): Promise<Buffer> {
    const href = await this.where.getByRole('link', named(name)).first().getAttribute('href');
    if (href === null) throw new Error(`the link ${String(name)} leads nowhere`);
    return fetched(this.page, href);
  }
}
