/** The messages of RFC 4475 at a live server over UDP: what each of them is answered, as the RFC asks for it. */
import { expect } from 'chai';
import { Stand } from '../support/drachtio/stand.js';
import { TORTURE, type Torture } from '../support/sip/torture.js';
import type { RawPeer } from '../support/sip/raw-peer.js';

/** The Vias of the messages name no port that is ours: answers go to 5060 of where they came from. */
const HOST = '127.0.44.75';

/** What the application says to what reaches it. */
const OF_APPLICATION = { INVITE: 486, other: 200 } as const;

/** Answers by the server to messages that the parser takes, and why. */
const BY_SERVER: Readonly<Record<string, readonly [status: number, why: string]>> = {
  '3.1.1.1': [481, 'an INVITE with a To tag of a dialog that is not here'],
  '3.1.1.5': [405, 'the method is not REGISTER: escapes are of URIs alone'],
  '3.1.1.2': [405, 'the method is of unusual characters'],
  '3.3.2': [416, 'an unknown scheme'],
  '3.3.3': [416, 'a scheme that is known, but not for this'],
  '3.3.5': [420, 'option tags that nobody has'],
};

const textOf = ({ bytes }: Torture): string => bytes.toString('latin1');
const isResponse = (one: Torture): boolean => textOf(one).startsWith('SIP/');

describe('the torture messages of RFC 4475 at a live server', () => {
  let stand: Stand;
  let peer: RawPeer;
  beforeEach(async () => {
    stand = await Stand.open();
    const client = await stand.application();
    client.srf.invite((_, reply) => reply.send(OF_APPLICATION.INVITE));
    for (const verb of ['options', 'register', 'message', 'info'] as const)
      client.srf[verb]((_, reply) => reply.send(OF_APPLICATION.other));
    await client.routed();
    peer = await stand.peer('udp', HOST, 5060);
  });
  afterEach(() => stand.close());

  /** Finals that came before the answer to a request that is right. */
  async function answers(bytes: Buffer): Promise<number[]> {
    peer.send(bytes);
    const probe = peer.request('OPTIONS', { callId: 'probe' });
    await peer.expectFinal(probe);
    const ofOthers = peer.heard.filter((one) => one.header('Call-ID') !== 'probe' && (one.status ?? 0) >= 200);
    return ofOthers.map(({ status }) => status ?? 0);
  }

  for (const one of TORTURE) {
    const { section, name, fate } = one;
    const [byServer, why] = BY_SERVER[section] ?? [];
    const method = textOf(one).trimStart().split(' ')[0] ?? '';
    const ofApplication = method === 'INVITE' ? OF_APPLICATION.INVITE : OF_APPLICATION.other;
    const taken = isResponse(one) ? undefined : (byServer ?? ofApplication);
    const status = fate === 'take' ? taken : fate === 'drop' ? undefined : fate.refuse;
    it(`§ ${section}: ${name}: ${status ?? 'no answer'}${why ? ` (${why})` : ''}`, async () => {
      expect(await answers(one.bytes)).to.deep.equal(status === undefined ? [] : [status]);
    });
  }
});
