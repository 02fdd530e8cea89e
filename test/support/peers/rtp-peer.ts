/** Starts `rtp-peer` (see the C file for what it does) and reads its figures. */
import { start, type Started } from '../e2e/process.js';
import { rtpPeerBinary } from './build.js';

export interface RtpPeerOptions {
  readonly address: string;
  readonly base: number;
  readonly count?: number;
  readonly tone?: number;
  readonly toneStep?: number;
  /** Raw A-law file. */
  readonly audio?: string;
  readonly load?: boolean;
  readonly follow?: boolean;
  readonly spin?: boolean;
  /** Until `reset` only every 50th packet is sent. */
  readonly rest?: boolean;
  /** Pairs of streams send to one another, without anything between. */
  readonly direct?: boolean;
  /** Can send by turns to a second set of its own sockets, see `alternate`. */
  readonly aside?: boolean;
  readonly loss?: number;
  readonly jitter?: number;
  readonly reorder?: number;
  readonly duplicate?: number;
  readonly ppm?: number;
  readonly ssrcChange?: number;
  readonly seed?: number;
  /** Processor to stay on. */
  readonly pin?: number;
}

export interface RtpPeerFigures {
  readonly sent: number;
  readonly received: number;
  readonly foreign: number;
  readonly measured: number;
  readonly lostPct: number;
  readonly delayUsP50: number;
  readonly delayUsP99: number;
  readonly delayUsMax: number;
  readonly idlePct: number;
  readonly sendUs: number;
  /** What a send costs more than one aside, microseconds of CPU; 0 before `alternate`. */
  readonly movedUs: number;
}

export interface RtpPeer extends Started {
  /** Counts anew from now on. */
  reset(): void;
  /** From now on packets go aside by turns, which `movedUs` comes from; of the other figures only those of before are of use. */
  alternate(): void;
  /** The figures since then; it goes on. */
  figures(): Promise<RtpPeerFigures>;
  /** Ends it and gives its figures. */
  finish(): Promise<RtpPeerFigures>;
}

const flags = { ssrcChange: '--ssrc-change', toneStep: '--tone-step' } as Readonly<Record<string, string>>;

export async function rtpPeer(options: RtpPeerOptions): Promise<RtpPeer> {
  const { pin, ...rest } = options;
  const args = Object.entries(rest).flatMap(([name, value]) => {
    const flag = flags[name] ?? `--${name}`;
    if (typeof value === 'boolean') return value ? [flag] : [];
    return [flag, String(value)];
  });
  const binary = rtpPeerBinary();
  const started = pin === undefined ? start(binary, args) : start('taskset', ['-c', String(pin), binary, ...args]);
  await started.until(/"ready":true/);
  return {
    ...started,
    reset: () => void started.child.kill('SIGUSR1'),
    alternate: () => void started.child.kill('SIGHUP'),
    async figures() {
      const from = started.output().length;
      started.child.kill('SIGUSR2');
      const [line] = await started.until(/^\{"sent".*\}$/m, 15_000, from);
      return JSON.parse(line) as RtpPeerFigures;
    },
    async finish() {
      await started.stop();
      const lines = started.output().trim().split('\n');
      return JSON.parse(lines.at(-1) ?? '{}') as RtpPeerFigures;
    },
  };
}
