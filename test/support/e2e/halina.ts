/** Halina as its users start it: the command, a configuration file, a data folder; nothing of it in this process. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { Reply } from '../../../src/app/control-api.js';
import { Folders } from '../../../src/archive/folders.js';
import type { CallRecord } from '../../../src/archive/lifecycle.js';
import { parseRecord } from '../../../src/archive/record-line.js';
import type { ConfigInput } from '../../../src/config/schema.js';
import { address } from './network.js';
import { keep, run, start, stopKept, type Started } from './process.js';

const command = resolve(import.meta.dirname, '../../../src/cli/main.js');

/** The `halina` command, for `node`. */
export const halinaCommand: readonly string[] = [command];

/** An office with a trunk at `address.provider`, handsets 201 to 204 and the number +48227836000. */
export function officeConfig(changes: Partial<ConfigInput> = {}): ConfigInput {
  const handsets = ['201', '202', '203', '204'];
  return {
    sip: {
      faces: [
        { name: 'trunk', address: address.trunkFace },
        { name: 'office', address: address.officeFace },
      ],
    },
    trunks: [
      {
        name: 'provider',
        addresses: [address.provider],
        proxy: `sip:${address.provider}`,
        callerId: '+48227836000',
      },
    ],
    handsets: handsets.map((extension) => ({ extension, password: `secret-${extension}` })),
    routes: [{ name: 'office', numbers: ['+48227836000'], handsets: ['201'], ring: '20s' }],
    outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'provider' }] },
    storage: { quota: '1GB', minFree: '1MB', maxAge: '365d' },
    ...changes,
  };
}

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [fact: string]: unknown;
}

export class Halina {
  /** Where in its output the page begins that is open. */
  #page = 0;

  private constructor(
    readonly process: Started,
    readonly configFile: string,
    readonly data: string,
  ) {}

  /** Starts the program and waits until it takes calls. */
  static async start(
    config: ConfigInput,
    options: {
      data?: string;
      env?: NodeJS.ProcessEnv;
      pin?: number | string;
      nodeOptions?: readonly string[];
      /** How long it may take to be ready: longer with years of calls behind it. */
      readyMs?: number;
    } = {},
  ): Promise<Halina> {
    const folder = await mkdtemp(join(tmpdir(), 'halina-'));
    const data = options.data ?? join(folder, 'data');
    const configFile = join(folder, 'halina.yaml');
    await writeFile(configFile, stringify(config));
    const args = [command, 'start', '--config', configFile, '--data', data];
    const pinned = options.pin === undefined ? [] : ['taskset', '-c', String(options.pin)];
    const node = [process.execPath, ...(options.nodeOptions ?? [])];
    const [program = 'node', ...rest] = [...pinned, ...node, ...args];
    const started = start(program, rest, {
      env: { NODE_ENV: 'production', ...options.env },
      logFile: join(folder, 'halina.log'),
    });
    const halina = new Halina(started, configFile, data);
    await started.until(/"msg":"ready"/, options.readyMs ?? 90_000);
    return halina;
  }

  /** From here on nothing is seen of what it logged before: for tests that share a program. */
  turnPage(): void {
    this.#page = this.process.output().length;
  }

  /** Its log so far, line by line. What has no end yet is no line. */
  log(): LogLine[] {
    const lines = this.process.output().slice(this.#page).split('\n').slice(0, -1);
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine);
  }

  /** Waits for a log line with this message, and gives the facts of the first. */
  async logged(message: string, ms = 90_000): Promise<LogLine> {
    const escaped = message.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    const match = await this.process.until(new RegExp(String.raw`^.*"msg":"${escaped}".*(?=\n)`, 'm'), ms, this.#page);
    return JSON.parse(match[0]) as LogLine;
  }

  /** Waits until a message was logged so many times, and gives those lines. */
  async loggedTimes(message: string, times: number, ms = 90_000): Promise<LogLine[]> {
    const found = (): LogLine[] => this.log().filter((line) => line.msg === message);
    await this.process.untilTimes(`"msg":"${message}"`, times, ms, this.#page);
    await this.process.untilTrue(() => found().length >= times, `the end of the line of ${message}`, ms);
    return found();
  }

  /** Waits until every call of the page has ended and its recording is made. */
  async settled(): Promise<void> {
    const over = (): boolean => {
      const lines = this.log().filter(({ callId }) => callId !== undefined);
      const kept = new Set(lines.filter(({ msg }) => msg === 'recording kept').map(({ callId }) => callId));
      const ended = new Map(lines.filter(({ msg }) => msg === 'call ended').map((line) => [line['callId'], line]));
      return lines.every(({ callId }) => {
        const end = ended.get(callId);
        return end !== undefined && (end['recording'] !== 'recorded' || kept.has(callId));
      });
    };
    await this.process.untilTrue(over, 'the end of its calls', 60_000);
  }

  /** Runs a command of the command line against it, and gives what `--json` printed. */
  async cli<T>(...args: string[]): Promise<T> {
    const output = await run('node', [command, ...args, '--config', this.configFile, '--data', this.data, '--json']);
    return JSON.parse(output) as T;
  }

  /** Its calls, the newest first. */
  async calls(): Promise<Reply<'calls'>['calls']> {
    return (await this.cli<Reply<'calls'>>('calls', '--limit', '500')).calls;
  }

  /** All that the journal says of a call by now: its entry and where its recording stands. */
  async record(id: string): Promise<CallRecord> {
    const lines = (await readFile(new Folders(this.data).journal)).toString().split('\n');
    const last = lines.findLast((line) => line.includes(`"id":"${id}"`) && line.includes('\t{'));
    if (last === undefined) throw new Error(`the journal knows no call ${id}`);
    return parseRecord(Buffer.from(last.slice(last.indexOf('{'))));
  }

  /** Ends it in good order. */
  async stop(): Promise<number | string> {
    return this.process.stop();
  }

  /** SIGKILL to the program and all its children at the same moment, as when the machine goes. */
  async kill(): Promise<void> {
    for (const pid of descendants(this.process.child.pid ?? 0)) process.kill(pid, 'SIGKILL');
    await this.process.stop('SIGKILL');
  }

  readConfig(): Promise<string> {
    return readFile(this.configFile, 'utf8');
  }
}

/**
 * One program for all tests of the block in which this stands, which begin each with a page of their own in its log: its start
 * takes longer than many of them. It must end in good order after the last; then what else was kept ends too.
 */
export function sharedHalina(config: () => ConfigInput | Promise<ConfigInput>): () => Halina {
  let halina: Halina | undefined;
  before(async () => {
    halina = await Halina.start(await config());
    keep(halina.process);
  });
  beforeEach(() => halina?.turnPage());
  afterEach(() => halina?.settled());
  after(async () => {
    const status = await halina?.stop();
    await stopKept();
    if (status !== 0) throw new Error(`the program ended with ${status}`);
  });
  return () => {
    if (!halina) throw new Error('the program did not start');
    return halina;
  };
}

/** All processes below `root`, it first. */
export function descendants(root: number): number[] {
  const children = readFileSync(`/proc/${root}/task/${root}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return [root, ...children.flatMap((pid) => descendants(Number(pid)))];
}
