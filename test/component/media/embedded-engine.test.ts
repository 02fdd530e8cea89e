import { expect } from 'chai';
import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CallId } from '../../../src/base/brands.js';
import { newCallId } from '../../../src/base/call-id.js';
import { HalinaError } from '../../../src/base/errors.js';
import type { Log } from '../../../src/base/log.js';
import type { MediaSession, SessionOptions } from '../../../src/media/engine.js';
import { EmbeddedEngine, type EmbeddedEngineOptions } from '../../../src/media/session/embedded-engine.js';
import { SdpError } from '../../../src/sdp/index.js';
import { readSpool } from '../../../src/spool/pcap-reader.js';
import { callEntry } from '../../support/media/entry.js';
import { RtpPeer } from '../../support/media/rtp-peer.js';
import { promptFolder, sine, wavOf } from '../../support/media/wav.js';

const loopback = { local: '127.0.0.1', advertised: '127.0.0.1' };
const addresses: SessionOptions['addresses'] = { outside: loopback, inside: loopback };
const notice = { name: 'notice', language: 'pl' };

/** The error that a promise fails with. */
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  const error = await failure(promise);
  return error instanceof HalinaError ? error.code : String(error);
};

/** A log in which a message can be waited for. */
function watchedLog(): { log: Log; told: (message: string) => Promise<void> } {
  const seen: string[] = [];
  const waiting: { message: string; resolve: () => void }[] = [];
  const note = (_facts: object, message: string): void => {
    seen.push(message);
    for (const waiter of waiting.filter((one) => one.message === message)) {
      waiting.splice(waiting.indexOf(waiter), 1);
      waiter.resolve();
    }
  };
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
  return { log, told: (message) => new Promise((resolve) => waiting.push({ message, resolve })) };
}

