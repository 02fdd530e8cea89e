/** What strangers, guessers and broken peers send: they get what they should, and calls go on. */
import { expect } from 'chai';
import { openDoors, PROVIDER, WireHandset, type Doors } from '../support/calls/doors.js';
import { settled } from '../support/calls/fake-sip.js';
import type { RawMessage } from '../support/sip/raw-message.js';
import { sdp } from '../support/sip/raw-message.js';
import type { RawPeer, Sent } from '../support/sip/raw-peer.js';
import { until } from '../support/until.js';

const STRANGER = '127.0.0.66';
const OFFICE = 'sip:+48227836000@127.0.0.1';

let doors: Doors;

/** A call from the provider to the office, answered. */
async function callUp(): Promise<{ provider: RawPeer; sent: Sent; answer: RawMessage }> {
  const provider = await doors.peer(PROVIDER);
  const sent = provider.request('INVITE', { uri: OFFICE, body: sdp() });
  const answer = await provider.expectResponse(200, 'INVITE');
  provider.ack(sent, answer);
  return { provider, sent, answer };
}

/** It still is: its BYE finds it. */
async function hangUp({ provider, sent, answer }: Awaited<ReturnType<typeof callUp>>): Promise<void> {
  expect(doors.calls.calls).to.have.length(1);
  const bye = provider.within(sent, answer, 'BYE', 2);
  expect((await provider.expectFinal(bye)).status).to.equal(200);
}

