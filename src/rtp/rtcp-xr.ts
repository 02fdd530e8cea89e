/** RTCP extended reports (RFC 3611): of all their blocks the one about a call's sound (§ 4.7), which telephones send. */
import { byte, read16, read32 } from './packet.js';

export const EXTENDED_REPORT = 207;

const VOIP_METRICS = 7;
const VOIP_METRICS_BYTES = 36;
/** What a peer says that it does not know. */
const UNKNOWN = 127;

export interface VoipMetrics {
  /** The stream that it is about. */
  readonly ssrc: number;
  /** 0 to 100, of packets that did not come and of those that came too late. */
  readonly lostPercent: number;
  readonly discardedPercent: number;
  /** Mean opinion score of the conversation, else of listening, 1 to 5; undefined: not known. */
  readonly mos: number | undefined;
}

/** The first such block of the packet from `at` to `end`; undefined where there is none. */
export function readVoipMetrics(bytes: Uint8Array, at: number, end: number): VoipMetrics | undefined {
  for (let block = at + 8; block + 4 <= end;) {
    const next = block + 4 + 4 * read16(bytes, block + 2);
    if (next > end) return undefined;
    if (byte(bytes, block) === VOIP_METRICS && next - block >= VOIP_METRICS_BYTES) return voipMetrics(bytes, block);
    block = next;
  }
  return undefined;
}

function voipMetrics(bytes: Uint8Array, at: number): VoipMetrics {
  const [listening, conversation] = [byte(bytes, at + 26), byte(bytes, at + 27)];
  const tenths = [conversation, listening].find((mos) => mos !== UNKNOWN && mos >= 10 && mos <= 50);
  return {
    ssrc: read32(bytes, at + 4),
    lostPercent: (100 * byte(bytes, at + 8)) / 256,
    discardedPercent: (100 * byte(bytes, at + 9)) / 256,
    mos: tenths === undefined ? undefined : tenths / 10,
  };
}
