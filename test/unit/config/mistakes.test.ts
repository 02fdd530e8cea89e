/** Each kind of mistake in a configuration, with its place, what is wrong and what to do. */
import { expect } from 'chai';
import { parseConfig, type LoadOptions } from '../../../src/config/load.js';
import { ConfigError } from '../../../src/config/problems.js';

const good = `
trunks:
  - { name: provider, addresses: [192.0.2.0/24], proxy: "sip:sbc.example.pl" }
handsets:
  - { extension: "201", password: x }
routes:
  - { name: office, numbers: ["+48227836000"], handsets: ["201"] }
storage: { quota: 50GB, maxAge: 365d }
`;

/** What is said of a text, each problem as `line:column setting: message (hint)`. */
function problemsOf(text: string, options: LoadOptions = {}): string[] {
  try {
    parseConfig(text, 'halina.yaml', options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((one) => `${one.line}:${one.column} ${one.setting}: ${one.message} (${one.hint ?? ''})`);
  }
  return [];
}

interface Mistake {
  readonly name: string;
  /** Put in the place of the first, or added at the end. */
  readonly change: readonly [from: string, to: string] | string;
  readonly said: string;
}

const mistakes: readonly Mistake[] = [
  {
    name: 'the same key for the choice and for the information',
    change: 'notice: { choice: opt-out, informationKey: "9" }\n',
    said: '9:44 notice.informationKey: the key 9 is that of the choice (give one of the two another key)',
  },
  {
    name: 'two codes of which one begins with the other',
    change: 'features: { pickUp: "*61", park: { code: "*6" } }\n',
    said: '9:42 features.park.code: *6 cannot be told from the code *61 of features.pickUp (give one of the two other keys)',
  },
  {
    name: 'a code that an outbound route takes for itself',
    change: 'outbound: { routes: [{ prefix: "*", trunk: provider }] }\n',
    said: '9:32 outbound.routes[0].prefix: * cannot be told from the code *8 of features.pickUp (give one of the two other keys)',
  },
  {
    name: 'an unknown section',
    change: 'trunk: []\n',
    said: '9:1 trunk: unknown setting (did you mean trunks?)',
  },
  {
    name: 'an unknown setting that is near nothing',
    change: 'redis: { partitions: yes }\n',
    said: '9:10 redis.partitions: unknown setting (known here: url, sentinel, cluster, password)',
  },
  {
    name: 'a wrong word where only some are known',
    change: 'notice: { mode: answerd }\n',
    said: '9:17 notice.mode: expected one of "answered"|"early-media" (did you mean answered?)',
  },
  {
    name: 'an extension with a zero in front and no quotes',
    change: ['"201", password', '0201, password'],
    said: '5:18 handsets[0].extension: expected string, received number (put it in quotes: "0201")',
  },
  {
    name: 'a telephone number without quotes',
    change: ['"+48227836000"', '+48227836000'],
    said: '7:31 routes[0].numbers[0]: expected string, received number (put it in quotes: "+48227836000")',
  },
  {
    name: 'a duration of nothing where that makes no sense',
    change: ['handsets: ["201"] }', 'handsets: ["201"], ring: 0s }'],
    said: '7:73 routes[0].ring: this cannot be zero ()',
  },
  {
    name: 'a secret with a misspelt source',
    change: ['password: x', 'password: { fiel: x }'],
    said: '5:37 handsets[0].password.fiel: unknown setting (did you mean file?)',
  },
  {
    name: 'a country that is none',
    change: 'office: { country: XQ }\n',
    said: '9:20 office.country: XQ is no country (e.g. PL)',
  },
  {
    name: 'a time zone that is none',
    change: 'office: { zone: Europe/Warsawa }\n',
    said: '9:17 office.zone: Europe/Warsawa is no time zone (did you mean Europe/Warsaw?)',
  },
  {
    name: 'two faces at one address and port',
    change: 'sip: { faces: [{ name: a, address: 127.0.0.1 }, { name: b, address: 127.0.0.1 }] }\n',
    said: '9:69 sip.faces[1].address: 127.0.0.1:5060 is there twice; it was first at sip.faces[0].address ()',
  },
  {
    name: 'an address that two trunks claim',
    change: ['sbc.example.pl" }', 'sbc.example.pl" }\n  - { name: b, addresses: [192.0.2.0/24], proxy: "sip:b" }'],
    said: '4:28 trunks[1].addresses[0]: 192.0.2.0/24 is there twice; it was first at trunks[0].addresses[0] ()',
  },
  {
    name: 'a number that two routes claim',
    change: [
      'handsets: ["201"] }',
      'handsets: ["201"] }\n  - { name: b, numbers: ["+48227836000"], handsets: ["201"] }',
    ],
    said: '8:26 routes[1].numbers[0]: +48227836000 (every trunk) is there twice; it was first at routes[0].numbers[0] ()',
  },
  {
    name: 'two outbound routes for one prefix',
    change: 'outbound: { routes: [{ prefix: "0", trunk: provider }, { prefix: "0", trunk: provider }] }\n',
    said: '9:56 outbound.routes[1]: the prefix "0" is there twice; it was first at outbound.routes[0] (only one route can take such calls)',
  },
  {
    name: 'an outbound route to a trunk that is not there',
    change: 'outbound: { routes: [{ trunk: provder }] }\n',
    said: '9:31 outbound.routes[0].trunk: there is no trunk provder (did you mean provider?)',
  },
  {
    name: 'a prompt that does not come with Halina',
    change: ['handsets: ["201"] }', 'handsets: ["201"], onBusy: { announce: bussy } }'],
    said: '7:87 routes[0].onBusy.announce: there is no prompt bussy (did you mean busy?)',
  },
  {
    name: 'another key than the announcement names',
    change: 'notice: { choice: opt-out, key: "5" }\n',
    said: '9:33 notice.key: the announcement that comes with Halina names the key 9 (leave the key out, or give an announcement of your own under notice.folder)',
  },
  {
    name: 'ports for sound that take in a port for SIP',
    change: 'media: { ports: { from: 5000, to: 6000 } }\n',
    said: 'undefined:undefined sip.faces[0].port: the port 5060 lies in the range of media.ports (5000 to 6000) ()',
  },
  {
    name: 'too few ports for a call',
    change: 'media: { ports: { from: 7000, to: 7002 } }\n',
    said: '9:17 media.ports: there is no room for a call in this range: it takes four ports (widen it)',
  },
  {
    name: 'recordings that would have to be kept longer than they may',
    change: ['maxAge: 365d', 'maxAge: 30d, keepAtLeast: 60d'],
    said: '8:51 storage.keepAtLeast: recordings cannot be kept longer than storage.maxAge ()',
  },
];

describe('a configuration with a mistake', () => {
  for (const { name, change, said } of mistakes)
    it(`such as ${name}`, () => {
      const text = typeof change === 'string' ? good + change : good.replace(...change);
      expect(text).to.not.equal(good);
      expect(problemsOf(text)).to.deep.equal([said]);
    });

  it('in a single setting is told together with those between settings', () => {
    const text = good.replace('quota: 50GB', 'quota: lots').replace('handsets: ["201"] }', 'handsets: ["210"] }');
    expect(problemsOf(`${text}notis: {}\n`)).to.deep.equal([
      '7:59 routes[0].handsets[0]: there is no handset 210 (did you mean 201?)',
      '8:19 storage.quota: write a number with its unit, e.g. 50GB ()',
      '9:1 notis: unknown setting (did you mean notice?)',
    ]);
  });

  it('does not make others of it: a handset that is wrong is still there for the routes', () => {
    expect(problemsOf(good.replace('password: x', 'password: ""'))).to.have.length(1);
  });

  it('such as a secret that cannot be read is found where the secrets are needed, and only there', () => {
    const text = good.replace('password: x', 'password: { env: HALINA_TEST_NO_SUCH_SECRET }');
    expect(problemsOf(text)).to.deep.equal([]);
    expect(problemsOf(text, { secrets: true })).to.deep.equal([
      '5:35 handsets[0].password: the environment variable HALINA_TEST_NO_SUCH_SECRET is not set ()',
    ]);
  });
});
