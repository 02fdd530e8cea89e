/** baresip as a handset: a configuration folder of its own, driven over ctrl_tcp (netstrings of JSON). */
import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FarHost } from './far-host.js';
import { nextEvent, start, type Started } from './process.js';

export interface BaresipOptions {
  readonly extension: string;
  readonly password: string;
  readonly address: string;
  readonly registrar: string;
  /** Port for ctrl_tcp, on 127.0.0.1 or on its own host's address. */
  readonly controlPort: number;
  /** WAV that it says, 8 kHz mono; longer than the call. */
  readonly audio: string;
  readonly answer?: 'auto' | 'manual';
  readonly codec?: 'pcma' | 'pcmu' | 'g722' | 'opus';
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** How its sound is encrypted: `srtp-mand` must be, `srtp` may be, by keys in SDP; `dtls_srtp` by a handshake. */
  readonly encryption?: 'srtp' | 'srtp-mand' | 'dtls_srtp';
  readonly register?: boolean;
  /** A host of its own: its handshakes of DTLS come from whatever address its machine takes for the way to us. */
  readonly host?: FarHost;
  /** Applications beside the usual ones, e.g. `mwi`. */
  readonly applications?: readonly string[];
  /** Lines of its book of contacts. */
  readonly contacts?: readonly string[];
}

interface BaresipEvent {
  readonly type: string;
  readonly id?: string;
  readonly param?: string;
  readonly peeruri?: string;
}

export class Baresip {
  readonly #events = new EventEmitter();
  readonly #seen: BaresipEvent[] = [];
  readonly #socket: net.Socket;
  #buffer = Buffer.alloc(0);
  #token = 0;

  private constructor(
    readonly process: Started,
    socket: net.Socket,
    readonly folder: string,
  ) {
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  static async start(options: BaresipOptions): Promise<Baresip> {
    const folder = await mkdtemp(join(tmpdir(), 'halina-baresip-'));
    await mkdir(join(folder, 'sound'));
    await writeFile(join(folder, 'config'), configFile(options, folder));
    await writeFile(join(folder, 'accounts'), account(options));
    await writeFile(join(folder, 'contacts'), (options.contacts ?? []).map((line) => `${line}\n`).join(''));
    const { host } = options;
    const process = host ? host.start('baresip', '-f', folder) : start('baresip', ['-f', folder]);
    const socket = await connect(control(options), process);
    const phone = new Baresip(process, socket, folder);
    if (options.register !== false) await process.until(/200 OK|registered successfully/);
    return phone;
  }

  /** Waits for an event, one that came before (and was not waited for yet) included. */
  async event(type: string, ms = 45_000): Promise<BaresipEvent> {
    const signal = AbortSignal.timeout(ms);
    for (;;) {
      const index = this.#seen.findIndex((one) => one.type === type);
      if (index >= 0) return this.#seen.splice(index, 1)[0] as BaresipEvent;
      await once(this.#events, 'event', { signal }).catch(() => {
        throw new Error(`baresip: no ${type} in ${ms} ms; it said:\n${this.process.output().slice(-2000)}`);
      });
    }
  }

  /** Events of a type that came and were not waited for yet. */
  events(type: string): readonly BaresipEvent[] {
    return this.#seen.filter((one) => one.type === type);
  }

  /** What happened so far is not waited for any more. */
  forget(): void {
    this.#seen.length = 0;
  }

  /** Sends a command and waits until it was taken. */
  async command(command: string, params = ''): Promise<void> {
    const token = String(++this.#token);
    const text = JSON.stringify({ command, params, token });
    const reply = nextEvent<{ token?: string }>(this.#events, 'response', (one) => one.token === token);
    this.#socket.write(`${Buffer.byteLength(text)}:${text},`);
    await reply;
  }

  /** The WAVs that were written of what it sent (`enc`) and heard (`dec`), the oldest first. */
  async recordings(kind: 'enc' | 'dec'): Promise<string[]> {
    const names = await readdir(join(this.folder, 'sound'));
    return names
      .filter((name) => name.endsWith(`-${kind}.wav`))
      .sort()
      .map((name) => join(this.folder, 'sound', name));
  }

  async stop(): Promise<void> {
    this.#socket.destroy();
    await this.process.stop();
  }

  #take(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const colon = this.#buffer.indexOf(58);
      if (colon < 0) return;
      const length = Number(this.#buffer.subarray(0, colon).toString());
      if (this.#buffer.length < colon + length + 2) return;
      const message = JSON.parse(this.#buffer.subarray(colon + 1, colon + 1 + length).toString()) as {
        event?: boolean;
      } & BaresipEvent;
      this.#buffer = this.#buffer.subarray(colon + length + 2);
      if (message.event) {
        this.#seen.push(message);
        this.#events.emit('event', message);
      } else this.#events.emit('response', message);
    }
  }
}

function configFile(options: BaresipOptions, folder: string): string {
  const codec = options.codec === 'g722' || options.codec === 'opus' ? options.codec : 'g711';
  const encryption = options.encryption === 'dtls_srtp' ? ['dtls_srtp'] : ['srtp'];
  const names = [codec, 'aufile', 'sndfile', ...(options.encryption ? encryption : [])];
  const modules = names.map((name) => `module ${name}.so`);
  return [
    'poll_method epoll',
    `sip_listen ${options.address}:5060`,
    'module_path /usr/lib/baresip/modules',
    ...modules,
    'module_tmp account.so',
    'module_app menu.so',
    'module_app ctrl_tcp.so',
    ...(options.applications ?? []).map((name) => `module_app ${name}.so`),
    `ctrl_tcp_listen ${control(options).host}:${options.controlPort}`,
    `audio_source aufile,${options.audio}`,
    `audio_player aufile,${join(folder, 'played.wav')}`,
    'ausrc_srate 8000',
    'auplay_srate 8000',
    'ausrc_channels 1',
    'auplay_channels 1',
    `snd_path ${join(folder, 'sound')}`,
    'rtp_ports 30000-30998',
    'jitter_buffer_delay 1-5',
    ...(options.encryption === 'dtls_srtp' ? ['rtcp_mux yes'] : []),
    '',
  ].join('\n');
}

/** Rate and channels as baresip names its codecs. */
const CODECS = { pcma: 'pcma/8000/1', pcmu: 'pcmu/8000/1', g722: 'g722/16000/1', opus: 'opus/48000/2' } as const;

function account(options: BaresipOptions): string {
  const { extension, registrar, password, transport } = options;
  return [
    `<sip:${extension}@${registrar};transport=${transport ?? 'udp'}>`,
    `auth_pass=${password}`,
    `answermode=${options.answer ?? 'auto'}`,
    `audio_codecs=${CODECS[options.codec ?? 'pcma']}`,
    ...(options.encryption ? [`mediaenc=${options.encryption}`] : []),
    `regint=${options.register === false ? 0 : 60}`,
  ].join(';');
}

const control = ({ host, address, controlPort }: BaresipOptions): { host: string; port: number } => ({
  host: host ? address : '127.0.0.1',
  port: controlPort,
});

async function connect(at: { host: string; port: number }, process: Started): Promise<net.Socket> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const socket = net.connect(at);
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      // Not listening yet: it has no word for being ready, so asking again is the only way.
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (process.child.exitCode !== null) break;
    }
  }
  throw new Error(`baresip did not start:\n${process.output().slice(-2000)}`);
}
