import { expect } from 'chai';
import { aLawToMuLaw, toALaw } from '../../../src/codecs/g711.js';
import { Rounds } from '../../../src/media/session/plane/rounds.js';
import { SpoolWriter } from '../../../src/media/session/plane/spool-writer.js';
import { encodeSound } from '../../../src/media/session/plane/sound.js';
import { readTelephoneEvent } from '../../../src/rtp/telephone-event.js';
import { parseRtcp } from '../../../src/rtp/rtcp.js';
import { PcapEncoder } from '../../../src/spool/pcap.js';
import { callEntry } from '../../support/media/entry.js';
import { MemorySpools, settle } from '../../support/media/memory-spool.js';
import { FakeSocket, type PlaneFixture, planeFixture, type PlanePeer, type Sent } from '../../support/media/plane.js';

const fills = (heard: readonly Sent[]): (number | undefined)[] => heard.map(({ payload }) => payload[0]);
const keysIn = (heard: readonly Sent[], type = 101): string =>
  heard
    .filter(({ payloadType, marker }) => payloadType === type && marker)
    .map(({ payload }) => readTelephoneEvent(payload, 0, payload.length)?.key)
    .join('');
const statsOf = (f: PlaneFixture, { side }: PlanePeer) => f.plane.stats()[side];

describe('a leg that another peer has', () => {
  it('is at the ports of that peer, whoever asks (the kernel does)', () => {
    const { plane, clock } = planeFixture();
    const [rtp, rtcp] = [new FakeSocket(7_000, clock), new FakeSocket(7_001, clock)];
    plane.leg('inside').use(1, { rtp, rtcp, address: '203.0.113.9' });
    expect(plane.leg('inside').local).to.deep.equal({ address: '203.0.113.9', port: 7_000 });
  });
});

