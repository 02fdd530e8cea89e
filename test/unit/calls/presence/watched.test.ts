/** What an extension is doing, seen in the INVITEs of its handsets, and which calls it missed. */
import { expect } from 'chai';
import type { Directory } from '../../../../src/calls/application.js';
import { LineBoard } from '../../../../src/calls/presence/lines.js';
import { MissedCalls } from '../../../../src/calls/presence/missed-calls.js';
import { Watch } from '../../../../src/calls/presence/watched.js';
import { FakeInvite, ScriptedSip } from '../../../support/calls/scripted-sip.js';

const binding = { extension: '201' } as never;
const handsets: Directory = {
  targets: (extension) => [{ binding, uri: `sip:${extension}@10.0.0.9`, nextHop: 'sip:10.0.0.9' }],
  unreachable: () => {},
  hasFlow: () => true,
  hasAddress: () => true,
  authenticate: () => '201',
};

function watching() {
  const lines = new LineBoard();
  const changes: string[] = [];
  const note = (extension: string): void => {
    const uses = lines.of(extension).map(({ state, direction, party }) => `${state} ${direction} ${party}`.trim());
    changes.push(`${extension}: ${uses.join(', ')}`);
  };
  lines.observe({ changed: note, missed: (one) => changes.push(`${one} missed a call`), called: () => {} });
  const missed = new MissedCalls(lines, () => {});
  const watch = new Watch(lines);
  const sip = new ScriptedSip();
  const port = watch.port(sip);
  const directory = watch.directory(handsets);
  /** Rings an extension as the application does. */
  const ring = (extension: string, from = '"Anna" <sip:+48601234567@office>') => {
    const [target] = directory.targets(extension);
    return port.invite({ uri: target?.uri ?? '', nextHop: target?.nextHop, sdp: 'v=0', headers: { From: from } });
  };
  return { lines, changes, missed, watch, sip, port, directory, ring };
}

describe('the line of a handset that is called', () => {
  it('tries, rings, is connected and ends with the caller’s BYE', async () => {
    const { changes, sip, ring } = watching();
    const call = ring('202');
    sip.to('202').progress(180);
    sip.to('202').progress(180);
    const dialog = sip.to('202').answer();
    const seen = await call.dialog;
    seen.listen({ onEnd: () => changes.push('the application heard of the end') });
    dialog.hangUp();
    expect(changes).to.deep.equal([
      '202: trying recipient +48601234567',
      '202: early recipient +48601234567',
      '202: confirmed recipient +48601234567',
      '202: terminated recipient +48601234567',
      'the application heard of the end',
    ]);
  });

  it('ends with our BYE, and every other member of the dialog is the dialog’s own', async () => {
    const { changes, sip, ring } = watching();
    const call = ring('202');
    const made = sip.to('202').answer();
    const seen = await call.dialog;
    expect([seen.callId, seen.role, seen.ended]).to.deep.equal([made.callId, 'uac', false]);
    await seen.request('INFO');
    await seen.bye();
    expect(made.requests.map(({ method }) => method)).to.deep.equal(['INFO']);
    expect(made.byes).to.have.length(1);
    expect(seen.ended).to.equal(true);
    expect(changes.at(-1)).to.equal('202: terminated recipient +48601234567');
  });

  it('shows no number of a caller who withholds it', () => {
    const { changes, ring } = watching();
    ring('202', '"Anonymous" <sip:anonymous@anonymous.invalid>');
    expect(changes).to.deep.equal(['202: trying recipient']);
  });

  it('has missed what nobody took, until it calls somebody', async () => {
    const { sip, ring, missed, watch, directory } = watching();
    ring('202').cancel();
    sip.invites.length = 0;
    const refused = ring('202');
    sip.to('202').refuse(486);
    await refused.dialog.catch(() => undefined);
    expect(missed.of('202')).to.equal(2);
    const own = ring('201');
    own.cancel();
    expect(missed.of('201')).to.equal(1);
    directory.authenticate(watch.incoming(new FakeInvite('sip:0601234567@office')));
    expect([missed.of('201'), missed.of('202')]).to.deep.equal([0, 2]);
  });

  it('has missed them after a restart too, and the store is told of each change', () => {
    const lines = new LineBoard();
    const saved: Record<string, number>[] = [];
    const store = {
      counts: new Map([['202', 2]]),
      save: (counts: ReadonlyMap<string, number>) => saved.push(Object.fromEntries(counts)),
    };
    const missed = new MissedCalls(lines, () => {}, store);
    expect(missed.of('202')).to.equal(2);
    lines.begin('203', 'recipient', '1').ended('unanswered');
    lines.begin('202', 'initiator', '1');
    expect(saved).to.deep.equal([{ '202': 2, '203': 1 }, { '203': 1 }]);
  });

  it('has missed one call where two telephones of it rang', () => {
    const { port, directory, missed } = watching();
    const [target] = directory.targets('202');
    const call = { uri: target?.uri ?? '', nextHop: target?.nextHop, sdp: 'v=0', headers: { From: '<sip:1@office>' } };
    for (const invite of [port.invite(call), port.invite(call)]) invite.cancel();
    expect(missed.of('202')).to.equal(1);
  });

  it('has not missed what another took, what was declined, or what was answered', async () => {
    const { sip, ring, missed } = watching();
    ring('202').cancel({ Reason: 'SIP;cause=200;text="Call completed elsewhere"' });
    const declined = ring('203');
    sip.to('203').refuse(603);
    await declined.dialog.catch(() => undefined);
    const answered = ring('204');
    sip.to('204').answer();
    await (await answered.dialog).bye();
    expect(['202', '203', '204'].map((one) => missed.of(one))).to.deep.equal([0, 0, 0]);
  });
});

describe('the line of a handset that calls', () => {
  it('is in use from the proof of who it is', async () => {
    const { changes, watch, directory } = watching();
    const invite = new FakeInvite('sip:0601234567@office');
    const seen = watch.incoming(invite);
    expect(changes).to.deep.equal([]);
    directory.authenticate(seen);
    await seen.respond(180);
    await seen.accept({ sdp: 'v=0' });
    invite.dialog?.hangUp();
    expect(changes).to.deep.equal([
      '201: trying initiator 0601234567',
      '201: early initiator 0601234567',
      '201: confirmed initiator 0601234567',
    ]);
  });

  it('is free after a refusal, and after it gave up', async () => {
    const { changes, watch, directory, lines } = watching();
    const refused = watch.incoming(new FakeInvite('sip:1@office'));
    directory.authenticate(refused);
    await refused.respond(486);
    expect(lines.isBusy('201')).to.equal(false);
    const invite = new FakeInvite('sip:2@office');
    const given = watch.incoming(invite);
    directory.authenticate(given);
    given.onCancel(() => changes.push('the application heard of the CANCEL'));
    invite.cancel();
    expect(changes.slice(-2)).to.deep.equal(['201: terminated initiator 2', 'the application heard of the CANCEL']);
    expect(lines.isBusy('201')).to.equal(false);
  });
});

describe('INVITEs to others', () => {
  it('are nobody’s line', () => {
    const { changes, port } = watching();
    port.invite({ uri: 'sip:+48601234567@198.51.100.1', nextHop: 'sip:198.51.100.1', sdp: 'v=0' });
    expect(changes).to.deep.equal([]);
  });
});
