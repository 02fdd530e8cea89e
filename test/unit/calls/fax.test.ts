import { expect } from 'chai';
import { settled } from '../../support/calls/office.js';
import type { FakeDialog, FakeRequest } from '../../support/calls/scripted-sip.js';
import { refers, talking, type Talk } from '../../support/calls/talk.js';

/** The party asks for this session. */
async function asks(dialog: FakeDialog, sdp: string): Promise<FakeRequest> {
  const request = dialog.peer('INVITE', sdp);
  await settled();
  return request;
}
const answerOf = ({ final }: FakeRequest) => [final?.status, final?.body];
const offersTo = (dialog: FakeDialog) => dialog.requests.map(({ method, body }) => `${method} ${body ?? ''}`);

async function hungUp({ office, outside }: Talk) {
  outside.hangUp();
  await settled();
  return office.entry;
}

describe('a party that asks for fax (T.38) within a call', () => {
  it('gets what the other one answers to the same question, each on our own ports', async () => {
    const talk = await talking();
    const { office, outside, inside } = talk;
    outside.answerBody = 'v=0 fax 9600';
    const request = await asks(inside, 'v=0 fax 14400');
    expect(offersTo(outside)).to.deep.equal(['INVITE v=0 fax 14400 to outside']);
    expect(answerOf(request)).to.deep.equal([200, 'v=0 fax 9600 answer inside']);
    expect(office.session.done.slice(-2)).to.deep.equal(['fax outside', 'fax inside']);
    expect(office.calls.calls[0]).to.include({ state: 'talking', fax: 't38', recording: false });
    const entry = await hungUp(talk);
    expect(entry.fax).to.include({ kind: 't38', by: 't38' });
    expect(entry.record).to.deep.equal({ wanted: false, why: 'fax' });
  });

  it('that the other one refuses gets 488, and the fax goes on in sound', async () => {
    const talk = await talking();
    const { office, outside, inside } = talk;
    outside.answers = [488];
    const request = await asks(inside, 'v=0 fax 14400');
    expect(answerOf(request)).to.deep.equal([488, undefined]);
    expect(office.session.done).to.not.include('fax outside').and.not.include('fax inside');
    expect(office.calls.calls[0]).to.include({ state: 'talking', fax: 'g711' });
    const entry = await hungUp(talk);
    expect(entry.fax).to.include({ kind: 'g711', by: 't38' });
    expect(entry.record).to.deep.equal({ wanted: false, why: 'fax' });
  });

  it('that the other one takes with a 200 and no fax in it gets 488, and the other one has sound again', async () => {
    const { outside, inside, office } = await talking();
    outside.answerBody = 'v=0 answer';
    const request = await asks(inside, 'v=0 fax 14400');
    expect(answerOf(request)).to.deep.equal([488, undefined]);
    expect(offersTo(outside)).to.deep.equal(['INVITE v=0 fax 14400 to outside', 'INVITE v=0 offer outside']);
    expect(office.calls.calls[0]).to.include({ fax: 'g711' });
  });

  it('while the other one asks for something itself crosses it', async () => {
    const { outside, inside } = await talking();
    let give: (status: number) => void = () => {};
    outside.answers = [new Promise((resolve) => (give = resolve))];
    const first = await asks(inside, 'v=0 fax 14400');
    const second = await asks(outside, 'v=0 fax 14400');
    expect(answerOf(second)).to.deep.equal([491, undefined]);
    outside.answerBody = 'v=0 fax 14400';
    give(200);
    await settled();
    expect(answerOf(first)).to.deep.equal([200, 'v=0 fax 14400 answer inside']);
  });

  it('describes its fax anew, or has it described, without the other one', async () => {
    const { outside, inside } = await talking();
    outside.answerBody = 'v=0 fax 9600';
    await asks(inside, 'v=0 fax 14400');
    expect(answerOf(await asks(inside, 'v=0 fax 14400'))).to.deep.equal([200, 'v=0 fax 9600 answer inside']);
    expect(answerOf(await asks(outside, ''))).to.deep.equal([200, 'v=0 fax 14400 to outside']);
    outside.ack('v=0 fax 9600');
    expect(offersTo(outside)).to.have.length(1);
  });

  it('has sound again when it asks for that', async () => {
    const { office, outside, inside } = await talking();
    outside.answerBody = 'v=0 fax 9600';
    await asks(inside, 'v=0 fax 14400');
    outside.answerBody = 'v=0 answer';
    const request = await asks(inside, 'v=0 offer');
    expect(offersTo(outside).at(-1)).to.equal('INVITE v=0 offer outside');
    expect(answerOf(request)).to.deep.equal([200, 'v=0 answer inside']);
    expect(office.session.done.slice(-2)).to.deep.equal(['take answer outside', 'take offer inside']);
  });

  it('keeps its fax where the other one does not want sound again', async () => {
    const { office, outside, inside } = await talking();
    outside.answerBody = 'v=0 fax 9600';
    await asks(inside, 'v=0 fax 14400');
    outside.answers = [488];
    expect(answerOf(await asks(inside, 'v=0 offer'))).to.deep.equal([488, undefined]);
    expect(answerOf(await asks(inside, 'v=0 fax 14400'))).to.deep.equal([200, 'v=0 fax 9600 answer inside']);
    expect(office.session.done.at(-1)).to.equal('fax inside');
  });

  it('is refused while the call is on its way to somebody else', async () => {
    const { office, outside, inside } = await talking();
    await refers(inside, '<sip:202@192.0.2.1>');
    expect(answerOf(await asks(outside, 'v=0 fax 14400'))).to.deep.equal([488, undefined]);
    expect(office.session.bridged).to.equal(false);
  });
});

describe('a fax machine that is heard', () => {
  it('in the first seconds leaves no recording', async () => {
    const talk = await talking();
    const { office } = talk;
    await office.pass(5_000);
    office.session.emit('fax', { leg: 'outside', sign: 'cng' });
    expect(office.session.spoolStopped).to.equal(true);
    const entry = await hungUp(talk);
    expect(entry.fax).to.deep.equal({ kind: 'g711', by: 'cng', at: entry.fax?.at });
    expect(entry.record).to.deep.equal({ wanted: false, why: 'fax' });
  });

  it('after people have talked ends the recording there', async () => {
    const talk = await talking();
    const { office } = talk;
    await office.pass(30_000);
    office.session.emit('fax', { leg: 'outside', sign: 'v21' });
    expect(office.session.spoolStopped).to.equal(true);
    await office.pass(10_000);
    const entry = await hungUp(talk);
    expect(entry.record).to.deep.equal({ wanted: true });
    expect(entry.parts.at(-1)).to.deep.equal({ kind: 'stopped', by: 'halina', from: 30_000, to: 40_000 });
  });

  it('and asks for T.38 later is known by what came first', async () => {
    const talk = await talking();
    const { office, outside, inside } = talk;
    office.session.emit('fax', { leg: 'inside', sign: 'ced' });
    outside.answerBody = 'v=0 fax 9600';
    await asks(inside, 'v=0 fax 14400');
    expect((await hungUp(talk)).fax).to.include({ kind: 't38', by: 'ced' });
  });

  it('changes nothing of what the employee had stopped', async () => {
    const talk = await talking();
    const { office } = talk;
    office.session.emit('code', { leg: 'inside', code: '*9' });
    office.session.emit('fax', { leg: 'outside', sign: 'cng' });
    const entry = await hungUp(talk);
    expect(entry.quarantine?.why).to.equal('stopped');
    expect(entry.record).to.deep.equal({ wanted: true });
  });
});
