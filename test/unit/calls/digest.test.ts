import { expect } from 'chai';
import fc from 'fast-check';
import { DigestClient } from '../../../src/calls/digest/client.js';
import { digestAlgorithm, digestResponse } from '../../../src/calls/digest/compute.js';
import { parseAuthFields } from '../../../src/calls/digest/field.js';
import { Nonces } from '../../../src/calls/digest/nonces.js';
import { DigestServer, type AuthenticatedRequest } from '../../../src/calls/digest/server.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const mufasa = { username: 'Mufasa', realm: 'http-auth@example.org', password: 'Circle of Life' };
const rfc7616 = {
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  protection: { qop: 'auth', nonceCount: '00000001', clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' },
  method: 'GET',
  uri: '/dir/index.html',
} as const;

describe('digest computations', () => {
  it('give the responses of RFC 7616 § 3.9.1', () => {
    expect(digestResponse(mufasa, { ...rfc7616, algorithm: 'MD5' })).to.equal('8ca523f5e9506fed4657c9700eebdbec');
    expect(digestResponse(mufasa, { ...rfc7616, algorithm: 'SHA-256' })).to.equal(
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    );
  });

  it('give the response of RFC 2617 § 3.5, and without qop that of RFC 2069', () => {
    const secret = { username: 'Mufasa', realm: 'testrealm@host.com', password: 'Circle Of Life' };
    const input = {
      algorithm: 'MD5',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      protection: { qop: 'auth', nonceCount: '00000001', clientNonce: '0a4f113b' },
      method: 'GET',
      uri: '/dir/index.html',
    } as const;
    expect(digestResponse(secret, input)).to.equal('6629fae49393a05397450978507c4ef1');
    expect(digestResponse(secret, { ...input, protection: undefined })).to.equal('670fd8c2df070c60b045671b8b24ff02');
  });

  it('know their algorithms by name, whatever its case', () => {
    expect(digestAlgorithm('md5')).to.equal('MD5');
    expect(digestAlgorithm('SHA-256-sess')).to.equal('SHA-256-sess');
    expect(digestAlgorithm('sha-512-256')).to.equal('SHA-512-256');
    expect(digestAlgorithm('SHA-1')).to.equal(undefined);
  });
});

describe('challenges', () => {
  it('that were joined into one line are taken apart', () => {
    const fields = parseAuthFields(
      'Digest realm="a, b", nonce="n1", algorithm=SHA-256, qop="auth,auth-int",Digest realm="a, b",nonce="n2",opaque=""',
    );
    expect(fields.map((field) => Object.fromEntries(field.parameters))).to.deep.equal([
      { realm: 'a, b', nonce: 'n1', algorithm: 'SHA-256', qop: 'auth,auth-int' },
      { realm: 'a, b', nonce: 'n2', opaque: '' },
    ]);
  });

  it('that are broken or of another scheme do no harm', () => {
    expect(parseAuthFields(undefined)).to.deep.equal([]);
    expect(parseAuthFields('Digest realm="open')).to.deep.equal([]);
    expect(parseAuthFields('Digest realm="a", realm="b"')).to.deep.equal([]);
    expect(parseAuthFields('Basic realm="x", Digest realm="y"').map((field) => field.scheme)).to.deep.equal([
      'basic',
      'digest',
    ]);
    fc.assert(fc.property(fc.string(), (text) => parseAuthFields(text).length >= 0));
  });
});

describe('our answer to a challenge', () => {
  const request = { method: 'INVITE', uri: 'sip:+48601234567@provider.example' };
  const client = (): DigestClient => new DigestClient({ username: 'office', password: 'geheim' }, () => 'c1');
  const response = (status: number, challenge: string): Parameters<DigestClient['answer']>[0] => ({
    status,
    header: (name) => (name === (status === 407 ? 'Proxy-Authenticate' : 'WWW-Authenticate') ? challenge : undefined),
  });
  const answerTo = (status: number, challenge: string): ReadonlyMap<string, string> | undefined =>
    parseAuthFields(client().answer(response(status, challenge), request)?.value)[0]?.parameters;

  it('uses the strongest algorithm, wherever it stands', () => {
    const md5 = 'Digest realm="p", nonce="n-md5", algorithm=MD5, qop="auth"';
    const sha = 'Digest realm="p", nonce="n-sha", algorithm=SHA-256, qop="auth"';
    for (const both of [`${md5}, ${sha}`, `${sha},${md5}`]) {
      const answer = answerTo(401, both);
      expect(answer?.get('algorithm')).to.equal('SHA-256');
      expect(answer?.get('nonce')).to.equal('n-sha');
    }
  });

  it('carries everything that is hashed, and the right hash', () => {
    const answer = answerTo(407, 'Digest realm="p",nonce="n",opaque="o",algorithm=MD5,qop="auth-int,auth"');
    expect(Object.fromEntries(answer ?? [])).to.deep.equal({
      username: 'office',
      realm: 'p',
      nonce: 'n',
      uri: request.uri,
      response: digestResponse(
        { username: 'office', realm: 'p', password: 'geheim' },
        {
          algorithm: 'MD5',
          nonce: 'n',
          protection: { qop: 'auth', nonceCount: '00000001', clientNonce: 'c1' },
          ...request,
        },
      ),
      algorithm: 'MD5',
      qop: 'auth',
      nc: '00000001',
      cnonce: 'c1',
      opaque: 'o',
    });
  });

  it('is Proxy-Authorization to a 407, Authorization to a 401, and nothing to anything else', () => {
    const challenge = 'Digest realm="p", nonce="n"';
    expect(client().answer(response(407, challenge), request)?.name).to.equal('Proxy-Authorization');
    expect(client().answer(response(401, challenge), request)?.name).to.equal('Authorization');
    expect(client().answer(response(403, challenge), request)).to.equal(undefined);
    expect(client().answer(response(401, 'Digest realm="p", nonce="n", algorithm=SHA-1'), request)).to.equal(undefined);
    expect(client().answer(response(401, 'Bearer realm="p"'), request)).to.equal(undefined);
  });

  it('without qop or algorithm in the challenge has none', () => {
    const names = [...(answerTo(401, 'Digest realm="p", nonce="n"')?.keys() ?? [])];
    expect(names).to.deep.equal(['username', 'realm', 'nonce', 'uri', 'response']);
  });

  it('counts on while the nonce stays the same', () => {
    const one = client();
    const counts = ['n', 'n', 'm'].map((nonce) => {
      const answer = one.answer(response(401, `Digest realm="p", nonce="${nonce}", qop="auth"`), request);
      return parseAuthFields(answer?.value)[0]?.parameters.get('nc');
    });
    expect(counts).to.deep.equal(['00000001', '00000002', '00000001']);
  });

  it('says whether only the nonce was too old', () => {
    expect(client().answer(response(401, 'Digest realm="p", nonce="n", stale=TRUE'), request)?.stale).to.equal(true);
    expect(client().answer(response(401, 'Digest realm="p", nonce="n"'), request)?.stale).to.equal(false);
  });
});

describe('the judgement of credentials', () => {
  const address = '192.0.2.50';
  const uri = 'sip:halina.example';

  /** A handset's side, by our own client: what it would send after the challenge. */
  function scene(password = 'secret-201'): {
    clock: VirtualClock;
    server: DigestServer;
    client: DigestClient;
    challenge: string;
    send: (challenge: string, changes?: Partial<AuthenticatedRequest>) => ReturnType<DigestServer['judge']>;
  } {
    const clock = new VirtualClock();
    const nonces = new Nonces(clock, 300_000);
    const server = new DigestServer('halina', nonces, (user) => (user === '201' ? 'secret-201' : undefined));
    const client = new DigestClient({ username: '201', password });
    const challenge = server.challenges(address, ['SHA-256', 'MD5'], false).join(',');
    const send = (value: string, changes: Partial<AuthenticatedRequest> = {}): ReturnType<DigestServer['judge']> => {
      const answer = client.answer({ status: 401, header: () => value }, { method: 'REGISTER', uri });
      const request: AuthenticatedRequest = {
        method: 'REGISTER',
        uri,
        source: { address },
        header: (name) => (name === 'Authorization' ? answer?.value : undefined),
        ...changes,
      };
      return server.judge(request);
    };
    return { clock, server, client, challenge, send };
  }

  it('takes SHA-256, MD5 and their session forms', () => {
    for (const algorithm of ['SHA-256', 'MD5', 'SHA-256-sess', 'MD5-sess'] as const) {
      const { server, send } = scene();
      const [challenge = ''] = server.challenges(address, ['MD5'], false);
      const judged = send(challenge.replace('algorithm=MD5', `algorithm=${algorithm}`));
      expect(judged, algorithm).to.deep.equal({ kind: 'right', username: '201', algorithm });
    }
  });

  it('offers two challenges, SHA-256 before MD5, with quoted qop', () => {
    const { challenge } = scene();
    const fields = parseAuthFields(challenge).map((field) => field.parameters);
    expect(fields.map((one) => one.get('algorithm'))).to.deep.equal(['SHA-256', 'MD5']);
    expect(challenge).to.contain('qop="auth"').and.to.contain('algorithm=MD5').and.not.to.contain('stale');
  });

  it('finds a wrong password wrong, and a user that there is not just so', () => {
    const one = scene('guess');
    expect(one.send(one.challenge).kind).to.equal('wrong');
    const other = scene();
    const stranger = new DigestClient({ username: '299', password: 'x' });
    const answer = stranger.answer({ status: 401, header: () => other.challenge }, { method: 'REGISTER', uri });
    const judged = other.send(other.challenge, { header: () => answer?.value });
    expect(judged).to.deep.equal({ kind: 'wrong', username: '299', algorithm: 'SHA-256' });
  });

  it('wants a new nonce after its time, after a restart, from another address, and for a count that was used', () => {
    const aged = scene();
    aged.clock.advance(300_001);
    expect(aged.send(aged.challenge).kind).to.equal('stale');

    const restarted = scene();
    expect(restarted.send(scene().challenge).kind).to.equal('stale');

    const moved = scene();
    expect(moved.send(moved.challenge, { source: { address: '192.0.2.51' } }).kind).to.equal('stale');

    const replayed = scene();
    const answer = replayed.client.answer(
      { status: 401, header: () => replayed.challenge },
      { method: 'REGISTER', uri },
    );
    const again = (): string => replayed.send(replayed.challenge, { header: () => answer?.value }).kind;
    expect(again()).to.equal('right');
    expect(again()).to.equal('stale');
  });

  it('does not count a guess with a nonce that is not ours: there is nothing to learn from it', () => {
    const { send } = scene('guess');
    expect(send(scene().challenge).kind).to.equal('none');
  });

  it('refuses credentials that name another number than the request', () => {
    const { challenge, server } = scene();
    const client = new DigestClient({ username: '201', password: 'secret-201' });
    const dial = (digestUri: string, requestUri: string): string => {
      const answer = client.answer({ status: 401, header: () => challenge }, { method: 'INVITE', uri: digestUri });
      const header = (name: string): string | undefined => (name === 'Authorization' ? answer?.value : undefined);
      return server.judge({ method: 'INVITE', uri: requestUri, source: { address }, header }).kind;
    };
    expect(dial('sip:0601234567@h', 'sip:0601234567@h:5060')).to.equal('right');
    expect(dial('sip:h:5060', 'sip:0601234567@h')).to.equal('right');
    expect(dial('sip:0601234567@h', 'sip:09001@h')).to.equal('none');
  });

  it('takes no credentials without qop, count or client nonce', () => {
    const { send, client, challenge } = scene();
    const answer = client.answer({ status: 401, header: () => challenge }, { method: 'REGISTER', uri })?.value ?? '';
    for (const lacking of [/, qop=auth/, /, nc=\d+/, /, cnonce="[^"]*"/, /nonce="[^"]*", /, /username="201", /])
      expect(send(challenge, { header: () => answer.replace(lacking, '') }).kind, String(lacking)).to.equal('none');
    expect(send(challenge, { header: () => answer }).kind).to.equal('right');
  });
});

describe('nonce counts', () => {
  const address = '192.0.2.50';

  it('may overtake each other a little, but never come twice', () => {
    const order = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(order, (counts) => {
        const nonces = new Nonces(new VirtualClock());
        const nonce = nonces.make(address);
        for (const count of counts) expect(nonces.use(nonce, address, count)).to.equal(true);
        for (const count of counts) expect(nonces.use(nonce, address, count)).to.equal(false);
      }),
    );
  });

  it('far behind or zero are refused', () => {
    const nonces = new Nonces(new VirtualClock());
    const nonce = nonces.make(address);
    expect(nonces.use(nonce, address, 0)).to.equal(false);
    expect(nonces.use(nonce, address, 100)).to.equal(true);
    expect(nonces.use(nonce, address, 68)).to.equal(false);
    expect(nonces.use(nonce, address, 67)).to.equal(false);
    expect(nonces.use(nonce, address, 69)).to.equal(true);
    expect(nonces.use(nonce, address, 0xffffffff)).to.equal(true);
  });

  it('are forgotten with their nonce, and strangers leave nothing behind', () => {
    const clock = new VirtualClock();
    const nonces = new Nonces(clock, 1000);
    for (let n = 0; n < 100; n++) nonces.make(address);
    expect(nonces.remembered).to.equal(0);
    nonces.use(nonces.make(address), address, 1);
    clock.advance(1001);
    nonces.use(nonces.make(address), address, 1);
    expect(nonces.remembered).to.equal(1);
  });

  it('only our own nonces are ours', () => {
    const nonces = new Nonces(new VirtualClock());
    const nonce = nonces.make(address);
    expect(nonces.state(nonce, address)).to.equal('fresh');
    const changed = nonce.startsWith('A') ? `B${nonce.slice(1)}` : `A${nonce.slice(1)}`;
    expect(nonces.state(changed, address)).to.equal('foreign');
    fc.assert(fc.property(fc.string(), (text) => nonces.state(text, address) === 'foreign'));
  });
});
