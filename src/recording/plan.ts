/** What will be in a recording, decided from the index of its spool before a sample is made. */
import { HalinaError } from '../base/errors.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { ChannelFacts, RecordingDocument, RecordingFacts } from './facts.js';
import type { EncoderName } from './mp3/encoder.js';
import { LEAST_KBPS_AT_16_KHZ, toMs, toSamples } from './mp3/frame.js';
import type { SampleRate } from './mp3/frame.js';
import { infoFrameBytes } from './mp3/info-frame.js';
import { writeTag } from './id3.js';
import type { SampleSpan } from './mute.js';
import { samplesThatFit } from './size.js';
import type { SpoolIndex } from './spool-index.js';
import { timelineOf } from './timeline/segments.js';
import type { Timeline } from './timeline/segments.js';

export interface RecordingPlan {
  readonly outside: Timeline;
  readonly inside: Timeline;
  /** Of the recording, Hz: 16,000 where a party was heard so and the bitrate allows it. Timelines count in 8 kHz all the same. */
  readonly rate: SampleRate;
  /** Of the whole recording. */
  readonly samples: number;
  readonly mutes: readonly SampleSpan[];
  /** Room at the beginning of the file for the tag; what is before the first frame of sound. */
  readonly tagBytes: number;
  readonly headBytes: number;
  /** The channels' `silent` is not known yet and stands at false. */
  readonly document: RecordingDocument;
}

export interface PlanOptions {
  readonly kbps: number;
  readonly encoder: EncoderName;
  /** Replaces the entry that stands in the spool, which is older. */
  readonly entry?: CallEntry;
  /** The file gets no larger: sound that does not fit is left off at the end. */
  readonly maxBytes?: number;
}

function channelFacts(timeline: Timeline): ChannelFacts {
  const { packets, lost, duplicates, reordered, segments } = timeline;
  return {
    packets,
    lost,
    duplicates,
    reordered,
    concealedMs: Math.round(toMs(timeline.concealed)),
    restarts: Math.max(0, segments.length - 1),
    driftPpm: Math.round(timeline.driftPpm * 10) / 10,
    silent: false,
  };
}

/** Throws `SPOOL_UNREADABLE` where there is nothing to record: neither sound nor a beginning, or no entry. */
export function planRecording(index: SpoolIndex, options: PlanOptions): RecordingPlan {
  const { beginMs, cut } = index;
  const entry = options.entry ?? index.entry;
  if (beginMs === undefined)
    throw new HalinaError('SPOOL_UNREADABLE', 'there is neither sound nor a beginning in a spool');
  if (!entry) throw new HalinaError('SPOOL_UNREADABLE', 'a spool does not say which call it is of');
  const wideband = index.packets.outside.wideband || index.packets.inside.wideband;
  const rate = wideband && options.kbps >= LEAST_KBPS_AT_16_KHZ ? 16_000 : 8000;
  const outside = timelineOf(index.packets.outside, beginMs);
  const inside = timelineOf(index.packets.inside, beginMs);
  const facts: RecordingFacts = {
    version: 1,
    beganAt: Math.round(index.originMs + beginMs),
    durationMs: toMs(toSamples(Math.min(index.endMs, cut?.atMs ?? index.endMs) - beginMs)),
    kbps: options.kbps,
    ...(rate === 8000 ? {} : { rate }),
    encoder: options.encoder,
    outside: channelFacts(outside),
    inside: channelFacts(inside),
    ...(cut ? { cut: { reason: cut.reason, atMs: toMs(toSamples(cut.atMs - beginMs)) } } : {}),
    recovered: index.recovered,
    damagedBytes: index.damagedBytes,
  };
  const mutes = index.holds.map(({ fromMs, toMs }) => ({
    from: (rate / 8000) * toSamples(fromMs - beginMs),
    to: (rate / 8000) * toSamples(toMs - beginMs),
  }));
  return { outside, inside, rate, mutes, ...fitted({ entry, recording: facts }, options, rate) };
}

/** Leaves off the sound that the file has no room for. */
function fitted(
  whole: RecordingDocument,
  { kbps, maxBytes }: PlanOptions,
  rate: SampleRate,
): Pick<RecordingPlan, 'samples' | 'tagBytes' | 'headBytes' | 'document'> {
  const wanted = (rate / 8000) * toSamples(whole.recording.durationMs);
  const sizes = (document: RecordingDocument) => {
    const tagBytes = writeTag(document).length;
    return { document, tagBytes, headBytes: tagBytes + infoFrameBytes(kbps, rate) };
  };
  const full = sizes(whole);
  const room = maxBytes === undefined ? wanted : samplesThatFit(maxBytes, full.headBytes, kbps, rate);
  if (room >= wanted) return { ...full, samples: wanted };

  const cutAt = (samples: number): RecordingDocument => {
    const durationMs = (samples * 1000) / rate;
    const cut = { reason: 'no-room-for-mp3', atMs: durationMs } as const;
    return { ...whole, recording: { ...whole.recording, durationMs, cut } };
  };
  // The tag grows with the cut that it tells of: as much as it can, first.
  const { headBytes } = sizes(cutAt(wanted - 1));
  const samples = samplesThatFit(maxBytes ?? 0, headBytes, kbps, rate);
  if (samples < 0) throw new HalinaError('MP3_NO_ROOM', `${maxBytes} bytes are too few for any recording`);
  return { ...sizes(cutAt(samples)), samples };
}
