/** What would happen to a call at …: told by the same road that real calls take. */
import { expect } from 'chai';
import { callStory } from '../../../../src/calls/office/preview.js';
import { changed, noSettings } from '../../../../src/calls/office/settings.js';
import { parseConfig } from '../../../../src/config/load.js';

const config = parseConfig(
  `storage: { maxAge: 30d }
trunks: [{ name: operator, proxy: "sip:sip.example.net", addresses: [192.0.2.1] }]
handsets: [{ extension: "201", password: secret-of-201 }, { extension: "202", password: secret-of-202 }]
routes: [{ name: main, numbers: ["+48227836000"], to: { hours: office } }]
schedules: [{ name: week, week: { mon: ["08:00-16:00"] } }]
hours:
  - { name: office, schedule: week, open: { menu: welcome } }
menus:
  - { name: welcome, say: menu, keys: { "1": { handsets: ["201"] } }, otherwise: { handsets: ["201", "202"] } }
`,
  'office.yaml',
);
const monday = (hour: number): number => Date.UTC(2026, 2, 2, hour - 1);
const story = (at: number, settings = noSettings, dialled = '227836000') =>
  callStory(config, settings, { trunk: 'operator', dialled, at });
const kinds = (...given: Parameters<typeof story>): string[] => story(...given).map((part) => part.is);

describe('the preview of a call', () => {
  it('while it is open: the notice, the menu once, those who ring, the end', () => {
    expect(kinds(monday(10))).to.deep.equal(['route', 'notice', 'hours', 'menu', 'ring', 'end']);
    const parts = story(monday(10));
    expect(parts[2]).to.deep.include({ is: 'hours', name: 'office', open: true, why: 'week', until: monday(16) });
    expect(parts[3]).to.deep.include({ keys: [{ key: '1', leads: 'handsets 201' }] });
    expect(parts[4]).to.deep.equal({ is: 'ring', handsets: ['201', '202'], inTurn: false, seconds: 30 });
  });

  it('while it is closed: what is said then', () => {
    expect(story(monday(18)).at(-1)).to.deep.equal({ is: 'end', prompt: 'closed' });
  });

  it('with what handsets have set: night mode, forwards', () => {
    const night = changed(noSettings, { set: 'night', schedule: 'week', mode: 'closed' });
    expect(story(monday(10), night)[2]).to.include({ open: false, why: 'night-mode' });
  });

  it('for a number that leads nowhere', () => {
    expect(story(monday(10), noSettings, '221112233')).to.deep.equal([{ is: 'no-route' }]);
  });
});
