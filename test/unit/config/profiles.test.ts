/** Provider profiles: what comes with Halina, and what a trunk makes of one. */
import { mkdtempSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseConfig } from '../../../src/config/load.js';
import { ConfigError } from '../../../src/config/problems.js';
import { profileFolders, profileNames } from '../../../src/config/profiles.js';
import type { Config } from '../../../src/config/schema.js';

type Trunk = Config['trunks'][number];

function load(trunk: string, folder = '/nowhere'): Config {
  return parseConfig(`trunks:\n  - ${trunk}\nstorage: { maxAge: 1d }\n`, join(folder, 'halina.yaml'));
}

const trunkOf = (trunk: string, folder?: string): Trunk | undefined => load(trunk, folder).trunks[0];

function problems(trunk: string, folder?: string): string[] {
  try {
    load(trunk, folder);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((one) => `${one.line}:${one.column} ${one.setting}: ${one.message} (${one.hint ?? ''})`);
  }
  return [];
}

/** A folder with a profile of the office's own. */
function own(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'halina-profiles-'));
  mkdirSync(join(folder, 'providers'));
  writeFileSync(join(folder, 'providers', 'own.yaml'), text);
  return folder;
}

const register = 'register: { username: u, password: p }';
const sip = 'proxy: "sip:p.example"';

describe('profiles of providers', () => {
  it('come in four forms, each of which makes a trunk', () => {
    expect(profileNames(profileFolders('halina.yaml')).sort()).to.include.members(['ip-trust', 'registration', 'srv-failover', 'tls']); // prettier-ignore
    for (const profile of ['registration', 'srv-failover'])
      expect(trunkOf(`{ name: p, profile: ${profile}, ${sip}, ${register} }`), profile).to.include({ name: 'p' });
    const tls = `{ name: p, profile: tls, proxy: "sip:p.example;transport=tls", ${register} }`;
    const faces = 'sip: { faces: [{ name: a, address: 127.0.0.1, transports: [tls], tls: {} }] }';
    const config = parseConfig(`${faces}\ntrunks: [${tls}]\nstorage: { maxAge: 1d }\n`, '/nowhere/halina.yaml');
    expect(config.trunks[0]).to.include({ srtp: 'require' });
    const trusted = trunkOf(`{ name: p, profile: ip-trust, ${sip}, addresses: [192.0.2.1], callerId: "+48227836000" }`);
    expect(trusted).to.deep.include({ diversion: 'both', aboveLimit: 'unavailable' });
  });

  it('give what the trunk does not say, setting by setting', () => {
    const trunk = trunkOf(`{ name: p, profile: registration, ${sip}, ${register}, identity: { format: national } }`);
    expect(trunk?.register).to.deep.equal({ username: 'u', password: 'p', expires: 600_000, flows: [] });
    expect(trunk?.identity).to.deep.equal({
      from: 'account',
      format: 'national',
      headers: ['P-Preferred-Identity'],
      forwarded: 'own',
    });
    expect(trunk?.health).to.deep.equal({ every: 30_000, failures: 3 });
  });

  it('that encrypt sound want its keys to travel in secret', () => {
    expect(problems(`{ name: p, profile: tls, ${sip}, ${register} }`)[0]).to.contain('would travel in clear');
    expect(problems(`{ name: p, profile: tls, ${sip}, ${register}, srtp: allow }`)).to.deep.equal([]);
  });

  it('that are not there are told, with the one that was meant', () => {
    expect(problems(`{ name: p, profile: registraton, ${sip}, ${register} }`)).to.deep.equal([
      '2:25 trunks[0].profile: there is no profile registraton (did you mean registration?)',
    ]);
    const [far] = problems(`{ name: p, profile: xyz, ${sip}, ${register} }`);
    expect(far).to.match(/known: .*ip-trust/);
  });

  it('say what they need of the trunk', () => {
    expect(problems(`{ name: p, profile: registration, ${sip}, addresses: [192.0.2.1] }`)).to.deep.equal([
      '2:5 trunks[0]: a trunk of the profile registration needs register (see the example in config/providers/registration.yaml)',
    ]);
  });

  it('of the office itself stand in providers/ beside its configuration, and go first', () => {
    const folder = own('description: ours\ntrunk: { numbers: { format: digits, prefix: "9" } }\n');
    expect(trunkOf(`{ name: p, profile: own, ${sip}, ${register} }`, folder)?.numbers).to.deep.equal({
      format: 'digits',
      prefix: '9',
    });
  });

  it('with mistakes are told by their file', () => {
    const broken = own('description: ours\ntrunks: {}\n');
    const [said] = problems(`{ name: p, profile: own, ${sip}, ${register} }`, broken);
    expect(said).to.match(/the profile .*own\.yaml cannot be used/);
    const wrong = own('description: ours\ntrunk: { numbers: { format: roman } }\n');
    const [told] = problems(`{ name: p, profile: own, ${sip}, ${register} }`, wrong);
    expect(told).to.match(/^2:5 trunks\[0\]\.numbers\.format: /);
  });
});
