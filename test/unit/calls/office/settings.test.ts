/** What handsets set by code: what it changes, and that it outlives a restart. */
import { expect } from 'chai';
import { silentLog } from '../../../../src/base/log.js';
import { requestOf, servicesOf, type CodeConfig } from '../../../../src/calls/office/service-codes.js';
import {
  changed,
  handsetSettings,
  loggedIn,
  nightMode,
  noSettings,
  type Settings,
  type Team,
} from '../../../../src/calls/office/settings.js';
import { SettingsStore } from '../../../../src/calls/office/settings-store.js';
import { configSchema } from '../../../../src/config/schema.js';
import { MemoryFiles, systemError } from '../../../support/memory-files.js';

const config: CodeConfig = configSchema.parse({
  storage: { maxAge: '1d' },
  handsets: ['201', '202', '203'].map((extension) => ({ extension, password: 'x' })),
  schedules: [{ name: 'hours', week: { mon: ['08:00-16:00'] }, code: '28', switchedBy: ['201'] }],
  groups: [{ name: 'all', members: ['201', '202'], mayJoin: ['203'], code: '31' }],
});
const services = servicesOf(config);
const ask = (keys: string, extension = '201') => requestOf(keys, extension, services);
const team: Team = { kind: 'group', name: 'all', members: ['201', '202'], mayJoin: ['203'] };

describe('service codes', () => {
  const changes: readonly (readonly [string, object])[] = [
    ['*21*202#', { set: 'forward', extension: '201', on: 'always', to: '202' }],
    ['*21*202', { set: 'forward', extension: '201', on: 'always', to: '202' }],
    ['#21#', { set: 'forward', extension: '201', on: 'always', to: undefined }],
    ['#21', { set: 'forward', extension: '201', on: 'always', to: undefined }],
    ['*67*202#', { set: 'forward', extension: '201', on: 'busy', to: '202' }],
    ['*61*0601234567#', { set: 'forward', extension: '201', on: 'noAnswer', to: '0601234567' }],
    ['*62*202#', { set: 'forward', extension: '201', on: 'notRegistered', to: '202' }],
    ['*26#', { set: 'doNotDisturb', extension: '201', on: true }],
    ['#26#', { set: 'doNotDisturb', extension: '201', on: false }],
    ['*28*1#', { set: 'night', schedule: 'hours', mode: 'closed' }],
    ['*28#', { set: 'night', schedule: 'hours', mode: 'closed' }],
    ['*28*0#', { set: 'night', schedule: 'hours', mode: 'open' }],
    ['#28#', { set: 'night', schedule: 'hours', mode: 'automatic' }],
    ['*31#', { set: 'member', team, extension: '201', isIn: true }],
    ['#31#', { set: 'member', team, extension: '201', isIn: false }],
  ];
  for (const [keys, change] of changes)
    it(`${keys} is understood`, () => expect(ask(keys)).to.deep.include({ do: 'change', change }));

  it('ask with *#', () => expect(ask('*#21#')).to.include({ do: 'ask' }));

  const refused: readonly (readonly [string, string, string])[] = [
    ['*21#', '201', 'value'], // forward to whom?
    ['*21*201#', '201', 'value'], // to itself
    ['#21*202#', '201', 'value'],
    ['*28*7#', '201', 'value'],
    ['*28*1#', '202', 'not-allowed'],
  ];
  for (const [keys, extension, why] of refused)
    it(`${keys} of ${extension} is refused`, () => expect(ask(keys, extension)).to.include({ do: 'refuse', why }));

  it('a handset that is no member may not log in', () => {
    expect(requestOf('*31#', '203', services)).to.include({ do: 'change' });
    expect(requestOf('*31#', '204', services)).to.include({ do: 'refuse', why: 'not-allowed' });
  });

  for (const keys of [
    '201',
    '0226543210',
    '*7',
    '**201',
    '*99#',
    '*8201',
    '*21*20a#',
    '21#',
    '*2#',
    '112',
    '*61',
    '*21',
  ])
    it(`${keys} is none`, () => expect(ask(keys)).to.equal(undefined));
});

