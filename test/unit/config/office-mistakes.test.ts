/** Mistakes in opening hours, menus, groups, queues and forwards, each with its line and column. */
import { expect } from 'chai';
import { parseConfig } from '../../../src/config/load.js';
import { ConfigError } from '../../../src/config/problems.js';

const base = `trunks: [{ name: provider, addresses: [192.0.2.0/24], proxy: "sip:sbc.example.pl" }]
handsets: [{ extension: "201", password: x }, { extension: "202", password: x }]
storage: { maxAge: 365d }
`;
const BELOW = base.split('\n').length - 1;

/** What is said of these lines, which stand below the others; their first is line 1. */
function said(text: string): string[] {
  try {
    parseConfig(`${base}${text}`, 'halina.yaml');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ line, column, setting, message }) => `${(line ?? 0) - BELOW}:${column} ${setting}: ${message}`); // prettier-ignore
  }
  return [];
}

const cases: readonly (readonly [name: string, text: string, ...expected: string[]])[] = [
  [
    'hours of a day that overlap',
    `schedules:
  - name: office
    week:
      mon: ["08:00-12:00", "11:30-16:00"]
`,
    '4:28 schedules[0].week.mon[1]: 11:30-16:00 overlaps with 08:00-12:00',
  ],
  [
    'hours of an exception that overlap',
    `schedules:
  - name: office
    week: { mon: ["08:00-12:00"] }
    exceptions: [{ on: 2026-12-31, hours: ["08:00-10:00", "08:00-09:00"] }]
`,
    '4:59 schedules[0].exceptions[0].hours[1]: 08:00-09:00 overlaps with 08:00-10:00',
  ],
  [
    'two exceptions for one day',
    `schedules:
  - name: office
    week: { mon: ["08:00-12:00"] }
    exceptions:
      - { on: 2026-08-03..2026-08-14 }
      - { on: 2026-08-14, hours: ["08:00-12:00"] }
      - { on: 12-31 }
      - { on: 2026-12-31, hours: ["08:00-12:00"] }
`,
    '6:15 schedules[0].exceptions[1].on: for these days there are other hours at schedules[0].exceptions[0] already',
  ],
  [
    'hours that end before they begin',
    `schedules: [{ name: office, week: { fri: ["22:00-06:00"] } }]
`,
    '1:43 schedules[0].week.fri[0]: write opening hours such as 08:00-16:00; past midnight is 22:00-24:00 and the next day 00:00-06:00',
  ],
  [
    'a day that is not in the calendar',
    `schedules: [{ name: office, week: { fri: ["08:00-10:00"] }, exceptions: [{ on: 2026-02-29 }] }]
`,
    '1:80 schedules[0].exceptions[0].on: write a date that exists, such as 2026-08-03, two of them with .. between, or 12-31 for every year',
  ],
  [
    'an office that never opens',
    `schedules: [{ name: office, week: {} }]
`,
    '1:35 schedules[0].week: with these hours the office never opens',
  ],
  [
    'holidays of a country that are not known',
    `office: { country: DE, zone: Europe/Berlin }
schedules: [{ name: office, week: { mon: ["08:00-10:00"] }, holidays: closed }]
`,
    '2:71 schedules[0].holidays: the public holidays of DE cannot be computed',
  ],
  [
    'a menu whose key leads nowhere',
    `routes: [{ name: all, numbers: ["*"], to: { menu: main } }]
menus:
  - name: main
    say: menu
    keys: { "1": { queue: citizens }, "2": { handsets: ["203"] } }
    otherwise: { handsets: ["201"] }
`,
    '5:27 menus[0].keys.1.queue: there is no queue citizens',
    '5:57 menus[0].keys.2.handsets[0]: there is no handset 203',
  ],
  [
    'a menu without keys, and a prompt that is not there',
    `menus: [{ name: main, say: welcome, keys: {}, otherwise: { handsets: ["201"] } }]
`,
    '1:28 menus[0].say: there is no prompt welcome',
    '1:43 menus[0].keys: there is no key to choose',
  ],
  [
    'a key that no telephone has',
    `menus: [{ name: main, say: menu, keys: { "12": { hangUp: true } }, otherwise: { handsets: ["201"] } }]
`,
    '1:48 menus[0].keys.12: one key: a digit, * or #, in quotes',
  ],
  [
    'a route that leads nowhere, and one with two ways to go',
    `routes:
  - { name: a, numbers: ["+48221234567"] }
  - { name: b, numbers: ["*"], handsets: ["201"], to: { hangUp: true } }
`,
    '2:5 routes[0]: calls of this route lead nowhere',
    '3:55 routes[1].to: this route has two ways to go',
  ],
  [
    'a circle in which nobody is ever rung',
    `menus: [{ name: main, say: menu, keys: { "1": { handsets: ["201"] } }, otherwise: { queue: front } }]
queues: [{ name: front, agents: ["201"], overflow: { group: all } }]
groups: [{ name: all, members: ["201"], onNoAnswer: { menu: main } }]
`,
    '3:53 groups[0].onNoAnswer: calls would go round for ever: menu main → queue front → group all → menu main',
  ],
  [
    'a service code that stands for two things',
    `groups: [{ name: all, members: ["201"], code: "21" }]
`,
    '1:47 groups[0].code: the code 21 is there twice; it was first at codes.forwardAlways',
  ],
  [
    'a service code that begins like the one for picking up',
    `groups: [{ name: all, members: ["201"], code: "81" }]
`,
    '1:47 groups[0].code: *81 cannot be told from the code *8 under features',
  ],
  [
    'members that are no handsets, or there twice',
    `groups: [{ name: all, members: ["201", "203", "201"] }]
queues: [{ name: q, agents: ["201"], mayJoin: ["204"] }]
`,
    '1:40 groups[0].members[1]: there is no handset 203',
    '1:47 groups[0].members[2]: 201 is there twice; it was first at groups[0].members[0]',
    '2:48 queues[0].mayJoin[0]: there is no handset 204',
  ],
];

describe('mistakes in what an office does with its calls', () => {
  for (const [name, text, ...expected] of cases) it(name, () => expect(said(text)).to.deep.equal(expected));

  it('forwards that lead back, to themselves, or to nobody', () => {
    const text = `storage: { maxAge: 365d }
handsets:
  - { extension: "201", password: x, forward: { always: "202" } }
  - { extension: "202", password: x, forward: { always: "201", busy: "202", noAnswer: "999" } }
`;
    const found = (): void => void parseConfig(text, 'halina.yaml');
    expect(found).to.throw(/3:57: handsets\[0\].forward.always: these forwards lead back/);
    expect(found).to.throw(/4:70: handsets\[1\].forward.busy: 202 would forward to itself/);
    expect(found).to.throw(/4:87: handsets\[1\].forward.noAnswer: 999 is neither a handset nor a number/);
  });

  it('a key may lead back to its menu: whoever presses it has a way out', () => {
    const text = `menus: [{ name: main, say: menu, keys: { "9": { menu: main } }, otherwise: { handsets: ["201"] } }]\n`;
    expect(said(text)).to.deep.equal([]);
  });
});