describe('the embedded media engine, with real processes and sockets', () => {
  let folder: string;
  let spools: string;
  let engine: EmbeddedEngine;
  let caller: RtpPeer;
  let handset: RtpPeer;
  let session: MediaSession;
  let id: CallId;
  let budget: (bytes: number) => boolean;
  let watched: ReturnType<typeof watchedLog>;

  const options = (more: Partial<EmbeddedEngineOptions> = {}): EmbeddedEngineOptions => ({
    ports: { from: 30_000, to: 30_999 },
    portDrainMs: 0,
    engines: 1,
    silenceTimeoutMs: 0,
    plane: 'session',
    promptFolders: [folder],
    budget: { reserve: (_id, bytes) => Promise.resolve(budget(bytes)) },
    log: watched.log,
    ...more,
  });

  before(async () => {
    watched = watchedLog();
    folder = await promptFolder({ 'pl/notice': wavOf(sine(600, 310)), 'pl/long': wavOf(sine(600, 60_000)) });
    spools = await mkdtemp(join(tmpdir(), 'halina-spools-'));
    engine = await EmbeddedEngine.start(options());
  });

  after(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
    await rm(spools, { recursive: true });
  });

  beforeEach(async () => {
    id = newCallId(Date.now());
    budget = () => true;
    caller = await RtpPeer.open();
    handset = await RtpPeer.open();
    session = await engine.openSession({ id, addresses, codes: { inside: ['*7'] } });
  });

  afterEach(async () => {
    await session.close();
    caller.close();
    handset.close();
  });

  /** Connects the two; what they send from then on meets a child process that knows of it. */
  const connect = async (): Promise<void> => {
    caller.learn(session.acceptOffer('outside', caller.sdp()));
    handset.learn(session.createOffer('inside'));
    session.acceptAnswer('inside', handset.sdp());
    session.bridge();
    await heeded();
  };
  /** Orders go one way and packets another: an answer that comes back means that the orders are there. */
  const heeded = (): Promise<unknown> => session.stats();
  /** Both say `packets` and hear them. */
  const talk = async (packets: number): Promise<void> => {
    const before = [caller.heard.length, handset.heard.length] as const;
    for (let i = 0; i < packets; i++) {
      caller.send(i);
      handset.send(0x80 + i);
    }
    await Promise.all([
      caller.until(() => caller.heard.length === before[0] + packets),
      handset.until(() => handset.heard.length === before[1] + packets),
    ]);
  };

  describe('a prompt', () => {
    it('is played whole, at once and at its pace, to the address of the SDP', async () => {
      caller.learn(session.acceptOffer('outside', caller.sdp()));
      const evidence = await session.play('outside', notice);
      await caller.until(() => caller.heard.length === 16);
      expect(evidence).to.deep.include({ prompt: 'notice', language: 'pl', framesTotal: 16, framesSent: 16 });
      expect(evidence.endedAt - evidence.beganAt).to.be.within(315, 3_000);
      expect(evidence.callerMediaSeen).to.equal(false);
      expect(evidence.sha256).to.equal(engine.prompt('notice', 'pl')?.sha256);
      expect(engine.prompt('notice', 'pl')).to.include({ frames: 16, durationMs: 310 });
      const [first] = caller.heard;
      expect(caller.heard.map(({ timestamp }) => (timestamp - (first?.timestamp ?? 0)) >>> 0)).to.deep.equal(
        caller.heard.map((_, n) => n * 160),
      );
    });

    it('says how far it came when it is stopped', async () => {
      caller.learn(session.acceptOffer('outside', caller.sdp()));
      const abort = new AbortController();
      const long = { name: 'long', language: 'pl' };
      const playing = session.play('outside', long, { signal: abort.signal });
      await caller.until(() => caller.heard.length >= 3);
      abort.abort();
      const evidence = await playing;
      expect(evidence.framesSent).to.be.within(3, 2_999);
      expect(evidence.framesTotal).to.equal(3_000);
      const stopped = await session.play('outside', long, { signal: abort.signal });
      expect(stopped.framesSent).to.be.below(3_000);
    });

    it('is refused where there is none, or nobody to play it to', async () => {
      expect(await codeOf(session.play('outside', notice))).to.equal('MEDIA_NOT_AGREED');
      session.acceptOffer('outside', caller.sdp());
      expect(await codeOf(session.play('outside', { name: 'notice', language: 'de' }))).to.equal('MEDIA_NO_PROMPT');
      expect(engine.prompt('notice', 'de')).to.equal(undefined);
    });

    it('ends with the session', async () => {
      session.acceptOffer('outside', caller.sdp());
      const playing = session.play('outside', { name: 'long', language: 'pl' });
      await session.close();
      expect((await playing).framesSent).to.be.below(3_000);
      expect(await codeOf(session.play('outside', notice))).to.equal('MEDIA_NO_SESSION');
    });
  });

  describe('a call', () => {
    it('is relayed both ways and spooled both ways', async () => {
      await connect();
      const path = join(spools, `${id}.pcap`);
      const entry = callEntry(id);
      await session.startSpool(path, entry);
      await talk(5);
      expect(handset.heard.map(({ payload }) => payload[0])).to.deep.equal([0, 1, 2, 3, 4]);
      expect(new Set(handset.heard.map(({ ssrc }) => ssrc)).size).to.equal(1);
      expect((await session.stats()).outside.packetsReceived).to.equal(5);
      const { stats, spool } = await session.close();
      expect(stats.outside).to.include({ packetsReceived: 5, packetsSent: 5, packetsRejected: 0 });
      expect(stats.inside.source).to.equal(`127.0.0.1:${handset.port}`);
      const bytes = await readFile(path);
      expect(spool).to.deep.equal({ path, bytes: bytes.length, dropped: 0, cut: undefined });
      const { records, summary } = readSpool(bytes);
      expect(summary).to.deep.include({ damage: [], tailBytes: 0 });
      expect(records[0]).to.have.nested.property('mark.entry.id', id);
      const sound = records.flatMap((record) => (record.kind === 'rtp' ? [`${record.leg} ${record.rtp[12]}`] : []));
      expect(sound.filter((one) => one.startsWith('outside'))).to.deep.equal(
        [0, 1, 2, 3, 4].map((n) => `outside ${n}`),
      );
      expect(sound).to.have.lengthOf(10);
      const times = records.map(({ timeUs }) => timeUs);
      expect(times).to.deep.equal([...times].sort((a, b) => a - b));
      expect((times[0] ?? 0) / 1000).to.be.closeTo(Date.now(), 5_000);
    });

    it('tells of hold and resume, and keeps its answers’ versions', async () => {
      await connect();
      const told: boolean[] = [];
      session.hear((news) => {
        if (news.type === 'hold') told.push(news.leg === 'inside' && news.held);
      });
      const held = session.acceptOffer('inside', handset.sdp('8', ['a=sendonly']));
      expect(held).to.contain('a=recvonly');
      session.acceptOffer('inside', handset.sdp('8', ['a=inactive']));
      session.acceptOffer('inside', handset.sdp().replace('c=IN IP4 127.0.0.1', 'c=IN IP4 0.0.0.0'));
      session.acceptOffer('inside', handset.sdp());
      expect(told).to.deep.equal([true, false]);
    });

    it('negotiates both sides to one codec', () => {
      session.acceptOffer('outside', caller.sdp('0 8'));
      expect(session.createOffer('inside')).to.contain('RTP/AVP 0 8 101');
    });

    it('tells keys and codes, and keeps codes from the other side', async () => {
      await connect();
      const told: string[] = [];
      const code = new Promise<void>((resolve) =>
        session.hear((news) => {
          if (news.type === 'dtmf') told.push(`${news.leg} ${news.digit}`);
          if (news.type !== 'code') return;
          told.push(`code ${news.leg} ${news.code}`);
          resolve();
        }),
      );
      await talk(1);
      const press = (key: number): void => {
        for (const end of [0, 0, 0x8a]) handset.send(Buffer.from([key, end, 1, 64]), { payloadType: 101, lasts: 0 });
        handset.timestamp += 800;
      };
      press(5);
      await caller.until(() => caller.heard.length === 4);
      press(10); // *
      press(7);
      await code;
      await talk(1);
      expect(told).to.deep.equal(['inside 5', 'code inside *7']);
      expect(caller.heard.map(({ payloadType }) => payloadType)).to.deep.equal([8, 101, 101, 101, 8]);
    });

    it('has keys made for it that came by another way', async () => {
      await connect();
      expect([session.sendKey('outside', '5'), session.sendKey('outside', '55')]).to.deep.equal([true, false]);
      await caller.until(() => caller.heard.length === 7);
      expect(caller.heard[0]).to.include({ payloadType: 101, marker: true });
      expect(caller.heard.at(-1)?.payload.toString('hex')).to.equal('058a0320');
      session.acceptOffer('outside', caller.sdp('8', []));
      expect(session.sendKey('outside', '5')).to.equal(false);
    });

    it('is not taken over by a stranger, before the latch or after', async () => {
      const attacker = await RtpPeer.open('127.0.0.2');
      await connect();
      attacker.to = caller.to;
      attacker.ssrc = 0x666;
      for (let i = 0; i < 60; i++) attacker.send(0x66);
      await talk(3);
      for (let i = 0; i < 60; i++) attacker.send(0x66);
      await talk(3);
      expect(handset.heard.map(({ payload }) => payload[0])).to.deep.equal([0, 1, 2, 0, 1, 2]);
      expect(attacker.heard).to.deep.equal([]);
      expect((await session.stats()).outside.packetsRejected).to.equal(120);
      attacker.close();
    });

    it('follows the next description to another address, and the old one is a stranger then', async () => {
      await connect();
      await talk(2);
      const next = await RtpPeer.open();
      caller.learn(session.acceptOffer('outside', next.sdp()));
      next.to = caller.to;
      await heeded();
      handset.send(0x11);
      await next.until(() => next.heard.length === 1);
      next.send(0x22);
      await handset.until(() => handset.heard.at(-1)?.payload[0] === 0x22);
      caller.send(0x33);
      caller.send(0x33);
      next.send(0x44);
      await handset.until(() => handset.heard.at(-1)?.payload[0] === 0x44);
      expect(handset.heard.some(({ payload }) => payload[0] === 0x33)).to.equal(false);
      next.close();
    });

    it('survives garbage on its ports', async () => {
      await connect();
      for (const length of [0, 1, 11, 12, 200, 1473, 9_000]) {
        caller.sendRaw(Buffer.alloc(length, 0x90));
        caller.sendRaw(Buffer.alloc(length, 0xbf));
      }
      await talk(2);
      expect((await session.stats()).outside.packetsRejected).to.be.at.least(14);
    });

    it('goes on when its recording is cut by the budget', async () => {
      await connect();
      budget = () => false;
      const cut = new Promise((resolve) => session.hear(resolve));
      await session.startSpool(join(spools, 'none.pcap'), callEntry(id));
      expect(await cut).to.deep.equal({ type: 'recordingCut', reason: 'no-room' });
      await talk(2);
      expect((await session.close()).spool).to.include({ cut: 'no-room', bytes: 0 });
    });

    it('goes on when its spool cannot be made, and says so', async () => {
      await connect();
      const error = await failure(session.startSpool(join(spools, 'no', 'such', 'folder'), callEntry(id)));
      expect(String(error)).to.contain('ENOENT');
      await talk(2);
      expect((await session.close()).spool).to.include({ cut: 'failed' });
    });

    it('is refused with the SIP status where its SDP is no use, and stays as it was', async () => {
      await connect();
      const error = await failure(Promise.resolve().then(() => session.acceptOffer('outside', caller.sdp('18'))));
      expect(error).to.be.instanceOf(SdpError).and.to.have.property('status', 488);
      const own = caller.sdp().replace(String(caller.port), String(handset.to.port));
      expect(() => session.acceptOffer('outside', own)).to.throw(SdpError, 'port of our own');
      await talk(1);
    });
  });

  describe('whose process is killed', () => {
    it('tells every call that it is lost, fails what is pending, and starts again', async () => {
      const other = await engine.openSession({ id: newCallId(Date.now()), addresses });
      await connect();
      const path = join(spools, `${id}-killed.pcap`);
      await session.startSpool(path, callEntry(id));
      const playing = session.play('outside', { name: 'long', language: 'pl' });
      const lost = [session, other].map((one) => new Promise((resolve) => one.hear(resolve)));
      const ready = watched.told('media process ready');
      const [pid] = engine.pids;
      process.kill(pid ?? expect.fail('no process'), 'SIGKILL');
      expect(await Promise.all(lost)).to.deep.equal([{ type: 'lost' }, { type: 'lost' }]);
      expect(await codeOf(engine.openSession({ id, addresses }))).to.equal('MEDIA_NO_ENGINE');
      expect(await codeOf(playing)).to.equal('MEDIA_ENGINE_LOST');
      expect(await codeOf(session.play('outside', notice))).to.equal('MEDIA_ENGINE_LOST');
      expect((await session.close()).spool, 'the spool is left for recovery').to.equal(undefined);
      expect(readSpool(await readFile(path)).records.length).to.be.greaterThan(0);
      await ready;
      expect(engine.pids).not.to.deep.equal([pid]);
      const next = await engine.openSession({ id, addresses });
      next.acceptOffer('outside', caller.sdp());
      expect((await next.play('outside', notice)).framesSent).to.equal(16);
      await next.close();
      await other.close();
    });
  });

  describe('with several processes', () => {
    it('spreads calls over them and keeps those of the others when one dies', async () => {
      const many = await EmbeddedEngine.start(options({ engines: 2, ports: { from: 31_000, to: 31_015 } }));
      const calls = await Promise.all([1, 2, 3, 4].map(() => many.openSession({ id, addresses })));
      const ports = calls.map((call) => Number(/m=audio (\d+)/.exec(call.createOffer('inside'))?.[1]));
      expect(ports.filter((port) => port < 31_008)).to.have.lengthOf(2);
      expect(await codeOf(many.openSession({ id, addresses }))).to.equal('MEDIA_NO_PORTS');
      const lost: number[] = [];
      const twoLost = new Promise<void>((resolve) =>
        calls.forEach((call, n) =>
          call.hear(({ type }) => {
            if (type === 'lost' && lost.push(n) === 2) resolve();
          }),
        ),
      );
      process.kill(many.pids[0] ?? expect.fail('no process'), 'SIGKILL');
      await twoLost;
      const alive = calls.filter((_, n) => !lost.includes(n));
      for (const call of alive) expect((await call.stats()).outside.packetsReceived).to.equal(0);
      await many.close();
    });
  });

  it('does not start without its prompts, and says which is wrong', async () => {
    const broken = await promptFolder({ 'pl/notice': Buffer.from('not a sound') });
    const error = await failure(EmbeddedEngine.start(options({ promptFolders: [broken] })));
    expect(String(error)).to.contain('notice.wav');
    expect(await codeOf(EmbeddedEngine.start(options({ promptFolders: [join(broken, 'none')] })))).to.equal(
      'MEDIA_PROMPTS',
    );
    await rm(broken, { recursive: true });
  });

  it('takes the office’s own prompts in place of those that come with it', async () => {
    const own = await promptFolder({
      'pl/notice': wavOf(sine(500, 100, 8_000, 16_000), 16_000),
      'pl/extra': wavOf(sine(1, 20)),
    });
    await writeFile(join(own, 'pl', 'notice.txt'), 'Rozmowa jest nagrywana.');
    const both = await EmbeddedEngine.start(
      options({ promptFolders: [folder, own], ports: { from: 31_100, to: 31_107 } }),
    );
    expect(both.prompt('notice', 'pl')).to.include({ frames: 5, durationMs: 100 });
    expect(both.prompt('extra', 'pl')).to.include({ frames: 1 });
    await both.close();
  });

  it('refuses addresses that are none', async () => {
    const wrong = { ...addresses, inside: { local: 'localhost', advertised: '127.0.0.1' } };
    expect(await codeOf(engine.openSession({ id, addresses: wrong }))).to.equal('MEDIA_ADDRESS');
  });

  it('leaves no process behind when its own is killed', async () => {
    const main = resolve('dist/src/media/session/main.js');
    const script = join(spools, 'parent.mjs');
    const stdio = ['ignore', 'inherit', 'ignore', 'ipc'];
    await writeFile(
      script,
      `import { fork } from 'node:child_process';
       fork(${JSON.stringify(main)}, ${JSON.stringify({ serialization: 'advanced', stdio })});
       process.send('forked');`,
    );
    const parent = fork(script, { stdio: ['ignore', 'pipe', 'ignore', 'ipc'] });
    // Both hold the pipe's other end: it ends when the last of them has gone.
    const allGone = new Promise<void>((resolve) => parent.stdout?.resume().once('end', resolve));
    await new Promise((resolve) => parent.once('message', resolve));
    parent.kill('SIGKILL');
    await allGone;
  });
});
