/** A bar on the terminal, one line that is written over; nothing where nobody watches. */
import type { CommandName, Reply, Request } from '../app/control-api.js';
import type { Progress } from '../base/progress.js';
import { noProgress } from '../base/progress.js';
import type { Where } from '../app/where.js';
import { performWith } from './perform.js';

const EVERY_MS = 300;
const WIDTH = 25;

export function bar(): Progress {
  if (!process.stderr.isTTY) return noProgress;
  let shown = '';
  return (done, all, what) => {
    const percent = all === 0 ? 100 : Math.floor((100 * done) / all);
    const filled = '█'.repeat(Math.floor((percent * WIDTH) / 100)).padEnd(WIDTH, '·');
    const text = `${filled} ${percent} % ${what}`;
    if (text === shown) return;
    process.stderr.write(`\r${text.padEnd(shown.length)}${done === all ? '\n' : ''}`);
    shown = done === all ? '' : text;
  };
}

/** Has a long command done, by the program that runs or here, and draws how far it is. */
export async function performLong<K extends CommandName>(
  where: Where,
  name: K,
  request: Request<K>,
  draw: Progress = bar(),
): Promise<Reply<K>> {
  return performWith(where, async (control) => {
    let last = { done: 0, all: 0, what: '' };
    const look = async (): Promise<void> => {
      const { works } = await control('progress', {});
      const work = works.find((one) => one.name === name);
      if (!work) return;
      last = work;
      draw(work.done, work.all, work.what);
    };
    let looking = Promise.resolve();
    // A look that fails is no matter: the command's own answer says what is wrong.
    const timer = setInterval(() => {
      looking = looking.then(look).catch(() => undefined);
    }, EVERY_MS);
    try {
      return await control(name, request);
    } finally {
      clearInterval(timer);
      await looking;
      if (last.done < last.all) draw(last.all, last.all, last.what);
    }
  });
}