describe('strangers, guessers and broken peers', () => {
  afterEach(() => doors.close());

  describe('a call from a source that is no trunk', () => {
    it('meets silence, not even a 100, whatever it is, and leaves nothing behind', async () => {
      doors = await openDoors({ unknownTrunk: 'drop' });
      const up = await callUp();
      const before = doors.line.stand.server.load;
      const stranger = await doors.peer(STRANGER);
      for (let i = 0; i < 200; i++) stranger.request('INVITE', { uri: OFFICE, body: sdp() });
      for (const method of ['OPTIONS', 'SUBSCRIBE', 'MESSAGE', 'CANCEL', 'PUBLISH']) stranger.request(method, { uri: OFFICE }); // prettier-ignore
      // A REGISTER is challenged; it came after all of them.
      const challenged = await stranger.expectFinal(stranger.request('REGISTER'));
      expect(challenged.status).to.equal(401);
      expect(stranger.heard).to.deep.equal([challenged]);
      expect(doors.admission.dropped).to.equal(205);
      expect(doors.line.stand.server.load.transactions).to.be.at.most(before.transactions + 1);
      await hangUp(up);
    });

    it('gets 403 where that is configured', async () => {
      doors = await openDoors({ unknownTrunk: 'reject' });
      const stranger = await doors.peer(STRANGER);
      const refused = await stranger.expectFinal(stranger.request('INVITE', { uri: OFFICE, body: sdp() }));
      expect(refused.status).to.equal(403);
      expect(doors.calls.calls).to.have.length(0);
      expect(doors.ledger.begun, 'entries').to.have.length(0);
    });

    it('does not become a trunk by what it writes', async () => {
      doors = await openDoors();
      const stranger = await doors.peer(STRANGER);
      const claims = [
        `Via: SIP/2.0/UDP ${PROVIDER}`,
        `Route: <sip:${PROVIDER};lr>`,
        'P-Asserted-Identity: <sip:201@x>',
      ];
      stranger.request('INVITE', {
        uri: `${OFFICE};line=000`,
        body: sdp(),
        from: `<sip:201@${PROVIDER}>`,
        extra: claims,
      });
      await stranger.expectFinal(stranger.request('REGISTER'));
      expect(stranger.heard).to.have.length(1);
    });
  });

  describe('who asks for one extension after another', () => {
    it('gets the same challenge for those that are and those that are not, and is banned in the end', async () => {
      doors = await openDoors();
      const scanner = await doors.peer(STRANGER);
      const shapes = new Set<string>();
      const scan = async (user: string): Promise<void> => {
        const own = `<sip:${user}@127.0.0.1>`;
        const sent = scanner.request('REGISTER', { uri: 'sip:127.0.0.1', from: own, to: own });
        const answer = await scanner.expectFinal(sent);
        const names = [...answer.text.matchAll(/^[A-Za-z-]+(?=:)/gm)].map(([name]) => name);
        shapes.add(`${answer.startLine} ${names.join(' ')} ${answer.text.length - 2 * user.length}`);
      };
      for (let n = 180; n < 260; n++) await scan(String(n));
      expect([...shapes], 'kinds of answers').to.have.length(1);
      doors.clock.advance(10_001);
      scanner.request('REGISTER', { uri: 'sip:127.0.0.1', from: '<sip:261@127.0.0.1>', to: '<sip:261@127.0.0.1>' });
      await until('a scan is counted', () => doors.registrar.counters.scans === 1);
      const heard = scanner.heard.length;
      scanner.request('REGISTER', { uri: 'sip:127.0.0.1' });
      const known = new WireHandset(await doors.peer('127.0.0.10'), '202');
      expect((await known.register()).status).to.equal(200);
      expect(scanner.heard).to.have.length(heard);
    });
  });

  describe('a handset with a wrong password', () => {
    it('is never registered, is banned in the end, and hinders nobody else', async () => {
      doors = await openDoors();
      const up = await callUp();
      const phone = new WireHandset(await doors.peer('127.0.0.10'), '202');
      expect((await phone.register()).status).to.equal(200);
      const guesser = await doors.peer(STRANGER);
      for (let i = 0; i < 10; i++) {
        const guess = new WireHandset(guesser, '201', `guess-${i}`);
        if (i < 9) {
          // The later answers wait for their time.
          const asked = guess.register();
          await until('a wrong guess is counted', () => doors.registrar.counters.wrong === i + 1);
          doors.clock.advance(8_000);
          expect((await asked).status, `guess ${i}`).to.equal(401);
        } else void guess.register().catch(() => undefined);
      }
      await until('a ban', () => doors.registrar.counters.bans === 1);
      const heard = guesser.heard.length;
      new WireHandset(guesser, '201').register().catch(() => undefined);
      expect((await phone.register()).status, 'another, afterwards').to.equal(200);
      expect(guesser.heard).to.have.length(heard);
      expect(doors.registrar.bindings('201')).to.deep.equal([]);
      doors.clock.advance(900_000);
      expect((await new WireHandset(guesser, '201').register()).status, 'after the ban').to.equal(200);
      await hangUp(up);
    });

    it('hears nothing of its last guess, however long it waits', async () => {
      doors = await openDoors();
      const guesser = await doors.peer(STRANGER);
      for (let i = 0; i < 10; i++) {
        const asked = new WireHandset(guesser, '201', `guess-${i}`).register().catch(() => undefined);
        await until('a wrong guess is counted', () => doors.registrar.counters.wrong === i + 1);
        doors.clock.advance(8_000);
        if (i < 9) await asked;
      }
      const heard = guesser.heard.length;
      expect(doors.bans.active().map(({ address }) => address)).to.deep.equal([STRANGER]);
      doors.line.stand.clock.advance(64_000);
      await settled();
      doors.line.break();
      const known = new WireHandset(await doors.peer('127.0.0.10'), '202');
      await known.register();
      expect(guesser.heard.slice(heard).map((one) => one.startLine)).to.deep.equal([]);
    });

    it('cannot call', async () => {
      doors = await openDoors();
      const known = new WireHandset(await doors.peer('127.0.0.10'), '202');
      await known.register();
      const thief = new WireHandset(known.peer, '201', 'guess');
      const refused = await thief.ask('INVITE', 'sip:0601234567@127.0.0.1', { body: sdp() });
      expect(refused.status).to.equal(401);
      expect(doors.calls.calls).to.have.length(0);
    });
  });

  const NASTY = [
    '%24(reboot)',
    '`id`',
    '%3Brm%20-rf%20',
    '+4822%0D%0ASET%20a%20b',
    '*3%0d%0a%246%0d%0aDEL',
    "'%20OR%201=1--",
    '..%2F..%2Fetc%2Fpasswd',
    '+48227836000%00',
    '%E2%80%AE112',
    '9'.repeat(200),
  ];

  describe('a number with meta-characters of shells and Redis', () => {
    for (const user of NASTY) {
      it(`from outside: ${user.slice(0, 40)}`, async () => {
        doors = await openDoors();
        const up = await callUp();
        const From = `"$(id) \\"x\\" *3" <sip:${user}@127.0.0.2>`;
        const sent = up.provider.request('INVITE', { uri: `sip:${user}@127.0.0.1`, body: sdp(), from: From });
        expect((await up.provider.expectFinal(sent)).status).to.equal(404);
        const entries = JSON.stringify([doors.ledger.begun, doors.ledger.ended]);
        expect(entries).not.to.match(/\\[rn]|\\u0000|\u202e/);
        await hangUp(up);
      });

      it(`from a handset: ${user.slice(0, 40)}`, async () => {
        doors = await openDoors();
        const phone = new WireHandset(await doors.peer('127.0.0.10'), '201');
        await phone.register();
        for (const dialled of [user, `0${user}`]) {
          const refused = await phone.ask('INVITE', `sip:${dialled}@127.0.0.1`, { body: sdp() });
          expect(refused.status, dialled).to.be.within(400, 599);
        }
        expect(doors.calls.calls).to.have.length(0);
      });
    }
  });
});
