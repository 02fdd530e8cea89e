import { expect } from 'chai';
import { SpoolSync, type SyncedFile, type Written } from '../../../src/media/session/plane/spool-sync.js';
import { settle } from '../../support/media/memory-spool.js';

interface File extends SyncedFile {
  readonly name: string;
}
interface Sync {
  readonly what: string;
  readonly done: (works?: boolean) => Promise<void>;
}

const fileOf = (name: string): File => ({ name, lost: undefined });
const whole = (...files: File[]): Written<File>[] => files.map((file) => ({ file, error: undefined }));

describe('the sync of spools', () => {
  let syncs: Sync[];
  let durable: { batches: number; errors: readonly (string | undefined)[] | undefined }[];
  let nowMs: number;
  let sync: SpoolSync<File>;
  const [a, b, c] = [fileOf('a'), fileOf('b'), fileOf('c')];
  beforeEach(() => {
    [syncs, durable, nowMs] = [[], [], 0];
    for (const file of [a, b, c]) file.lost = undefined;
    const begun = (what: string): Promise<boolean> =>
      new Promise((resolve) => {
        const done = (works = true): Promise<void> => {
          resolve(works);
          return settle();
        };
        syncs.push({ what, done });
      });
    sync = new SpoolSync({
      syncAll: () => begun('all'),
      syncOne: async ({ name }) => {
        if (!(await begun(name))) throw new Error(`EIO of ${name}`);
      },
      onDurable: (batches, errors) => durable.push({ batches, errors }),
      message: (error) => (error as Error).message,
      now: () => nowMs,
    });
  });
  const begun = (): string[] => syncs.map(({ what }) => what);
  const last = (): Sync => syncs.at(-1) as Sync;

  it('is one at a time, and what is written meanwhile is not on the disk before the next', async () => {
    sync.add(whole(a, b));
    sync.add(whole(a, c));
    sync.add(whole(b));
    expect(begun()).to.deep.equal(['all']);
    await last().done();
    expect(durable).to.deep.equal([{ batches: 1, errors: undefined }]);
    expect(begun()).to.deep.equal(['all', 'all']);
    await last().done();
    expect(durable.slice(1)).to.deep.equal([{ batches: 2, errors: undefined }]);
    sync.add(whole(c));
    expect(begun(), 'a file alone').to.deep.equal(['all', 'all', 'c']);
    await last().done();
    expect(durable).to.have.lengthOf(3);
  });

  it('that fails for all is made of each, and who lost something has lost what comes behind it', async () => {
    sync.add(whole(a, b, a));
    sync.add(whole(b, a));
    await last().done(false);
    expect(begun()).to.deep.equal(['all', 'a']);
    await last().done(false);
    expect(begun()).to.deep.equal(['all', 'a', 'b']);
    await last().done();
    expect(durable).to.deep.equal([{ batches: 1, errors: ['EIO of a', undefined, 'EIO of a'] }]);
    await last().done(); // of all again
    expect(durable.at(-1)).to.deep.equal({ batches: 1, errors: [undefined, 'EIO of a'] });
    a.lost = undefined; // it was cut
    sync.add(whole(a, b));
    await last().done();
    expect(durable.at(-1)).to.deep.equal({ batches: 1, errors: undefined });
  });

  it('says of each append whether it is there, where a write failed', async () => {
    sync.add([...whole(a, b), { file: a, error: 'ENOSPC' }, { file: undefined, error: 'not open' }]);
    await last().done();
    expect(durable).to.deep.equal([{ batches: 1, errors: [undefined, undefined, 'ENOSPC', 'not open'] }]);
    sync.add([{ file: a, error: 'ENOSPC' }]);
    await settle();
    expect(begun(), 'nothing is to be synced').to.deep.equal(['all']);
    expect(durable.at(-1)).to.deep.equal({ batches: 1, errors: ['ENOSPC'] });
  });

  it('leaves a sync of all alone for half a minute where it takes long, unless that of each does too', async () => {
    const take = async (ms: number): Promise<void> => {
      nowMs += ms;
      await last().done();
    };
    sync.add(whole(a, b));
    await take(400);
    sync.add(whole(a, b));
    await take(10);
    await take(10);
    expect(begun()).to.deep.equal(['all', 'a', 'b']);
    sync.add(whole(a, b));
    await take(300);
    await take(300); // longer than all took
    sync.add(whole(a, b));
    await take(400);
    expect(begun().slice(3)).to.deep.equal(['a', 'b', 'all']);
    nowMs += 30_000;
    sync.add(whole(a, b));
    expect(begun().at(-1)).to.equal('all');
    await last().done();
  });
});
