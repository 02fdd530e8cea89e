/** linphone as a handset: its daemon with a configuration of its own, driven by a Unix socket; what it does is read from its log. */
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { FAR_DEVICE, type FarHost } from './far-host.js';
import { run, start, type Started } from './process.js';

export interface LinphoneOptions {
  readonly extension: string;
  /** Without one it registers nowhere, as somebody behind a provider. */
  readonly password?: string;
  readonly address: string;
  readonly registrar: string;
  /** WAV that it says, 8 kHz mono; longer than the call. */
  readonly audio: string;
  /** First of its ports for sound. */
  readonly mediaPort: number;
  /** Its sound by DTLS-SRTP on a way that ICE finds, and by nothing else. */
  readonly encrypted?: boolean;
  /** A host of its own, on which it runs: ICE names all addresses that it finds, and there are too many beside us. */
  readonly host?: FarHost;
  /** Further lines of its section `sip`. */
  readonly sip?: readonly string[];
}

export class Linphone {
  #calls = 0;
  /** How often a state was waited for. */
  readonly #states = new Map<string, number>();

  private constructor(
    readonly process: Started,
    private readonly socket: net.Socket,
    private readonly options: LinphoneOptions,
  ) {}

  static async start(options: LinphoneOptions): Promise<Linphone> {
    const folder = await mkdtemp(join(tmpdir(), 'halina-linphone-'));
    const config = join(folder, 'linphonerc');
    // It makes none of these by itself, and ends where they lack.
    for (const inner of ['.local/share/linphone/usr-crt', '.config/linphone'])
      await mkdir(join(folder, inner), { recursive: true });
    await writeFile(config, configFile(options));
    // Without a way to everywhere it thinks that there is no network.
    const { host } = options;
    const route = ['route', 'replace', 'default', 'dev', host ? FAR_DEVICE : 'v0'];
    await (host ? host.run('ip', ...route) : run('ip', route));
    const pipe = `${basename(folder)}.pipe`;
    const args = ['--pipe', pipe, '--config', config, '--log', '/dev/stdout', '--disable-stats-events'];
    const [program, all] = host ? host.inside('linphone-daemon', ...args) : ['linphone-daemon', args];
    const process = start(program, all, { env: { HOME: folder } });
    const phone = new Linphone(process, await connect(join('/tmp', pipe), process), options);
    await phone.command('audio-codec-disable ALL');
    await phone.command('audio-codec-enable PCMA/8000/1');
    const { extension, registrar, password, address } = options;
    if (password === undefined) {
      await phone.command(`contact sip:${extension}@${address}`);
      return phone;
    }
    await phone.command(`register sip:${extension}@${registrar} sip:${registrar} ${password}`);
    await process.until(/to \[LinphoneRegistrationOk\]/);
    return phone;
  }

  /** Sends a command, and gives its reply. Rejects where it was not taken. */
  async command(command: string): Promise<string> {
    const replied = once(this.socket, 'data') as Promise<[Buffer]>;
    this.socket.write(`${command}\n`);
    const reply = (await replied)[0].toString();
    if (!reply.startsWith('Status: Ok')) throw new Error(`linphone: ${command}: ${reply}`);
    return reply;
  }

  /** Calls; gives the number of the call. */
  async call(target: string): Promise<string> {
    const reply = await this.command(`call ${target}`);
    const number = /^Id: (\d+)/m.exec(reply)?.[1] ?? '';
    this.#calls = Number(number);
    return number;
  }

  /** Waits until it is called; gives the number of the call. */
  async called(): Promise<string> {
    await this.state('IncomingReceived');
    return String(++this.#calls);
  }

  /** Waits until a call of its comes to a state, e.g. `StreamsRunning`, for the next time. */
  async state(name: string): Promise<void> {
    const times = (this.#states.get(name) ?? 0) + 1;
    this.#states.set(name, times);
    await this.process.untilTimes(`to LinphoneCall${name}`, times);
  }

  /** Says its sound in a call. */
  async speak(call: string): Promise<void> {
    await this.command(`incall-player-start ${this.options.audio} ${call}`);
  }

  async stop(): Promise<void> {
    this.socket.destroy();
    await this.process.stop();
  }
}

function configFile({ address, mediaPort, encrypted, sip = [] }: LinphoneOptions): string {
  return [
    '[sip]',
    `bind_address=${address}`,
    'sip_port=5060',
    'sip_tcp_port=0',
    'sip_tls_port=0',
    'use_ipv6=0',
    'guess_hostname=0',
    `media_encryption=${encrypted ? 'dtls' : 'none'}`,
    ...(encrypted ? ['media_encryption_mandatory=1'] : []),
    ...sip,
    '[rtp]',
    ...(encrypted ? ['rtcp_mux=1'] : []),
    `audio_rtp_port=${mediaPort}-${mediaPort + 20}`,
    `bind_address=${address}`,
    '[net]',
    `firewall_policy=${encrypted ? 'ice' : 'none'}`,
    '[sound]',
    'echocancellation=0',
    '[misc]',
    'log_collection=0',
    '',
  ].join('\n');
}

async function connect(path: string, process: Started): Promise<net.Socket> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const socket = net.connect(path);
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      // Not listening yet: it has no word for being ready, so asking again is the only way.
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (process.child.exitCode !== null) break;
    }
  }
  throw new Error(`linphone did not start:\n${process.output().slice(-2000)}`);
}
