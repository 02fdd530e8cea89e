/**
 * Child processes of a test or benchmark: started, waited for by what they say, ended by pid, and never left behind, however the
 * process ends that started them: by an error, by a signal, or (the kernel sees to it) by SIGKILL.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { on } from 'node:events';
import { createWriteStream } from 'node:fs';

export interface Started {
  readonly child: ChildProcess;
  /** All that it printed, stdout and stderr together. */
  readonly output: () => string;
  /** Resolves with the match when its output (from that place on) matches; rejects when it ends before, or after `ms`. */
  until(pattern: RegExp, ms?: number, from?: number): Promise<RegExpExecArray>;
  /** Resolves when its output (from that place on) holds `text` so many times. */
  untilTimes(text: string, times: number, ms?: number, from?: number): Promise<void>;
  /** Resolves when `look` finds nothing missing in its output. */
  untilTrue(look: (output: string) => boolean, what: string, ms?: number): Promise<void>;
  /** Exit status (or signal name). */
  readonly ended: Promise<number | string>;
  /** Ends it (SIGTERM, after 5 s SIGKILL) and waits. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

/** How long a program may take to end in good order: Halina lets its calls go on for up to 30 s. */
const STOP_MS = 45_000;
/** How long something may be waited for: no measure of anything, only so that a test that waits in vain says for what. */
const WAIT_MS = 45_000;

const running = new Set<Started>();
process.once('exit', () => {
  for (const { child } of running) child.kill('SIGKILL');
});
for (const [signal, number] of [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const)
  // prettier-ignore
  process.once(signal, () => process.exit(128 + number));

/** For a child: the kernel ends it when we are gone (util-linux, as `unshare`). */
const goesWithUs = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL'] : [];
/** What `stopAll` spares. */
const kept = new Set<Started>();

export function start(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; logFile?: string } = {},
): Started {
  const [program = command, ...rest] = [...goesWithUs, command, ...args];
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = options.logFile ? createWriteStream(options.logFile) : undefined;
  let output = '';
  const listeners = new Set<() => void>();
  const take = (chunk: string): void => {
    output += chunk;
    log?.write(chunk);
    for (const listener of listeners) listener();
  };
  // As text: a letter may come in two pieces.
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', take);
  const ended = new Promise<number | string>((resolve) => {
    child.on('error', (error) => {
      output += `\n${error.message}`;
      resolve(-1);
    });
    child.on('close', (code, signal) => resolve(code ?? signal ?? -1));
  });
  /** Asks `look` at each piece of output until it finds something. */
  const waitFor = <T>(look: () => T | null, what: string, ms: number): Promise<T> =>
    new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        listeners.delete(check);
        act();
      };
      const check = (): void => {
        const found = look();
        if (found !== null) finish(() => resolve(found));
      };
      const fail = (why: string): void =>
        finish(() => reject(new Error(`${command}: ${why} before ${what}; it said:\n${output.slice(-3000)}`)));
      const timer = setTimeout(() => fail(`${ms} ms passed`), ms);
      listeners.add(check);
      void ended.then((code) => {
        if (!listeners.has(check)) return;
        check();
        if (listeners.has(check)) fail(`ended (${code})`);
      });
      check();
    });
  const started: Started = {
    child,
    output: () => output,
    ended,
    until: (pattern, ms = WAIT_MS, from = 0) => waitFor(() => pattern.exec(output.slice(from)), String(pattern), ms),
    async untilTrue(look, what, ms = WAIT_MS) {
      await waitFor(() => (look(output) ? true : null), what, ms);
    },
    async untilTimes(text, times, ms = WAIT_MS, begin = 0) {
      let [found, from] = [0, begin];
      const count = (): true | null => {
        for (let at = output.indexOf(text, from); at >= 0; at = output.indexOf(text, from)) {
          found++;
          from = at + text.length;
        }
        from = Math.max(from, output.length - text.length);
        return found >= times ? true : null;
      };
      await waitFor(count, `${text} ${times} times`, ms);
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
        await ended;
        clearTimeout(timer);
      }
      return ended;
    },
  };
  running.add(started);
  void ended.then(() => {
    running.delete(started);
    log?.end();
  });
  return started;
}

/** Runs a command to its end; rejects with its output unless it exits with 0. */
export async function run(command: string, args: readonly string[], options: { cwd?: string } = {}): Promise<string> {
  const started = start(command, args, options);
  const code = await started.ended;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${started.output().slice(-3000)}`);
  return started.output();
}

/** Lets it go on when `stopAll` ends the others. */
export function keep(started: Started): void {
  kept.add(started);
  void started.ended.then(() => kept.delete(started));
}

/** Ends whatever a test left running. For `afterEach`. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].filter((one) => !kept.has(one)).map((one) => one.stop('SIGKILL')));
}

/** Ends what was kept until now. For `after`. */
export async function stopKept(): Promise<void> {
  await Promise.all([...kept].map((one) => one.stop('SIGKILL')));
}

/** Resolves at the next `event` of `emitter` that passes `accept`. */
export async function nextEvent<T>(
  emitter: NodeJS.EventEmitter,
  event: string,
  accept: (value: T) => boolean,
  ms = WAIT_MS,
): Promise<T> {
  const signal = AbortSignal.timeout(ms);
  // Two may come at once: none is missed while the one before is looked at.
  for await (const [value] of on(emitter, event, { signal }) as AsyncIterableIterator<[T]>)
    if (accept(value)) return value;
  throw new Error(`no ${event} came`);
}