describe('a bridged session', () => {
  let f: PlaneFixture;
  let caller: PlanePeer;
  let handset: PlanePeer;

  const bridged = (options: Parameters<typeof planeFixture>[0] = {}): void => {
    f = planeFixture(options);
    ({ caller, handset } = f);
    caller.agree();
    handset.agree();
    f.plane.bridge(true);
  };
  const talk = (packets: number): void => {
    for (let n = 0; n < packets; n++) {
      f.clock.advance(20);
      caller.sends();
      handset.sends();
    }
  };

  describe('relays', () => {
    beforeEach(() => bridged());

    it('both ways, each side as one stream of its own', () => {
      for (let n = 0; n < 4; n++) {
        f.clock.advance(20);
        caller.sends(n);
        handset.sends(0x80 + n);
      }
      expect(fills(handset.heard)).to.deep.equal([0, 1, 2, 3]);
      expect(fills(caller.heard)).to.deep.equal([0x80, 0x81, 0x82, 0x83]);
      const [first] = handset.heard;
      handset.heard.forEach(({ ssrc, sequence, timestamp, marker, payloadType, to }, n) => {
        expect({ ssrc, payloadType, to }).to.deep.equal({ ssrc: first?.ssrc, payloadType: 8, to: '198.51.100.6:6000' });
        expect((sequence - (first?.sequence ?? 0)) & 0xffff).to.equal(n);
        expect((timestamp - (first?.timestamp ?? 0)) >>> 0).to.equal(n * 160);
        expect(marker).to.equal(n === 0);
      });
      expect(first?.ssrc).not.to.equal(caller.ssrc);
    });

    it('nothing before the bridge, and nothing after it', () => {
      f.plane.bridge(false);
      talk(3);
      expect(handset.heard).to.have.lengthOf(0);
      f.plane.bridge(true);
      talk(1);
      expect(handset.heard).to.have.lengthOf(1);
    });

    it('from one law to the other where the sides differ', () => {
      handset.agree(handset.sdp('0'));
      handset.payloadType = 0;
      caller.sends(0x2a);
      handset.sends(0x2a);
      expect(handset.heard[0]).to.include({ payloadType: 0 });
      expect(fills(handset.heard)).to.deep.equal([aLawToMuLaw[0x2a]]);
      expect(caller.heard[0]).to.include({ payloadType: 8 });
    });

    it('by what each packet is, when a peer uses both laws', () => {
      caller.sends(0x2a, { type: 0 });
      caller.sends(0x2a, { type: 8 });
      expect(handset.heard.map(({ payloadType }) => payloadType)).to.deep.equal([8, 8]);
      expect(fills(handset.heard)).to.have.lengthOf(2);
      expect(fills(handset.heard)[0]).not.to.equal(0x2a);
      expect(fills(handset.heard)[1]).to.equal(0x2a);
    });

    it('packets of other lengths than 20 ms', () => {
      caller.sends(Buffer.alloc(80, 1));
      caller.sends(Buffer.alloc(480, 2));
      expect(handset.heard.map(({ payload }) => payload.length)).to.deep.equal([80, 480]);
    });

    it('without contributing sources, extensions and padding', () => {
      const odd = Buffer.from('b1080001000000020000000a000000ffbede0001112233440102030400000003', 'hex');
      f.plane.rtp('outside', odd, caller.address, caller.port);
      const [one] = handset.heard;
      expect(one?.payload.toString('hex')).to.equal('0102030400');
      expect(handset.rtp.sent[0]?.bytes[0]).to.equal(0x80);
    });

    it('a source that changes, and one that jumps, without a break on the line', () => {
      talk(3);
      caller.ssrc = 0x99;
      caller.sequence = 40_000;
      caller.timestamp = 1;
      talk(3);
      caller.sequence = 9;
      talk(3); // the first alone may be a stray: the second makes the jump
      const sequences = handset.heard.map(({ sequence }) => sequence);
      expect(sequences).to.have.lengthOf(8);
      expect(sequences.map((s) => (s - (sequences[0] ?? 0)) & 0xffff)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(new Set(handset.heard.map(({ ssrc }) => ssrc)).size).to.equal(1);
      expect(handset.heard.map(({ marker }) => marker)).to.deep.equal([
        true,
        false,
        false,
        true,
        false,
        false,
        true,
        false,
      ]);
    });

    it('no duplicates, and late packets in their places', () => {
      talk(1);
      const again = caller.sequence;
      talk(1);
      caller.sequence = again;
      caller.sends();
      expect(handset.heard).to.have.lengthOf(2);
      expect(statsOf(f, caller)).to.include({ packetsDuplicate: 1, packetsReceived: 2 });
    });

    it('no comfort noise, and shows no loss for it', () => {
      talk(1);
      caller.sends(Buffer.from([40]), { type: 13 });
      talk(1);
      const [one, two] = handset.heard;
      expect(((two?.sequence ?? 0) - (one?.sequence ?? 0)) & 0xffff).to.equal(1);
    });
  });

  describe('drops and counts', () => {
    beforeEach(() => bridged());

    it('what comes from anywhere but the peer', () => {
      talk(2);
      for (let n = 0; n < 50; n++) caller.sends(0, { from: '203.0.113.66', fromPort: 4_000 });
      caller.sends(0, { fromPort: 4_001 });
      expect(fills(handset.heard)).to.deep.equal([0x55, 0x55]);
      expect(statsOf(f, caller)).to.include({ packetsRejected: 51, packetsReceived: 2, source: '198.51.100.5:4000' });
    });

    it('payload types that were not agreed on, and what is no RTP', () => {
      caller.sends(0, { type: 18 });
      f.plane.rtp('outside', Buffer.from('GET / HTTP/1.1\r\n\r\n'), caller.address, caller.port);
      f.plane.rtp('outside', Buffer.alloc(2_000, 0x80), caller.address, caller.port);
      f.plane.rtp('outside', Buffer.alloc(0), caller.address, caller.port);
      expect(handset.heard).to.have.lengthOf(0);
      expect(statsOf(f, caller)).to.include({ packetsRejected: 4, packetsReceived: 0 });
    });

    it('everything on a leg whose peer has said nothing yet', () => {
      const fresh = planeFixture();
      fresh.caller.agree();
      fresh.plane.bridge(true);
      fresh.handset.sends();
      expect(fresh.caller.heard).to.have.lengthOf(0);
      expect(statsOf(fresh, fresh.handset)).to.include({ packetsRejected: 1, source: undefined });
    });

    it('all that arrives after the end', async () => {
      await f.plane.close();
      caller.sends();
      expect(handset.heard).to.have.lengthOf(0);
    });
  });

  describe('passes keys on', () => {
    it('as events, under the other side’s payload type, and tells each once', () => {
      bridged();
      handset.agree(handset.sdp('8 96', ['a=rtpmap:96 telephone-event/8000']));
      caller.presses('5');
      caller.presses('5');
      expect(keysIn(handset.heard, 96)).to.equal('55');
      expect(handset.heard).to.have.lengthOf(16);
      const told = { type: 'dtmf', leg: 'outside', digit: '5', source: 'rtp' };
      expect(f.news).to.deep.equal([told, told]);
    });

    it('of a source that begins anew with older numbers under the same SSRC, as a capture that is played twice does', () => {
      bridged();
      caller.presses('5');
      f.clock.advance(400);
      [caller.sequence, caller.timestamp] = [caller.sequence - 4_096, caller.timestamp - 4_352];
      caller.presses('6');
      f.clock.advance(400);
      caller.presses('7');
      // The first packet after the jump is dropped (RFC 3550 A.1), and with it the marker of that press.
      expect(f.news.filter(({ type }) => type === 'dtmf')).to.have.length(3);
      const presses = new Map(handset.heard.map(({ timestamp, payload }) => [timestamp, payload[0]]));
      expect([...presses.values()]).to.deep.equal([5, 6, 7]);
      const numbers = handset.heard.map(({ sequence }) => sequence);
      expect(numbers.every((sequence, n) => n === 0 || sequence === ((numbers[n - 1] ?? 0) + 1) % 65_536)).to.equal(
        true,
      );
    });

    it('not at all where the other side takes no events, but tells them', () => {
      bridged();
      handset.agree(handset.sdp('8', []));
      talk(1);
      caller.presses('1');
      talk(1);
      expect(handset.heard.map(({ payloadType }) => payloadType)).to.deep.equal([8, 8]);
      const [one, two] = handset.heard;
      expect(((two?.sequence ?? 0) - (one?.sequence ?? 0)) & 0xffff).to.equal(1);
      expect(f.news).to.have.lengthOf(1);
    });

    it('and tells them before anything is bridged', () => {
      bridged();
      f.plane.bridge(false);
      caller.presses('9');
      expect(f.news).to.deep.equal([{ type: 'dtmf', leg: 'outside', digit: '9', source: 'rtp' }]);
    });

    it('but no storm of them', () => {
      bridged();
      for (let n = 0; n < 500; n++) {
        caller.presses('3');
        f.clock.advance(1);
      }
      expect(f.news.length).to.be.within(32, 42);
      expect(statsOf(f, caller).packetsRejected).to.be.greaterThan(400);
    });

    it('and no event that is cut short or no key', () => {
      bridged();
      caller.sends(Buffer.from([5, 0]), { type: 101 });
      caller.sends(Buffer.from([16, 0, 0, 160]), { type: 101 });
      expect(handset.heard).to.have.lengthOf(0);
      expect(f.news).to.deep.equal([]);
      expect(statsOf(f, caller).packetsRejected).to.equal(1);
    });
  });

  describe('holds codes back', () => {
    beforeEach(() => bridged({ codes: { inside: ['*7', '*9'] } }));

    it('and lets nothing of them through', () => {
      talk(1);
      handset.presses('*');
      talk(2);
      handset.presses('7');
      talk(1);
      f.clock.advance(5_000);
      expect(f.news).to.deep.equal([{ type: 'code', leg: 'inside', code: '*7' }]);
      expect(caller.heard.map(({ payloadType }) => payloadType)).to.deep.equal([8, 8, 8, 8]);
      const sequences = caller.heard.map(({ sequence }) => sequence);
      expect(sequences.map((s) => (s - (sequences[0] ?? 0)) & 0xffff)).to.deep.equal([0, 1, 2, 3]);
    });

    it('and makes the keys anew, in order, where it was no code', () => {
      handset.presses('*');
      handset.presses('5');
      handset.presses('6');
      f.clock.advance(1_000);
      expect(keysIn(caller.heard)).to.equal('*56');
      expect(caller.heard).to.have.lengthOf(3 * 7);
      expect(f.news.map((one) => ('digit' in one ? one.digit : one.type))).to.deep.equal(['*', '5', '6']);
    });

    it('until no further key came', () => {
      handset.presses('*');
      f.clock.advance(1_999);
      expect(f.news).to.deep.equal([]);
      f.clock.advance(200);
      expect(keysIn(caller.heard)).to.equal('*');
      handset.presses('7');
      expect(keysIn(caller.heard)).to.equal('*7');
    });

    it('on the side that they are for only', () => {
      caller.presses('*');
      caller.presses('7');
      expect(keysIn(handset.heard)).to.equal('*7');
    });

    it('and keeps the sound out of the way of the keys that it makes', () => {
      handset.presses('*');
      handset.presses('5');
      talk(20);
      const kinds = caller.heard.map(({ payloadType }) => payloadType);
      expect(kinds.slice(0, 14)).to.deep.equal(Array(14).fill(101));
      expect(kinds).to.include(8);
      const sequences = caller.heard.map(({ sequence }) => sequence);
      expect(new Set(sequences).size).to.equal(sequences.length);
    });
  });

  describe('hears keys in the sound', () => {
    const key = (digit: '1' | '*' | '7', ms = 100): Buffer => {
      const [low, high] = { '1': [697, 1209], '*': [941, 1209], '7': [852, 1209] }[digit] as [number, number];
      return Buffer.from(
        Uint8Array.from({ length: ms * 8 }, (_, n) => {
          const t = (2 * Math.PI * n) / 8000;
          return toALaw(Math.round(6_000 * (Math.sin(t * low) + Math.sin(t * high))));
        }),
      );
    };
    const sound = (peer: PlanePeer, bytes: Buffer): void => {
      for (let at = 0; at < bytes.length; at += 160) {
        f.clock.advance(20);
        peer.sends(bytes.subarray(at, at + 160));
      }
    };
    const quiet = Buffer.alloc(960, 0xd5);

    it('where it was asked to listen and no events were agreed on', () => {
      bridged();
      caller.agree(caller.sdp('8', []));
      sound(caller, key('1'));
      expect(f.news).to.deep.equal([]);
      f.plane.listen('outside', true);
      sound(caller, Buffer.concat([key('1'), quiet, key('7')]));
      expect(f.news.map((one) => ('digit' in one ? `${one.digit} ${one.source}` : ''))).to.deep.equal([
        '1 inband',
        '7 inband',
      ]);
      f.plane.listen('outside', false);
      sound(caller, Buffer.concat([quiet, key('1')]));
      expect(f.news).to.have.lengthOf(2);
    });

    it('not where the peer has events', () => {
      bridged();
      f.plane.listen('outside', true);
      sound(caller, key('1'));
      expect(f.news).to.deep.equal([]);
    });

    it('and keeps codes from the other side there too, but for the first moment', () => {
      bridged({ codes: { inside: ['*7'] } });
      handset.agree(handset.sdp('8', []));
      f.plane.listen('inside', true);
      sound(handset, Buffer.concat([quiet, key('*'), quiet, key('7'), quiet]));
      expect(f.news).to.deep.equal([{ type: 'code', leg: 'inside', code: '*7' }]);
      const loud = caller.heard.filter(({ payload }) => payload.some((byte) => byte !== 0xd5));
      expect(loud.length, 'packets in which something of a key is heard').to.be.at.most(2);
    });
  });

  describe('on hold', () => {
    beforeEach(() => bridged());

    it('sends nothing to the side that holds, and goes on as one stream when it resumes', () => {
      talk(2);
      handset.agree(handset.sdp('8', ['a=sendonly']));
      talk(50);
      expect(handset.heard).to.have.lengthOf(2);
      expect(caller.heard).to.have.lengthOf(52); // music on hold goes through
      handset.agree();
      talk(2);
      const [, b, c] = handset.heard;
      expect(((c?.sequence ?? 0) - (b?.sequence ?? 0)) & 0xffff).to.equal(1);
      expect(((c?.timestamp ?? 0) - (b?.timestamp ?? 0)) >>> 0).to.equal(51 * 160);
    });

    it('sends nothing to 0.0.0.0', () => {
      handset.agree(handset.sdp().replace('c=IN IP4 198.51.100.6', 'c=IN IP4 0.0.0.0'));
      talk(5);
      expect(handset.heard).to.have.lengthOf(0);
    });
  });

  describe('tells of silence', () => {
    beforeEach(() => bridged({ silenceTimeoutMs: 10_000 }));
    const silences = () => f.news.filter(({ type }) => type === 'silence');
    const pass = (seconds: number, speak: (second: number) => void = () => {}): void => {
      for (let n = 0; n < seconds; n++) {
        speak(n);
        f.clock.advance(1_000);
        f.plane.sweep();
      }
    };

    it('once, of the side that should send and does not', () => {
      pass(25, () => caller.sends());
      expect(silences()).to.deep.equal([{ type: 'silence', leg: 'inside', forMs: 10_000 }]);
    });

    it('again when there was sound in between', () => {
      pass(12, () => caller.sends());
      handset.sends();
      pass(12, () => caller.sends());
      expect(silences().map(({ type, leg }) => `${type} ${leg}`)).to.deep.equal(['silence inside', 'silence inside']);
    });

    it('not of a side that may be silent: on hold, or before the bridge', () => {
      handset.agree(handset.sdp('8', ['a=inactive']));
      pass(30, () => caller.sends());
      expect(silences()).to.deep.equal([]);
      handset.agree();
      pass(9, () => caller.sends());
      expect(silences()).to.deep.equal([]);
      f.plane.bridge(false);
      pass(30);
      expect(silences()).to.deep.equal([]);
    });
  });

  describe('plays', () => {
    beforeEach(() => bridged());
    const prompt = encodeSound(new Int16Array(1_600).fill(1_000));

    it('to the signalled address before anything came, and to the source once it is latched', () => {
      const far = planeFixture();
      far.caller.agree();
      far.plane.leg('outside').play(prompt, false, () => {});
      far.clock.advance(59);
      for (let n = 0; n < 2; n++) far.caller.sends(0, { fromPort: 4_444 });
      far.clock.advance(500);
      const to = far.caller.heard.map(({ to }) => to);
      expect(to.slice(0, 3)).to.deep.equal(Array(3).fill('198.51.100.5:4000'));
      expect(to.slice(3)).to.deep.equal(Array(7).fill('198.51.100.5:4444'));
    });

    it('over the other side’s sound, which comes back behind it on the same line', () => {
      talk(2);
      f.plane.leg('outside').play(prompt, false, () => {});
      talk(12);
      const heard = caller.heard;
      const sequences = heard.map(({ sequence }) => sequence);
      expect(sequences.map((s) => (s - (sequences[0] ?? 0)) & 0xffff)).to.deep.equal(sequences.map((_, n) => n));
      expect(heard.slice(2, 12).every(({ payload }) => payload[0] === prompt.PCMA[0])).to.equal(true);
      expect(heard.slice(12).every(({ payload }) => payload[0] === 0x55)).to.equal(true);
      expect(handset.heard).to.have.lengthOf(14);
    });

    it('in the codec of the moment', () => {
      f.plane.leg('outside').play(prompt, false, () => {});
      f.clock.advance(50);
      caller.agree(caller.sdp('0'));
      f.clock.advance(50);
      expect(caller.heard.map(({ payloadType }) => payloadType)).to.deep.equal([8, 8, 8, 0, 0, 0]);
      expect(caller.heard.at(-1)?.payload[0]).to.equal(prompt.PCMU[0]);
    });

    it('does not count as sent what the system would not send', () => {
      const results: number[] = [];
      f.plane.leg('outside').play(prompt, false, ({ framesSent }) => results.push(framesSent));
      f.clock.advance(50);
      caller.rtp.sendErrors = 2;
      f.clock.advance(500);
      expect(results).to.deep.equal([8]);
    });

    it('until the bridge', () => {
      const results: number[] = [];
      f.plane.bridge(false);
      f.plane.leg('outside').play(prompt, true, ({ framesSent }) => results.push(framesSent));
      f.clock.advance(50);
      f.plane.bridge(true);
      f.clock.advance(500);
      expect(results).to.deep.equal([3]);
      expect(caller.heard).to.have.lengthOf(3);
    });
  });

  describe('keeps in its spool', () => {
    const PATH = '/spool/x.pcap';
    let disk: MemorySpools;

    const spool = async (): Promise<void> => {
      disk = new MemorySpools();
      const { clock, plane } = f;
      const writer = new SpoolWriter(
        {
          path: PATH,
          encoder: new PcapEncoder(),
          store: disk,
          clock,
          rounds: new Rounds(clock),
          zeroUs: (clock.now() - clock.monotonic()) * 1000,
          reserve: () => Promise.resolve(true),
          onCut: () => {},
        },
        { type: 'call', entry: callEntry() },
      );
      plane.startSpool(writer);
      await writer.start();
    };
    const kept = async (): Promise<string[]> => {
      await settle();
      await f.plane.close();
      return disk.records(PATH);
    };

    it('both sides as they came, from the moment that both can talk', async () => {
      f = planeFixture();
      ({ caller, handset } = f);
      caller.agree();
      await spool();
      caller.sends(1);
      handset.agree();
      caller.sends(2);
      f.plane.bridge(true);
      caller.sends(3);
      handset.sends(4);
      caller.presses('5');
      const records = await kept();
      expect(records.slice(0, 6)).to.deep.equal([
        'call',
        'codecs outside',
        'codecs inside',
        'begin',
        'outside 3',
        'inside 4',
      ]);
      expect(records.slice(6)).to.deep.equal([...Array<string>(8).fill('outside 5'), 'end']);
    });

    it('nothing of what is said on hold, and says who held', async () => {
      bridged();
      await spool();
      talk(1);
      handset.agree(handset.sdp('8', ['a=sendonly']));
      talk(3);
      handset.agree(handset.sdp('8', ['a=inactive']));
      handset.agree();
      talk(1);
      expect((await kept()).slice(3)).to.deep.equal([
        'begin',
        'outside 55',
        'inside 55',
        'codecs inside',
        'hold inside',
        'codecs inside',
        'codecs inside',
        'resume inside',
        'outside 55',
        'inside 55',
        'end',
      ]);
    });

    it('nothing while the bridge is open, and no second beginning', async () => {
      bridged();
      await spool();
      talk(1);
      f.plane.bridge(false);
      talk(3);
      f.plane.bridge(true);
      talk(1);
      const talked = ['outside 55', 'inside 55'];
      expect((await kept()).slice(3)).to.deep.equal(['begin', ...talked, 'apart', 'party', ...talked, 'end']);
    });

    it('the beginning with a hold, where one was on hold already', async () => {
      bridged();
      handset.agree(handset.sdp('8', ['a=sendonly']));
      await spool();
      expect((await kept()).slice(3)).to.deep.equal(['begin', 'hold inside', 'end']);
    });

    it('none of the strangers’ packets, and no duplicates', async () => {
      bridged();
      await spool();
      talk(1);
      caller.sends(9, { from: '203.0.113.66' });
      caller.sequence -= 2;
      caller.sends(9);
      expect((await kept()).filter((record) => record === 'outside 9')).to.deep.equal([]);
    });

    it('where each packet came from, as Wireshark shows it', async () => {
      bridged();
      await spool();
      caller.sends(1);
      caller.agree();
      for (let n = 0; n < 2; n++) caller.sends(2, { fromPort: 4_444 });
      await kept();
      const bytes = disk.files.get(PATH) ?? Buffer.alloc(0);
      const ports = [4_000, 4_444].map((port) => bytes.includes(Buffer.from([port >> 8, port & 0xff, 0x4e, 0x20])));
      expect(ports).to.deep.equal([true, true]);
      expect(bytes.includes(Buffer.from([198, 51, 100, 5, 203, 0, 113, 1]))).to.equal(true);
    });

    it('the sound as it came, where it is recoded for the other side', async () => {
      bridged();
      handset.agree(handset.sdp('0'));
      await spool();
      caller.sends(0x2a);
      expect(await kept()).to.include('outside 2a');
      expect(fills(handset.heard)).to.deep.equal([aLawToMuLaw[0x2a]]);
    });
  });

  describe('reports by RTCP', () => {
    beforeEach(() => bridged());
    const pass = (seconds: number): void => {
      for (let n = 0; n < seconds; n++) {
        talk(50);
        f.plane.sweep();
      }
    };

    it('every five seconds or so, to the port after the peer’s', () => {
      pass(60);
      expect(caller.rtcp.sent.length).to.be.within(8, 24);
      expect(new Set(caller.rtcp.sent.map(({ to }) => to))).to.deep.equal(new Set(['198.51.100.5:4001']));
      const news = parseRtcp(caller.rtcp.sent.at(-1)?.bytes ?? Buffer.alloc(0));
      expect(news?.ssrc).to.equal(caller.heard[0]?.ssrc);
      expect(news?.senderReport).to.be.a('number');
      expect(news?.blocks[0]).to.include({ ssrc: caller.ssrc, packetsLost: 0, fractionLost: 0 });
    });

    it('to where a=rtcp says', () => {
      caller.agree(caller.sdp('8', ['a=rtcp:7777']));
      pass(10);
      expect(caller.rtcp.sent.at(-1)?.to).to.equal('198.51.100.5:7777');
    });

    it('what was lost, and when the peer’s own report came', () => {
      const report = Buffer.from('80c80006000000aa1111222233334444000000000000000000000000'.padEnd(56, '0'), 'hex');
      talk(10);
      caller.sequence += 10;
      talk(10);
      f.plane.rtcp('outside', report, caller.address);
      f.clock.advance(2_000);
      pass(10);
      const first = parseRtcp(caller.rtcp.sent[0]?.bytes ?? Buffer.alloc(0))?.blocks[0];
      expect(first).to.include({ packetsLost: 10, lastReport: 0x22223333 });
      expect(first?.delaySinceLastReport).to.be.greaterThan(2 * 65_536);
    });

    it('goodbye at the end', async () => {
      talk(1);
      await f.plane.close();
      expect(parseRtcp(caller.rtcp.sent.at(-1)?.bytes ?? Buffer.alloc(0))?.bye).to.equal(true);
    });

    it('nothing to strangers, and counts what they send', () => {
      talk(1);
      f.plane.rtcp('outside', Buffer.from('80c90001000000aa', 'hex'), '203.0.113.66');
      f.plane.rtcp('outside', Buffer.from('nonsense'), caller.address);
      expect(statsOf(f, caller).packetsRejected).to.equal(2);
    });
  });
});
