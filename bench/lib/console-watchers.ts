/**
 * So many browsers on the console's live events, in a process of their own: they take what comes and count it. What they cost the
 * relayed calls is measured beside calls that stand, while others begin and end, so that there is something to tell.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';

interface Figures {
  readonly events: number;
  readonly bytes: number;
}
type Told = { readonly ready: number } | Figures;

export class Watchers {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when all of them are connected. */
  static async open(url: string, cookies: readonly string[]): Promise<Watchers> {
    const child = fork(fileURLToPath(import.meta.url), ['watch']);
    const watchers = new Watchers(child);
    child.send({ url, cookies });
    await watchers.#told();
    return watchers;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** What they got so far, all together. */
  async figures(): Promise<Figures> {
    this.child.send({});
    return (await this.#told()) as Figures;
  }

  async close(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill();
    await gone;
  }

  async #told(): Promise<Told> {
    const gone = once(this.child, 'exit').then(([status]) => {
      throw new Error(`the browsers ended with ${String(status)}`);
    });
    const [told] = (await Promise.race([once(this.child, 'message'), gone])) as [Told];
    return told;
  }
}

/** The other process. */
async function watchAll(url: string, cookies: readonly string[]): Promise<void> {
  let [events, bytes] = [0, 0];
  process.on('message', () => process.send?.({ events, bytes }));
  await Promise.all(
    cookies.map(async (cookie) => {
      const request = get(`${url}/api/v1/events`, { headers: { cookie }, agent: false });
      const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream & { statusCode?: number }];
      if (response.statusCode !== 200) throw new Error(`a browser got ${response.statusCode}`);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        for (let at = chunk.indexOf('\nevent: '); at >= 0; at = chunk.indexOf('\nevent: ', at + 1)) events += 1;
      });
      response.on('end', () => {
        throw new Error('the console let a browser go');
      });
    }),
  );
  process.send?.({ ready: cookies.length });
}

if (process.argv[2] === 'watch')
  process.once(
    'message',
    ({ url, cookies }: { url: string; cookies: readonly string[] }) => void watchAll(url, cookies),
  );
