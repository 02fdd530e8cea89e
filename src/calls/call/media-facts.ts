/** What the media engine counted, as the entry keeps it. */
import type { CallMedia, LegMedia } from '../../entry/call-media.js';
import type { Leg, LegStats, SpoolEnd } from '../../media/engine.js';

export function mediaFacts(stats: Readonly<Record<Leg, LegStats>>, spool: SpoolEnd | undefined): CallMedia {
  const [outside, inside] = [legFacts(stats.outside), legFacts(stats.inside)];
  const scores = [outside?.mos, inside?.mos].filter((mos) => mos !== undefined);
  return {
    ...(outside ? { outside } : {}),
    ...(inside ? { inside } : {}),
    ...(scores.length > 0 ? { mos: Math.min(...scores) } : {}),
    ...(spool && spool.dropped > 0 ? { unrecorded: spool.dropped } : {}),
  };
}

/** Nothing where no packet went either way. */
function legFacts(stats: LegStats): LegMedia | undefined {
  const { packetsReceived, packetsSent, packetsLost, jitterMs, encryption, quality } = stats;
  if (packetsReceived === 0 && packetsSent === 0) return undefined;
  const lost = Math.max(0, packetsLost);
  return {
    ...(encryption === undefined ? {} : { encryption }),
    packetsReceived,
    packetsSent: Math.max(0, packetsSent),
    lostPercent: rounded((100 * lost) / Math.max(1, packetsReceived + lost), 2),
    jitterMs: rounded(jitterMs, 1),
    ...quality,
  };
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
