/** The records of calls: what is asked for at once is written at once, and each asker hears of its own change. */
import { expect } from 'chai';
import { begun } from '../../../src/archive/lifecycle.js';
import type { CallRecord } from '../../../src/archive/lifecycle.js';
import { RecordStore } from '../../../src/archive/record-store.js';
import { entryAt } from '../../support/archive-fixture.js';
import { MemoryFiles, systemError } from '../../support/memory-files.js';

const PATH = '/journal';

async function opened() {
  const files = new MemoryFiles();
  await files.makeFolder('/');
  const store = await RecordStore.open(files, PATH);
  const record = await store.begin(begun(entryAt(1_000)));
  const { id } = record.entry;
  const lines = (): number =>
    (files.content(PATH)?.toString() ?? '').split('\n').filter((line) => line.includes(id)).length;
  return { files, store, id, lines };
}

const noted =
  (text: string) =>
  (record: CallRecord): CallRecord => ({
    ...record,
    note: { text: `${record.note?.text ?? ''}${text}`, by: 'a', at: 1 },
  });

describe('changes of a call that are asked for together', () => {
  it('are made one after another and written as one line', async () => {
    const { store, id, lines } = await opened();
    const made = await Promise.all([
      store.change(id, noted('a')),
      store.change(id, noted('b')),
      store.change(id, noted('c')),
    ]);
    expect(made.map(({ note }) => note?.text)).to.deep.equal(['abc', 'abc', 'abc']);
    expect(lines()).to.equal(2);
  });

  it('wait for the line that is being written, and come before what is asked for after them', async () => {
    const { store, id, lines } = await opened();
    const first = store.change(id, noted('a'));
    await Promise.resolve();
    const spool = store.advance(id, { type: 'spool-opened', at: 5 });
    const later = store.change(id, noted('b'));
    expect((await first).state).to.deep.equal({ phase: 'running' });
    expect((await spool).note?.text).to.equal('a');
    const { note, state } = await later;
    expect(note?.text).to.equal('ab');
    expect(state).to.deep.equal({ phase: 'running', spoolSince: 5 });
    expect(lines()).to.equal(4);
  });

  it('fail each by itself where one cannot be made, and all where the line cannot be written', async () => {
    const { files, store, id, lines } = await opened();
    const broken = (): CallRecord => {
      throw new RangeError('not so');
    };
    const [good, bad] = await Promise.allSettled([store.change(id, noted('a')), store.change(id, broken)]);
    expect([good.status, bad.status]).to.deep.equal(['fulfilled', 'rejected']);
    files.onOperation = ({ name }) => {
      if (name === 'sync') throw systemError('EIO');
    };
    const lost = await Promise.allSettled([store.change(id, noted('b')), store.change(id, noted('c'))]);
    expect(lost.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    files.onOperation = () => undefined;
    expect(store.owed).to.equal(1);
    await store.payOwed();
    expect((await store.read(id))?.note?.text).to.equal('abc');
    expect(lines()).to.equal(3);
  });
});