describe('settings of handsets', () => {
  it('without a change are those of the configuration', () => {
    expect(loggedIn(noSettings, team)).to.deep.equal(['201', '202']);
    expect(nightMode(noSettings, 'hours')).to.equal('automatic');
    expect(handsetSettings(noSettings, '201')).to.deep.equal({ forward: {}, doNotDisturb: false });
  });

  it('log in and out, in the order of the configuration', () => {
    const out = changed(noSettings, { set: 'member', team, extension: '201', isIn: false });
    expect(loggedIn(out, team)).to.deep.equal(['202']);
    const guest = changed(out, { set: 'member', team, extension: '203', isIn: true });
    expect(loggedIn(guest, team)).to.deep.equal(['202', '203']);
    const back = changed(guest, { set: 'member', team, extension: '201', isIn: true });
    expect(loggedIn(back, team)).to.deep.equal(['201', '202', '203']);
  });

  it('night mode by the hours again leaves nothing behind', () => {
    const night = changed(noSettings, { set: 'night', schedule: 'hours', mode: 'closed' });
    expect(nightMode(night, 'hours')).to.equal('closed');
    expect(changed(night, { set: 'night', schedule: 'hours', mode: 'automatic' })).to.deep.equal(noSettings);
  });
});

const FILE = '/data/office.json';
const night = { set: 'night', schedule: 'hours', mode: 'closed' } as const;

/** Now one way, now the other. */
function chances(): () => number {
  let n = 0;
  return () => (n++ % 2 === 0 ? 0.25 : 0.75);
}

async function disk(): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  await files.makeFolder('/data');
  return files;
}
const open = (files: MemoryFiles) => SettingsStore.open(files, FILE, silentLog);

describe('the file of the settings', () => {
  it('gives them back after a restart', async () => {
    const files = await disk();
    const store = await open(files);
    expect(await store.change(night)).to.equal(true);
    await store.change({ set: 'forward', extension: '201', on: 'always', to: undefined });
    await store.close();
    const again = await open(files);
    expect(again.settings).to.deep.equal(store.settings);
    expect(nightMode(again.settings, 'hours')).to.equal('closed');
    expect(handsetSettings(again.settings, '201').forward.always).to.equal(null);
  });

  it('is whole whenever the power goes: the settings before the change, or those after it', async () => {
    for (let operation = 1; operation < 12; operation++) {
      const files = await disk();
      const store = await open(files);
      await store.change(night);
      files.crashBefore(operation);
      await store.change({ set: 'doNotDisturb', extension: '201', on: true });
      const survivor = files.afterCrash(true, chances());
      const after = (await open(survivor)).settings;
      const isBefore = JSON.stringify(after) === JSON.stringify(changed(noSettings, night));
      const isAfter = JSON.stringify(after) === JSON.stringify(store.settings);
      expect(isBefore || isAfter, `operation ${operation}: ${JSON.stringify(after)}`).to.equal(true);
    }
  });

  it('counts at once, and says so, where the disk refuses it', async () => {
    const files = await disk();
    const store = await open(files);
    files.onOperation = () => {
      throw systemError('ENOSPC');
    };
    const heard: Settings[] = [];
    store.onChange(() => heard.push(store.settings));
    expect(await store.change(night)).to.equal(false);
    expect(nightMode(store.settings, 'hours')).to.equal('closed');
    expect(heard).to.have.length(1);
    files.onOperation = () => undefined;
    await store.change({ set: 'doNotDisturb', extension: '201', on: true });
    expect((await open(files)).settings).to.deep.equal(store.settings);
  });

  it('is put beside where it cannot be read', async () => {
    const files = await disk();
    const file = await files.open(FILE, 'write');
    await file.write(Buffer.from('{"night":'), 0);
    await file.close();
    expect((await open(files)).settings).to.deep.equal(noSettings);
    expect((await files.list('/data')).map(({ name }) => name)).to.deep.equal(['office.json.damaged']);
  });
});
