/** Where forwards lead, and that no circle of them holds a call. */
import { expect } from 'chai';
import fc from 'fast-check';
import { forwardOf, reached } from '../../../../src/calls/office/forwarding.js';
import { changed, noSettings, type Settings } from '../../../../src/calls/office/settings.js';
import { configSchema, type ConfigInput } from '../../../../src/config/schema.js';

type Forward = NonNullable<NonNullable<ConfigInput['handsets']>[number]['forward']>;

const office = (forwards: Readonly<Record<string, Forward>>) =>
  configSchema.parse({
    storage: { maxAge: '1d' },
    handsets: ['201', '202', '203', '204'].map((extension) => ({
      extension,
      password: 'x',
      forward: forwards[extension] ?? {},
    })),
  });

const forward = (extension: string, to: string | undefined, settings: Settings = noSettings): Settings =>
  changed(settings, { set: 'forward', extension, on: 'always', to });

describe('forwarding always', () => {
  it('leads from handset to handset to the last', () => {
    const config = office({ '201': { always: '202' }, '202': { always: '203' } });
    expect(reached(config, noSettings, '201')).to.deep.equal({ at: 'handset', extension: '203', via: ['201', '202'] });
  });

  it('what the handset set goes before the configuration, off too', () => {
    const config = office({ '201': { always: '202' } });
    expect(forwardOf(config, forward('201', '203'), '201', 'always')).to.equal('203');
    expect(forwardOf(config, forward('201', undefined), '201', 'always')).to.equal(undefined);
    expect(reached(config, forward('201', undefined), '201')).to.include({ extension: '201' });
  });

  it('of two who forward to each other, the other one rings', () => {
    const settings = forward('202', '201', forward('201', '202'));
    expect(reached(office({}), settings, '201')).to.deep.equal({ at: 'handset', extension: '202', via: ['201'] });
    expect(reached(office({}), settings, '202')).to.deep.equal({ at: 'handset', extension: '201', via: ['202'] });
  });

  it('ends at a handset that is not to be disturbed', () => {
    const settings = changed(forward('201', '202'), { set: 'doNotDisturb', extension: '202', on: true });
    expect(reached(office({}), settings, '201')).to.deep.equal({ at: 'left-alone', extension: '202', via: ['201'] });
  });

  it('goes on from a handset that is not to be disturbed, as its owner wanted', () => {
    const settings = changed(forward('201', '202'), { set: 'doNotDisturb', extension: '201', on: true });
    expect(reached(office({}), settings, '201')).to.include({ at: 'handset', extension: '202' });
  });

  it('comes to an end whatever people have set, and never twice to the same handset', () => {
    const extension = fc.constantFrom('201', '202', '203', '204');
    const all = fc.dictionary(extension, fc.constantFrom('201', '202', '203', '204', '0601234567'));
    fc.assert(
      fc.property(all, extension, (forwards, called) => {
        const settings = Object.entries(forwards).reduce((before, [from, to]) => forward(from, to, before), noSettings);
        const place = reached(office({}), settings, called);
        const visited = [...place.via, ...(place.at === 'outside' ? [place.by] : [place.extension])];
        expect(visited[0]).to.equal(called);
        expect(new Set(visited).size).to.equal(visited.length);
      }),
    );
  });
});
