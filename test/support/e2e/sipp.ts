/** SIPp as the provider or as handsets: a scenario file, its variables, and where it listens. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { start, type Started } from './process.js';
import type { Scenario } from './scenario.js';

export interface SippOptions {
  /** Name of a file in test/e2e/scenarios, without `.xml`, or the steps themselves. */
  readonly scenario: string | Scenario;
  readonly address: string;
  readonly port?: number;
  readonly mediaPort?: number;
  /** Address in the SDP's c=, where it is not `address`. */
  readonly mediaAddress?: string;
  /** Where requests go: `address:port`. Not for scenarios that only answer. */
  readonly to?: string;
  /** Replaces `@name@` in the scenario. */
  readonly values?: Readonly<Record<string, string | number>>;
  readonly calls?: number;
  /** New calls a second. */
  readonly rate?: number;
  /** At most so many at once. */
  readonly limit?: number;
  /** Lines of a CSV for `[field0]`…, one a call, in order. */
  readonly fields?: readonly string[];
  readonly transport?: 'u1' | 't1';
  readonly username?: string;
  readonly password?: string;
  readonly rtpEcho?: boolean;
  /** Keep no log of messages (for loads). */
  readonly quiet?: boolean;
  /** Write every response time (`rtd` in the scenario) to a CSV in the folder. */
  readonly traceResponseTimes?: boolean;
  /** Processor to stay on. */
  readonly pin?: number;
}

export interface Sipp extends Started {
  readonly folder: string;
  /** Rejects with the trace of messages unless all calls went as the scenario says. */
  done(): Promise<void>;
}

const scenarios = resolve(import.meta.dirname, '../../../../test/e2e/scenarios');

export async function sipp(options: SippOptions): Promise<Sipp> {
  const { readFile } = await import('node:fs/promises');
  const folder = await mkdtemp(join(tmpdir(), 'halina-sipp-'));
  const { scenario } = options;
  const name = typeof scenario === 'string' ? scenario : 'steps';
  let xml = typeof scenario === 'string' ? await readFile(join(scenarios, `${name}.xml`), 'utf8') : String(scenario);
  for (const [key, value] of Object.entries(options.values ?? {})) xml = xml.replaceAll(`@${key}@`, String(value));
  if (options.address.includes(':')) xml = xml.replaceAll(/IN IP4 \[\w+_ip\]/g, 'IN IP6 [media_ip]');
  const left = /@[a-z]+@/.exec(xml);
  if (left) throw new Error(`scenario ${name}: no value for ${left[0]}`);
  const file = join(folder, `${name}.xml`);
  await writeFile(file, xml);
  const args = [
    '-sf',
    file,
    '-i',
    options.address,
    '-p',
    String(options.port ?? 5060),
    '-mi',
    options.mediaAddress ?? options.address,
  ];
  args.push('-m', String(options.calls ?? 1), '-r', String(options.rate ?? 1), '-l', String(options.limit ?? 1000));
  args.push('-t', options.transport ?? 'u1', '-nostdin', '-trace_err');
  if (!options.quiet) args.push('-trace_msg');
  args.push('-message_file', join(folder, 'messages.log'), '-error_file', join(folder, 'errors.log'));
  if (options.mediaPort) args.push('-mp', String(options.mediaPort));
  if (options.fields) {
    await writeFile(join(folder, 'fields.csv'), `SEQUENTIAL\n${options.fields.join('\n')}\n`);
    args.push('-inf', join(folder, 'fields.csv'));
  }
  if (options.username) args.push('-au', options.username);
  if (options.password) args.push('-ap', options.password);
  if (options.rtpEcho) args.push('-rtp_echo');
  if (options.traceResponseTimes) args.push('-trace_rtt', '-rtt_freq', '1');
  if (options.to) args.push(options.to);
  const [program, before] = options.pin === undefined ? ['sipp', []] : ['taskset', ['-c', String(options.pin), 'sipp']];
  const started = start(program, [...before, ...args], { cwd: folder });
  return {
    ...started,
    folder,
    async done() {
      const code = await started.ended;
      if (code === 0) return;
      const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8').catch(() => '');
      const [messages, errors] = await Promise.all([read('messages.log'), read('errors.log')]);
      throw new Error(
        `SIPp (${name}) ended with ${code}\n${errors.slice(-2000)}\n${messages.slice(-6000)}\n${started.output().slice(-500)}`,
      );
    },
  };
}
