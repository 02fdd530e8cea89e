/** Telephones that fetch their configuration over HTTPS, and others who would like to. */
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import https from 'node:https';
import { resolve } from 'node:path';
import type { Log } from '../../../src/base/log.js';
import { silentLog } from '../../../src/base/log.js';
import { configSchema, type ConfigInput } from '../../../src/config/schema.js';
import { Fetches } from '../../../src/provisioning/fetches.js';
import { ProvisioningServer } from '../../../src/provisioning/server.js';
import { Authority, type CertificateFiles } from '../../support/sip/certificates.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const templates = resolve(import.meta.dirname, '../../../../config/provisioning');
const secrets = { yealink: 'yealink-secret-0123456789', snom: 'snom-secret-0123456789-ab' };
const devices = {
  yealink: { maker: 'yealink', mac: '80:5E:C0:12:34:56', secret: secrets.yealink },
  grandstream: { maker: 'grandstream', mac: '000B82ABCDEF', secret: 'grandstream-secret-01234' },
  snom: { maker: 'snom', mac: '00-04-13-11-22-33', secret: secrets.snom },
  fanvil: { maker: 'fanvil', mac: '0c383e445566', secret: 'fanvil-secret-0123456789' },
  linphone: { maker: 'linphone', secret: 'linphone-secret-0123456789' },
} as const;

