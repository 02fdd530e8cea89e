/**
 * What a recording should hold, made from the captured packets alone: each packet's sound at its place in real time.
 * Deliberately simple (no de-jitter): on loopback packets arrive when they should.
 */
import type { RtpSeen } from './capture.js';

const RATE = 8000;

/** G.711 A-law to linear, 16 bit, written from the recommendation's formula. */
export function alawToLinear(code: number): number {
  const value = code ^ 0x55;
  const segment = (value & 0x70) >> 4;
  const step = ((value & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return value & 0x80 ? magnitude : -magnitude;
}

/** On a busy machine a telephone sends its first packets faster than they are spoken: by these its time is not told. */
const HURRIED = 25;

/**
 * The sound of the packets between two times (seconds since 1970), ordered by their timestamps, each source's line laid
 * through its earliest arrivals from the first of them on: what went before (a prompt, which Halina itself had spoken under
 * the same SSRC) kept a time of its own. Samples from -1 to 1 at 8 kHz.
 */
export function soundOf(packets: readonly RtpSeen[], from: number, to: number): Float32Array {
  const sound = new Float32Array(Math.max(0, Math.round((to - from) * RATE)));
  const audio = packets.filter((packet) => packet.payloadType === 8);
  for (const source of new Set(audio.map((packet) => packet.ssrc)))
    lay(
      audio.filter((packet) => packet.ssrc === source),
      sound,
      from,
    );
  return sound;
}

function lay(packets: readonly RtpSeen[], sound: Float32Array, from: number): void {
  const first = packets[0];
  if (!first) return;
  const offset = (packet: RtpSeen): number => ((packet.timestamp - first.timestamp) | 0) / RATE;
  const since = packets.filter((packet) => packet.time >= from);
  const settled = since.length > 2 * HURRIED ? since.slice(HURRIED) : packets;
  const begin = Math.min(...settled.map((packet) => packet.time - offset(packet)));
  for (const packet of packets) {
    const at = Math.round((begin + offset(packet) - from) * RATE);
    for (let n = 0; n < packet.media.length; n++) {
      if (at + n >= 0 && at + n < sound.length) sound[at + n] = alawToLinear(packet.media[n] ?? 0xd5) / 32768;
    }
  }
}
