import { expect } from 'chai';
import { MissedFile } from '../../../src/app/missed-file.js';
import { silentLog } from '../../../src/base/log.js';
import { MemoryFiles } from '../../support/memory-files.js';

describe('missed calls in the data folder', () => {
  const counts = (...entries: [string, number][]) => new Map(entries);

  it('are there again after a power cut, the last of several changes too', async () => {
    const files = new MemoryFiles();
    await files.makeFolder('/data');
    const file = await MissedFile.open(files, '/data', silentLog);
    expect([...file.counts]).to.deep.equal([]);
    for (const n of [1, 2, 3]) file.save(counts(['201', n]));
    await file.close();
    const afterwards = files.afterCrash(true, () => 0);
    const again = await MissedFile.open(afterwards, '/data', silentLog);
    expect([...again.counts]).to.deep.equal([['201', 3]]);
  });
});