describe('provisioning over HTTPS', () => {
  let authority: Authority;
  let office: CertificateFiles;
  let makers: Authority;
  let server: ProvisioningServer;
  let clock: VirtualClock;
  let said: string[];
  let fetches: Fetches;
  let kept: object[];

  before(async function () {
    authority = await Authority.make();
    makers = await Authority.make();
    office = await authority.issue(['DNS:halina.example', 'IP:127.0.0.1']);
  });
  after(async () => {
    await authority.remove();
    await makers.remove();
  });

  const config = (changes: Partial<ConfigInput['provisioning']> = {}) =>
    configSchema.parse({
      handsets: Object.values(devices).map((device, n) => ({
        extension: String(201 + n),
        password: `sip-password-${201 + n}`,
        ...(device.maker === 'snom' ? { displayName: 'Biuro <"Podawcze"> & Kasa' } : {}),
        ...(device.maker === 'fanvil' ? { displayName: 'Line\nSIP1 Register Addr :evil.example' } : {}),
        device,
      })),
      provisioning: {
        address: '127.0.0.1',
        port: 65_000,
        ...office,
        host: 'halina.example',
        registrar: '10.0.0.10',
        adminPassword: 'telephone-admin',
        ...changes,
      },
      storage: { maxAge: '1d' },
    });

  beforeEach(async () => {
    said = [];
    clock = new VirtualClock();
    kept = [];
    fetches = new Fetches({}, (all) => void kept.push(all));
    const note = (facts: object, message: string): void => void said.push(`${JSON.stringify(facts)} ${message}`);
    const log: Log = { ...silentLog, info: note, warn: note };
    const { provisioning, handsets } = config({ clientCertificates: makers.file });
    if (!provisioning) throw new Error('no section');
    server = await ProvisioningServer.start({
      settings: { ...provisioning, port: 0 },
      handsets,
      templates,
      clock,
      log,
      fetches,
    });
  });
  afterEach(() => server.close());

  async function get(path: string, own?: CertificateFiles): Promise<{ status: number; type: string; body: string }> {
    const [ca, cert, key] = await Promise.all(
      [authority.file, own?.certificate, own?.key].map(async (file) =>
        file === undefined ? undefined : await readFile(file),
      ),
    );
    return new Promise((done, reject) => {
      const options = {
        host: '127.0.0.1',
        port: server.port,
        path,
        ca,
        cert,
        key,
        servername: 'halina.example',
        agent: false,
      };
      https
        .get(options, (response) => {
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString()));
          response.on('end', () =>
            done({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body }),
          );
        })
        .on('error', reject);
    });
  }

  const files: Readonly<Record<keyof typeof devices, string>> = {
    yealink: '805ec0123456.cfg',
    grandstream: 'cfg000b82abcdef.xml',
    snom: '000413112233.xml',
    fanvil: '0c383e445566.cfg',
    linphone: '205.xml',
  };
  for (const [n, [maker, file]] of Object.entries(files).entries())
    it(`gives a ${maker} telephone its own account`, async () => {
      const { secret } = devices[maker as keyof typeof devices];
      const got = await get(`/${secret}/${file}`);
      expect(got.status).to.equal(200);
      expect(got.body)
        .to.contain(`sip-password-${201 + n}`)
        .and.to.contain('10.0.0.10')
        .and.to.contain('5060');
      expect(got.body).not.to.contain('{{');
      for (const other of [0, 1, 2, 3, 4].filter((one) => one !== n))
        expect(got.body).not.to.contain(`sip-password-${201 + other}`);
      expect(got.type).to.match(file.endsWith('.xml') ? /^application\/xml/ : /^text\/plain/);
      expect(said.join())
        .to.contain(`"extension":"${201 + n}"`)
        .and.not.to.contain(secret);
    });

  it('notes who fetched when and from where, and whose file was asked for with a wrong secret', async () => {
    const at = clock.now();
    await get(`/wrong-secret-0123456789/${files.yealink}`);
    await get('/wrong-secret-0123456789/ffffffffffff.cfg');
    const by = { at, address: '127.0.0.1' };
    expect(fetches.of('201')).to.deep.equal({ refused: by });
    expect(kept).to.deep.equal([]);
    clock.advance(1000);
    await get(`/${secrets.yealink}/${files.yealink}`);
    expect(fetches.of('201')).to.deep.equal({ fetched: { ...by, at: at + 1000 } });
    expect(kept).to.deep.equal([{ '201': { ...by, at: at + 1000 } }]);
    expect(fetches.of('202')).to.deep.equal({});
  });

  it('writes names so that they stay values', async () => {
    expect((await get(`/${secrets.snom}/${files.snom}`)).body).to.contain(
      '>Biuro &lt;&quot;Podawcze&quot;&gt; &amp; Kasa</user_realname>',
    );
    const { body } = await get(`/${devices.fanvil.secret}/${files.fanvil}`);
    expect(body.split('\n').filter((line) => line.startsWith('SIP1 Register Addr'))).to.deep.equal([
      'SIP1 Register Addr      :10.0.0.10',
    ]);
  });

  it('answers all who have no business here alike', async () => {
    const asked = [
      `/${secrets.yealink}/${files.snom}`, // another's file
      `/wrong-secret-0123456789/${files.yealink}`,
      `/${secrets.yealink}/ffffffffffff.cfg`, // a MAC address that nobody has
      `/${files.yealink}`,
      '/',
      `//${files.yealink}`,
      '/..%2f..%2fconfig%2fhalina.yaml/x',
      `/%00/${files.yealink}`,
      '/%zz/x',
    ];
    const answers = await Promise.all(asked.map((path) => get(path)));
    for (const [n, answer] of answers.entries())
      expect(answer, asked[n]).to.deep.equal({ status: 404, type: answers[0]?.type, body: 'not found\n' });
  });

  it('looks at nobody who guessed ten times, right or wrong, for ten minutes', async () => {
    for (let n = 0; n < 10; n++) await get(`/guess-${n}/${files.yealink}`);
    expect(said.filter((line) => line.includes('too many wrong requests'))).to.have.length(1);
    expect((await get(`/${secrets.yealink}/${files.yealink}`)).status).to.equal(404);
    clock.advance(601_000);
    expect((await get(`/${secrets.yealink}/${files.yealink}`)).status).to.equal(200);
  });

  it('does not count what telephones ask for beside their own file', async () => {
    for (let n = 0; n < 20; n++) await get(`/${secrets.yealink}/y00000000000${n}.cfg`);
    expect((await get(`/${secrets.yealink}/${files.yealink}`)).status).to.equal(200);
  });

  it('knows a telephone by the certificate of its maker, and by no other', async () => {
    const genuine = await makers.issue([], 90, '805EC0123456');
    const own = await authority.issue([], 90, '805EC0123456');
    expect((await get(`/-/${files.yealink}`, genuine)).status).to.equal(200);
    expect((await get(`/-/${files.snom}`, genuine)).status, 'another telephone’s file').to.equal(404);
    expect((await get(`/-/${files.yealink}`, own)).status, 'signed by somebody').to.equal(404);
  });

  it('takes devices over that are there after a change', async () => {
    const changed = config();
    server.configure({ handsets: changed.handsets.filter(({ extension }) => extension !== '201') });
    expect((await get(`/${secrets.yealink}/${files.yealink}`)).status).to.equal(404);
  });

  it('says what is wrong where it cannot start', async () => {
    const { provisioning, handsets } = config({ certificate: '/nonexistent/office.pem' });
    if (!provisioning) throw new Error('no section');
    const failed = await ProvisioningServer.start({
      settings: provisioning,
      handsets,
      templates,
      clock,
      log: silentLog,
    }).catch((thrown: unknown) => thrown);
    expect(failed).to.include({ code: 'PROVISIONING_FAILED' });
    expect(String(failed)).to.contain('/nonexistent/office.pem');
  });
});
