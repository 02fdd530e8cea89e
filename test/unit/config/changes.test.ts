/** What differs between two configurations, and what of it a running program takes over. */
import { expect } from 'chai';
import { changedSettings, effectOf, takenOver } from '../../../src/config/changes.js';
import { configSchema, type Config } from '../../../src/config/schema.js';
import { office } from '../../support/calls/config.js';

const full = (): Config =>
  office({
    sip: { faces: [{ name: 'a', address: '127.0.0.1' }] },
    notice: { folder: 'own' },
    redis: { url: 'redis://x' },
  });

/** Every plain value below a section, as a path. */
function leaves(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

function changedAt(config: Config, path: readonly string[]): Config {
  const copy = structuredClone(config);
  let holder = copy as unknown as Record<string, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
  holder[path.at(-1) ?? ''] = 'something else';
  return copy;
}

describe('changes of the configuration', () => {
  it('are named by what they are about, and never tell values', () => {
    const after = office({
      handsets: [
        { extension: '202', password: 'new', callerId: '+48227836002' },
        { extension: '201', password: 'secret-201', displayName: 'Sekretariat' },
        { extension: '204', password: 'x' },
      ],
      storage: { maxAge: '30d' },
    });
    expect(changedSettings(office(), after)).to.deep.equal([
      'handsets[202].password',
      'handsets[203]',
      'handsets[204]',
      'storage.maxAge',
    ]);
  });

  it('are none between equal configurations', () => expect(changedSettings(office(), office())).to.deep.equal([]));

  it('in the order of a list are changes', () => {
    const two = { name: 'r', numbers: ['227836000'] };
    const before = office({ routes: [{ ...two, handsets: ['201', '202'] }] });
    expect(changedSettings(before, office({ routes: [{ ...two, handsets: ['202', '201'] }] }))).to.deep.equal([
      'routes[r].handsets[0]',
      'routes[r].handsets[1]',
    ]);
  });

  it('have an effect named for every section', () => {
    for (const section of Object.keys(configSchema.shape)) expect(() => effectOf(section), section).not.to.throw();
    expect(effectOf('storage.quota')).to.equal('now');
    expect(effectOf('handsets[201].password')).to.equal('next-call');
    expect(effectOf('sip.faces[office].port')).to.equal('restart');
    expect(effectOf('sip.maxCalls')).to.equal('next-call');
  });

  for (const path of leaves(full()))
    it(`of ${path.join('.')} are taken over exactly where they need no restart`, () => {
      const running = full();
      const wanted = changedAt(running, path);
      const [setting = ''] = changedSettings(running, wanted);
      const result = takenOver(running, wanted);
      expect(result).to.deep.equal(effectOf(setting) === 'restart' ? running : wanted);
    });
});
