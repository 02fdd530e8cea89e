/**
 * `node enter-recordings.js DATA COUNT`: opens the archive in DATA, whose journal is gone, as a start does, and prints how many
 * seconds it took until all of its COUNT recordings were entered from their tags.
 */
import { Archive } from '../../src/archive/archive.js';
import { options, seconds } from './archive-calls.js';

const [data = '', count = ''] = process.argv.slice(2);
const took = await seconds(async () => {
  const archive = await Archive.open(options(data));
  await archive.idle();
  const entered = archive.usage().recordings;
  if (entered !== Number(count)) throw new Error(`${entered} of ${count} recordings were entered`);
  await archive.close();
});
console.log(took);
