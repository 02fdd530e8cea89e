/** Which codecs a leg is offered and answered with, by what the other one has, and by how many calls are transcoded. */
import { expect } from 'chai';
import { newCallId } from '../../../src/base/call-id.js';
import { EmbeddedSession } from '../../../src/media/session/embedded-session.js';
import type { AudioCodec } from '../../../src/sdp/index.js';

const ALL: readonly AudioCodec[] = ['PCMA', 'PCMU', 'G722', 'opus'];
const NAMES: Readonly<Record<string, string>> = { '8': 'PCMA', '0': 'PCMU', '9': 'G722', '96': 'opus' };

const peer = (formats: string): string =>
  ['v=0', 'o=- 1 1 IN IP4 198.51.100.5', 's=-', 'c=IN IP4 198.51.100.5', 't=0 0', `m=audio 4000 RTP/AVP ${formats}`]
    .concat(['a=rtpmap:96 opus/48000/2', ''])
    .join('\r\n');
/** The codecs of a description, in its order. */
const codecsIn = (sdp: string): string[] =>
  (/^m=audio \d+ RTP\/AVP (.*)$/m.exec(sdp)?.[1] ?? '').split(' ').flatMap((type) => NAMES[type.trim()] ?? []);

interface Options {
  readonly outside?: readonly AudioCodec[];
  readonly inside?: readonly AudioCodec[];
  readonly room?: boolean;
  /** What the engine was told of transcoding. */
  readonly told?: boolean[];
}

function session({ outside = ALL, inside = ALL, room = true, told = [] }: Options = {}) {
  const at = (codecs: readonly AudioCodec[]) => ({ local: '203.0.113.1', advertised: '203.0.113.1', codecs });
  return new EmbeddedSession(
    1,
    { id: newCallId(0), addresses: { outside: at(outside), inside: at(inside) } },
    { outside: 20_000, inside: 20_002 },
    {
      request: () => Promise.reject(new Error('nothing is asked here')),
      order: () => {},
      prompt: () => undefined,
      isOwn: () => false,
      own: () => {},
      transcodes: (_, does) => told.push(does),
      mayTranscode: () => room,
      identity: () => expect.fail('no DTLS here'),
      forget: () => {},
    },
  );
}

describe('the codecs of a leg', () => {
  it('are offered with the one that the other side has first, and the others after it', () => {
    const call = session();
    expect(codecsIn(call.acceptOffer('outside', peer('9 8')))).to.deep.equal(['PCMA']);
    expect(codecsIn(call.createOffer('inside'))).to.deep.equal(['PCMA', 'PCMU', 'G722', 'opus']);
    const told: boolean[] = [];
    const wide = session({ told });
    wide.acceptOffer('outside', peer('9'));
    expect(codecsIn(wide.createOffer('inside'))).to.deep.equal(['G722', 'PCMA', 'PCMU', 'opus']);
    wide.acceptAnswer('inside', peer('9 8'));
    expect(wide.isTranscoding).to.equal(false);
    wide.acceptAnswer('inside', peer('8'));
    expect(wide.isTranscoding).to.equal(true);
    expect(told).to.deep.equal([false, false, true]);
  });

  it('are by the configured order, but those first that the other side may have too', () => {
    const inside: readonly AudioCodec[] = ['G722', 'PCMA', 'PCMU'];
    expect(codecsIn(session({ outside: inside, inside }).acceptOffer('outside', peer('8 9')))).to.deep.equal(['G722']);
    const narrow = session({ outside: inside, inside: ['PCMA', 'PCMU'] });
    expect(codecsIn(narrow.acceptOffer('outside', peer('9 8')))).to.deep.equal(['PCMA']);
    // Of G.711's two laws the caller's order decides.
    expect(codecsIn(session().acceptOffer('outside', peer('0 8')))).to.deep.equal(['PCMU']);
  });

  it('are only those that need no transcoding, where enough calls are transcoded', () => {
    const call = session({ room: false });
    call.acceptOffer('outside', peer('8'));
    expect(codecsIn(call.createOffer('inside'))).to.deep.equal(['PCMA', 'PCMU']);
    expect(() => call.acceptOffer('inside', peer('96'))).to.throw('PCMA or PCMU is needed');
    const free = session({ inside: ['opus'] });
    free.acceptOffer('outside', peer('8'));
    expect(codecsIn(free.createOffer('inside'))).to.deep.equal(['opus']);
    const full = session({ inside: ['opus'], room: false });
    expect(() => full.acceptOffer('outside', peer('8')))
      .to.throw()
      .with.property('status', 488);
  });
});
