/**
 * rtpengine (Debian's `rtpengine-daemon`) as a relay to compare with: in user space, one worker, its calls set up over its own
 * control protocol (`ng`: bencoded dictionaries over UDP), recorded as pcap or not.
 */
import { spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start, type Started } from '../../test/support/e2e/process.js';

export interface RtpengineOptions {
  readonly address: string;
  /** Processor to stay on. */
  readonly pin: number;
  readonly record: boolean;
}

type Value = string | number | readonly Value[] | { readonly [key: string]: Value };

const CONTROL = 22_222;
const ANSWER_MS = 5_000;

/** Why there can be no comparison, and what to do; undefined where it is installed. */
export function whyNoRtpengine(): string | undefined {
  const { error } = spawnSync('rtpengine', ['--version'], { stdio: 'ignore' });
  if (!error) return undefined;
  return `--rtpengine: rtpengine cannot be started (${error.message}): sudo apt-get install rtpengine-daemon, or leave --rtpengine out`;
}

/** Keys are sorted by their bytes, lengths are of bytes. */
function bencode(value: Value): string {
  if (typeof value === 'number') return `i${value}e`;
  if (typeof value === 'string') return `${Buffer.byteLength(value)}:${value}`;
  if (Array.isArray(value)) return `l${(value as readonly Value[]).map(bencode).join('')}e`;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `d${entries.map(([key, of]) => bencode(key) + bencode(of)).join('')}e`;
}

const description = (address: string, port: number): string =>
  `v=0\r\no=- 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n`;

/** Asks the daemon one thing after another. */
class Control {
  readonly #socket = dgram.createSocket('udp4');
  #asked = 0;

  constructor(private readonly address: string) {}

  /** The port in the description that comes back. */
  async ask(command: { readonly [key: string]: Value }): Promise<number> {
    const cookie = `c${++this.#asked}`;
    this.#socket.send(`${cookie} ${bencode(command)}`, CONTROL, this.address);
    const signal = AbortSignal.timeout(ANSWER_MS);
    for (;;) {
      const [answer] = (await once(this.#socket, 'message', { signal })) as [Buffer];
      const text = answer.toString();
      if (!text.startsWith(`${cookie} `)) continue;
      const port = /m=audio (\d+)/.exec(text)?.[1];
      if (port === undefined) throw new Error(`rtpengine answered: ${text}`);
      return Number(port);
    }
  }

  close(): void {
    this.#socket.close();
  }
}

export async function startRtpengine({ address, pin, record }: RtpengineOptions): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'halina-rtpengine-'));
  const recording = record ? [`--recording-dir=${folder}`, '--recording-method=pcap'] : [];
  const ports = ['--port-min=20000', '--port-max=39999'];
  const where = [`--interface=${address}`, `--listen-ng=${address}:${CONTROL}`];
  const plain = ['--table=-1', '--num-threads=1', '--foreground', '--log-stderr', '--log-level=6'];
  const pid = `--pidfile=${join(folder, 'pid')}`;
  const args = ['-c', String(pin), 'rtpengine', ...plain, pid, ...ports, ...where, ...recording];
  // It leaves a core dump where it stands when it is ended.
  const started = start('taskset', args, { cwd: folder });
  await started.until(/Startup complete/);
  return started;
}

/**
 * Sets calls up between pairs of ports of `peer` (from `base`, two apart), and sends one packet to each of their ports: what
 * comes out at the other side begins the peer's stream there.
 */
export async function rtpengineCalls(
  address: string,
  peer: { address: string; base: number; calls: number; record: boolean },
) {
  const control = new Control(address);
  const kick = dgram.createSocket('udp4');
  const flags = ['trust-address', 'asymmetric'];
  for (let call = 0; call < peer.calls; call++) {
    const [a, b] = [peer.base + 4 * call, peer.base + 4 * call + 2];
    const common = {
      'call-id': `call-${call}`,
      'from-tag': `a-${call}`,
      flags,
      replace: ['origin', 'session-connection'],
      ICE: 'remove',
      ...(peer.record ? { 'record-call': 'yes' } : {}),
    };
    const towardsB = await control.ask({ command: 'offer', ...common, sdp: description(peer.address, a) });
    const answer = { command: 'answer', ...common, 'to-tag': `b-${call}`, sdp: description(peer.address, b) };
    const towardsA = await control.ask(answer);
    for (const port of [towardsA, towardsB]) kick.send(Buffer.alloc(172, 0x80), port, address);
  }
  control.close();
  kick.close();
}
