/** An office (request-people.ts) whose people sit at browsers of their own. */
import type { Browser } from 'playwright-core';
import type { Role } from '../../../src/accounts/roles.js';
import { pageOf, startBrowser } from './browser.js';
import { Newcomer } from './newcomer.js';
import { RequestPeople } from './request-people.js';

export class Browsers {
  constructor(
    readonly people: RequestPeople,
    private readonly browser: Browser,
    private readonly url: string,
  ) {}

  /** Somebody's browser, logged in, on a page by its name in the menu; `title`: where its heading says more. */
  async at(role: Role, page: string, title = page): Promise<Newcomer> {
    const person = new Newcomer(await pageOf(this.browser, this.url, this.people.visitors[role]));
    await person.page.goto(this.url);
    await person.isOn('Dzisiaj');
    await person.follow(page);
    await person.isOn(title);
    return person;
  }

  /** From what waits for them to the case. */
  async opens(role: Role, task: RegExp): Promise<Newcomer> {
    const person = await this.at(role, 'Czeka na mnie');
    await person.follow(task);
    await person.isOn(/^Wniosek nr/);
    return person;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.people.close();
  }
}

export async function inBrowsers(): Promise<Browsers> {
  const people = await RequestPeople.alone();
  return new Browsers(people, await startBrowser(), await people.whole.listen());
}
