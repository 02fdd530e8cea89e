import { expect } from 'chai';
import { limits } from '../../../src/app/check-limits.js';
import { configSchema, type ConfigInput } from '../../../src/config/schema.js';

const config = (changes: Partial<ConfigInput>) => configSchema.parse({ storage: { maxAge: '30d' }, ...changes });
const messages = async (changes: Partial<ConfigInput>, files: number | undefined): Promise<string[]> =>
  (await limits(config(changes), () => Promise.resolve(files))).map(({ level, message }) => `${level}: ${message}`);

describe('halina check, room for the calls that are allowed', () => {
  const sip = { maxCalls: 1000 };

  it('says nothing where there is enough, or where it cannot know', async () => {
    expect(await messages({ sip }, 5_100)).to.deep.equal([]);
    expect(await messages({ sip }, undefined)).to.deep.equal([]);
  });

  it('compares open files with what the calls of a media process need', async () => {
    expect(await messages({ sip }, 5_099)).to.deep.equal([
      'warning: a process may have 5099 files open here, but sip.maxCalls (1000) and the handsets need up to 5100',
    ]);
    expect(await messages({ sip, media: { engines: 4 } }, 1_350)).to.deep.equal([]);
  });

  it('compares ports with what the calls need', async () => {
    const media = { ports: { from: 20_000, to: 20_399 } };
    expect(await messages({ sip: { maxCalls: 100 }, media }, 10_000)).to.deep.equal([]);
    expect(await messages({ sip: { maxCalls: 101 }, media }, 10_000)).to.deep.equal([
      'warning: media.ports (20000 to 20399) has room for 100 calls at once, but sip.maxCalls allows 101',
    ]);
  });
});
