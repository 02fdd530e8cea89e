/** What does not fit together in the settings of devices, and the addresses that an administrator is given. */
import { expect } from 'chai';
import { codeOf, handsetAddress, newSecret } from '../../../src/app/provisioning.js';
import { parseConfig } from '../../../src/config/load.js';
import { ConfigError } from '../../../src/config/problems.js';
import { macsIn } from '../../../src/provisioning/device.js';

const text = (devices: readonly string[], port = 8443): string => `
handsets:
${devices.map((device, n) => `  - { extension: "20${n + 1}", password: x, device: ${device} }`).join('\n')}
provisioning: { host: h.example, port: ${port}, certificate: c, key: k, adminPassword: a }
storage: { maxAge: 1d }
`;

function problems(source: string): string[] {
  try {
    parseConfig(source, 'halina.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ setting, message }) => `${setting}: ${message}`);
  }
}

const SECRET = 'abcdefghijklmnopqrst-1';

describe('settings of devices', () => {
  it('are refused where a telephone could not be known, or not be known from another', () => {
    const devices = [
      `{ maker: yealink, mac: "80:5E:C0:12:34:56", secret: ${SECRET} }`,
      `{ maker: snom, mac: 805ec0123456, secret: ${SECRET} }`,
      `{ maker: fanvil, secret: ${SECRET} }`,
      '{ maker: linphone, secret: short }',
    ];
    expect(problems(text(devices))).to.deep.equal([
      'handsets[1].device.mac: this address is that of 201 too',
      'handsets[2].device.maker: a fanvil telephone is known by its MAC address',
      'handsets[3].device.secret: this secret is too short, or has characters that addresses do not have',
    ]);
  });

  it('are refused where nothing answers them', () => {
    const source = text([`{ maker: linphone, secret: ${SECRET} }`]).replace(/^provisioning.*$/m, '');
    expect(problems(source)).to.deep.equal(['handsets[0].device.maker: nothing answers this device']);
  });
});

describe('the address from which a handset fetches its configuration', () => {
  const addresses = (port: number): string[] => {
    const config = parseConfig(
      text(
        [
          `{ maker: yealink, mac: "80:5E:C0:12:34:56", secret: ${SECRET} }`,
          `{ maker: snom, mac: "00:04:13:12:34:56", secret: ${SECRET} }`,
          `{ maker: linphone, secret: ${SECRET} }`,
        ],
        port,
      ),
      'halina.yaml',
    );
    return ['201', '202', '203'].map((extension) => handsetAddress(config, extension).url);
  };

  it('is what its maker’s telephones take', () => {
    expect(addresses(8443)).to.deep.equal([
      `https://h.example:8443/${SECRET}/`,
      `https://h.example:8443/${SECRET}/{mac}.xml`,
      `https://h.example:8443/${SECRET}/203.xml`,
    ]);
    expect(addresses(443)[0]).to.equal(`https://h.example/${SECRET}/`);
  });

  it('is not there for a handset without device', () => {
    const config = parseConfig(text([`{ maker: linphone, secret: ${SECRET} }`]), 'halina.yaml');
    expect(() => handsetAddress(config, '299')).to.throw('the handset 299 is not there, or has no `device`');
  });

  it('can be seen by a camera', () => {
    const lines = codeOf(`https://h.example:8443/${SECRET}/203.xml`).split('\n');
    expect(lines.length).to.be.above(15);
    expect(new Set(lines.map((line) => line.length)).size).to.equal(1);
  });

  it('has a secret that nobody guesses', () => {
    const made = new Set(Array.from({ length: 100 }, newSecret));
    expect(made.size).to.equal(100);
    for (const one of made) expect(one).to.match(/^[A-Za-z0-9_-]{24}$/);
  });
});

describe('a certificate’s subject', () => {
  it('names a telephone in whatever form its maker writes it', () => {
    expect(macsIn({ CN: '805EC0123456', O: 'Yealink' })).to.deep.equal(['805ec0123456']);
    expect(macsIn({ CN: ['00:0B:82:AB:CD:EF', 'x'] })).to.deep.equal(['000b82abcdef']);
    expect(macsIn({ CN: 'abc805EC0123456789' })).to.deep.equal([]);
  });
});
