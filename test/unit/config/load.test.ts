import { expect } from 'chai';
import { ConfigError } from '../../../src/config/problems.js';
import { parseConfig } from '../../../src/config/load.js';

const good = `
trunks:
  - { name: provider, addresses: [192.0.2.0/24], proxy: "sip:sbc.example.pl" }
handsets:
  - { extension: "201", password: x }
routes:
  - { name: office, numbers: ["+48227836000"], handsets: ["201"] }
storage: { quota: 50GB, maxAge: 365d }
`;

/** What is said of a text, each problem as `line:column setting: message`. */
function problemsOf(text: string): string[] {
  try {
    parseConfig(text, 'halina.yaml');
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(
        (one) => `${one.line}:${one.column} ${one.setting}: ${one.message} (${one.hint ?? ''})`,
      );
    throw error;
  }
  return [];
}

describe('a configuration', () => {
  it('is read with its units, and the rest is filled with defaults', () => {
    const config = parseConfig(good, 'halina.yaml');
    expect(config.storage).to.include({ quota: 50e9, maxAge: 365 * 86_400_000, keepAtLeast: 0 });
    expect(config.notice).to.include({ mode: 'answered', choice: 'none' });
    expect(config.sip.faces[0]).to.include({ address: '127.0.0.1', port: 5060 });
  });

  const mistakes: readonly [name: string, text: string, expected: RegExp][] = [
    ['a misspelt setting', good.replace('numbers:', 'nubmers:'), /^7:21 routes\[0\].nubmers: unknown setting \(did you mean numbers\?\)$/],
    ['a required setting that lacks', good.replace(', maxAge: 365d', ''), /^8:10 storage.maxAge: this setting is required/],
    ['a size without a unit', good.replace('50GB', '"50"'), /^8:19 storage.quota: write a number with its unit, e.g. 50GB/],
    ['a number where a text must be', good.replace('"201", pass', '201, pass'), /^5:18 handsets\[0\].extension: .*\(put it in quotes: "201"\)$/],
    ['YAML that is none', 'trunks: [', /^\d+:\d+ : /],
    ['a handset that is not there', good.replace('handsets: ["201"]', 'handsets: ["210"]'), /^7:59 routes\[0\].handsets\[0\]: there is no handset 210 \(did you mean 201\?\)$/],
    ['an extension that is there twice', good.replace('routes:', '  - { extension: "201", password: y }\nroutes:'), /^6:18 handsets\[1\].extension: 201 is there twice/],
    ['a proxy that is no URI', good.replace('"sip:sbc', '"sbc'), /^3:57 trunks\[0\].proxy: this is no SIP URI \(write sip:sbc.example.pl\)$/],
    ['a choice before the answer', `${good}notice: { mode: early-media, choice: opt-out }\n`, /^9:38 notice.choice: a choice needs/],
    ['a trunk that nothing could come from', good.replace('addresses: [192.0.2.0/24], ', ''), /^3:5 trunks\[0\]: calls from provider would never be known/],
    ['an address that is none', good.replace('192.0.2.0/24', '192.0.2.0/99'), /^3:35 trunks\[0\].addresses\[0\]: 192.0.2.0\/99 is neither/],
    ['a key that is there twice', `${good}storage: { maxAge: 1d }\n`, /^9:1 : Map keys must be unique/],
  ]; // prettier-ignore
  for (const [name, text, expected] of mistakes) {
    it(`with ${name} is refused with its place`, () => {
      const problems = problemsOf(text);
      expect(
        problems.some((one) => expected.test(one)),
        problems.join('\n'),
      ).to.equal(true);
    });
  }

  it('tells all mistakes at once', () => {
    expect(problemsOf('storage: { quota: x, maxAge: y }\nsip: { port: 1 }')).to.have.length(3);
  });
});
