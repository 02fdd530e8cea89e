/**
 * RTCP (RFC 3550 § 6), as much as a telephone call has use for: sender and receiver reports with one block, SDES with a
 * CNAME, and BYE, composed as compound packets; of what comes, the reports, extended ones too, and the BYE are read.
 */
import { byte, read16, read32, write16, write32 } from './packet.js';
import { EXTENDED_REPORT, readVoipMetrics, type VoipMetrics } from './rtcp-xr.js';

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const GOODBYE = 203;
const CNAME = 1;

/** Seconds from 1900 (NTP) to 1970. */
export const NTP_OFFSET = 2_208_988_800;

/** What we say of the stream that we send (§ 6.4.1). */
export interface SenderInfo {
  /** Wall time in milliseconds since 1970. */
  readonly unixMs: number;
  /** The RTP timestamp of that moment. */
  readonly timestamp: number;
  readonly packets: number;
  readonly octets: number;
}

/** What is said of a stream that is received (§ 6.4.1). */
export interface ReportBlock {
  readonly ssrc: number;
  /** 256ths. */
  readonly fractionLost: number;
  readonly packetsLost: number;
  readonly extendedHighest: number;
  /** Timestamp units. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report; 0: none came. */
  readonly lastReport: number;
  /** Since that report, in 65,536ths of a second. */
  readonly delaySinceLastReport: number;
}

export interface Report {
  readonly ssrc: number;
  readonly cname: string;
  readonly sender?: SenderInfo;
  readonly block?: ReportBlock;
  readonly bye?: boolean;
}

/** A compound packet: SR or RR, SDES, and BYE where it is the last. */
export function composeRtcp(report: Report): Uint8Array {
  const name = Buffer.from(report.cname).subarray(0, 255);
  const reportBytes = 8 + (report.sender ? 20 : 0) + (report.block ? 24 : 0);
  const sdesBytes = 4 + 4 * Math.ceil((4 + 2 + name.length + 1) / 4);
  const bytes = new Uint8Array(reportBytes + sdesBytes + (report.bye ? 8 : 0));
  header(bytes, 0, report.sender ? SENDER_REPORT : RECEIVER_REPORT, report.block ? 1 : 0, reportBytes);
  write32(bytes, 4, report.ssrc);
  if (report.sender) writeSender(bytes, 8, report.sender);
  if (report.block) writeBlock(bytes, report.sender ? 28 : 8, report.block);
  header(bytes, reportBytes, SOURCE_DESCRIPTION, 1, sdesBytes);
  write32(bytes, reportBytes + 4, report.ssrc);
  bytes[reportBytes + 8] = CNAME;
  bytes[reportBytes + 9] = name.length;
  bytes.set(name, reportBytes + 10);
  if (report.bye) {
    header(bytes, reportBytes + sdesBytes, GOODBYE, 1, 8);
    write32(bytes, reportBytes + sdesBytes + 4, report.ssrc);
  }
  return bytes;
}

function header(bytes: Uint8Array, at: number, type: number, count: number, length: number): void {
  bytes[at] = 0x80 | count;
  bytes[at + 1] = type;
  write16(bytes, at + 2, length / 4 - 1);
}

function writeSender(bytes: Uint8Array, at: number, sender: SenderInfo): void {
  const seconds = Math.floor(sender.unixMs / 1000);
  write32(bytes, at, seconds + NTP_OFFSET);
  write32(bytes, at + 4, Math.floor(((sender.unixMs - seconds * 1000) / 1000) * 2 ** 32));
  write32(bytes, at + 8, sender.timestamp);
  write32(bytes, at + 12, sender.packets);
  write32(bytes, at + 16, sender.octets);
}

function writeBlock(bytes: Uint8Array, at: number, block: ReportBlock): void {
  write32(bytes, at, block.ssrc);
  const lost = Math.max(-0x80_0000, Math.min(0x7f_ffff, block.packetsLost));
  write32(bytes, at + 4, (block.fractionLost << 24) | (lost & 0xff_ffff));
  write32(bytes, at + 8, block.extendedHighest);
  write32(bytes, at + 12, block.jitter);
  write32(bytes, at + 16, block.lastReport);
  write32(bytes, at + 20, block.delaySinceLastReport);
}

/** What of a compound packet concerns us. */
export interface RtcpNews {
  /** Who sent it. */
  readonly ssrc: number;
  /** Middle 32 bits of the NTP time of its sender report, if it has one. */
  readonly senderReport: number | undefined;
  readonly blocks: readonly ReportBlock[];
  readonly cname: string | undefined;
  readonly bye: boolean;
  /** What its extended report says of a call's sound, if it has one. */
  readonly voip: VoipMetrics | undefined;
}

/** Reads a compound packet (§ 6.1, checks of A.2); undefined if it is none. */
export function parseRtcp(bytes: Uint8Array): RtcpNews | undefined {
  const news = { ssrc: 0, senderReport: undefined as number | undefined, blocks: [] as ReportBlock[] };
  let cname: string | undefined;
  let bye = false;
  let voip: VoipMetrics | undefined;
  let at = 0;
  while (at < bytes.length) {
    const end = packetEnd(bytes, at);
    const type = byte(bytes, at + 1);
    if (end === undefined || (at === 0 && type !== SENDER_REPORT && type !== RECEIVER_REPORT)) return undefined;
    if (at === 0) news.ssrc = read32(bytes, 4);
    if (type === SENDER_REPORT && end - at >= 28)
      news.senderReport = ((read16(bytes, at + 10) << 16) | read16(bytes, at + 12)) >>> 0;
    if (type === SENDER_REPORT || type === RECEIVER_REPORT)
      news.blocks.push(...readBlocks(bytes, at + (type === SENDER_REPORT ? 28 : 8), end, byte(bytes, at) & 0x1f));
    if (type === SOURCE_DESCRIPTION) cname ??= readCname(bytes, at + 8, end);
    if (type === GOODBYE) bye = true;
    if (type === EXTENDED_REPORT) voip ??= readVoipMetrics(bytes, at, end);
    at = end;
  }
  return at === 0 ? undefined : { ...news, cname, bye, voip };
}

function packetEnd(bytes: Uint8Array, at: number): number | undefined {
  if (at + 8 > bytes.length || byte(bytes, at) >> 6 !== 2) return undefined;
  const end = at + 4 * (read16(bytes, at + 2) + 1);
  return end > bytes.length || end < at + 8 ? undefined : end;
}

function readBlocks(bytes: Uint8Array, from: number, end: number, count: number): ReportBlock[] {
  const blocks: ReportBlock[] = [];
  for (let i = 0, at = from; i < count && at + 24 <= end; i++, at += 24) {
    const loss = read32(bytes, at + 4);
    blocks.push({
      ssrc: read32(bytes, at),
      fractionLost: loss >>> 24,
      packetsLost: (loss << 8) >> 8,
      extendedHighest: read32(bytes, at + 8),
      jitter: read32(bytes, at + 12),
      lastReport: read32(bytes, at + 16),
      delaySinceLastReport: read32(bytes, at + 20),
    });
  }
  return blocks;
}

/** The CNAME of the first chunk, if that comes first, as it has to (§ 6.5). */
function readCname(bytes: Uint8Array, at: number, end: number): string | undefined {
  const length = byte(bytes, at + 1);
  if (at + 2 + length > end || byte(bytes, at) !== CNAME) return undefined;
  return new TextDecoder().decode(bytes.subarray(at + 2, at + 2 + length));
}
