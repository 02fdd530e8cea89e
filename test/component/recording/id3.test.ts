import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { CallEntry, CallPart } from '../../../src/entry/call-entry.js';
import type { ChannelFacts, RecordingDocument } from '../../../src/recording/facts.js';
import { MAX_TAG_BYTES, readTag, readWaveform, tagLength, writeTag } from '../../../src/recording/id3.js';
import { EPOCH_MS, callEntry } from '../../support/spool-maker.js';

const channel: ChannelFacts = {
  packets: 100,
  lost: 1,
  duplicates: 0,
  reordered: 2,
  concealedMs: 20,
  restarts: 0,
  driftPpm: -12.5,
  silent: false,
};

function document(entry: CallEntry = callEntry()): RecordingDocument {
  const common = { version: 1, beganAt: EPOCH_MS, durationMs: 61_000, kbps: 32, encoder: 'wasm' } as const;
  return {
    entry,
    recording: { ...common, outside: channel, inside: channel, recovered: false, damagedBytes: 0 },
  };
}

describe("a recording's tag", () => {
  it('gives back the whole entry and the facts', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(text, text, text, fc.nat({ max: 3000 }), (signalled, displayName, dialled, padding) => {
        const written = document(callEntry({ dialled, outside: { signalled, displayName, withheld: false } }));
        const plain = writeTag(written);
        expect(readTag(plain)).to.deep.equal(JSON.parse(JSON.stringify(written)));
        const padded = writeTag(written, plain.length + padding);
        expect(padded.length).to.equal(plain.length + padding);
        expect(readTag(Buffer.concat([padded, Buffer.from('sound')]))).to.deep.equal(readTag(plain));
        expect(tagLength(padded)).to.equal(padded.length);
      }),
      { numRuns: 12 },
    );
  });

  it('has the picture of the sound, and is as long before that is known', () => {
    const waveform = Buffer.from(Array.from({ length: 1600 }, (_, i) => i % 256));
    const written = document();
    const tag = writeTag(written, 0, waveform);
    expect(tag.length).to.equal(writeTag(written).length);
    expect(Buffer.from(readWaveform(tag)?.inside ?? [])).to.deep.equal(waveform.subarray(800));
    expect(readTag(tag)).to.deep.equal(readTag(writeTag(written)));
  });

  it('has title, time and names that ffprobe reads', () => {
    const folder = mkdtempSync(join(tmpdir(), 'halina-id3-'));
    try {
      const path = join(folder, 'silence.mp3');
      execFileSync('ffmpeg', [
        '-v',
        'error',
        '-f',
        'lavfi',
        '-i',
        'anullsrc=r=8000',
        '-t',
        '1',
        '-id3v2_version',
        '0',
        path,
      ]);
      const sound = execFileSync('cat', [path]);
      writeFileSync(path, Buffer.concat([writeTag(document()), sound]));
      const out = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format_tags', '-of', 'json', path]);
      const { tags } = (JSON.parse(out.toString()) as { format: { tags: Record<string, string> } }).format;
      expect(tags).to.include({
        title: '2026-01-05 09:00 +48600100200 → 201',
        date: '2026-01-05T08:00:00',
        Direction: 'inbound',
        'Outside party (left)': '+48600100200',
        'Employee (right)': '201',
      });
      expect(tags['Call']).to.match(/^[0-9A-Z]{26}$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('does not name who withheld the number', () => {
    const outside = { signalled: '', number: '+48600100200', withheld: true };
    const bytes = writeTag(document(callEntry({ outside }))).toString('latin1');
    expect(bytes.slice(0, bytes.indexOf('GEOB')))
      .to.include('withheld')
      .and.not.include('600100200');
  });

  it('never outgrows its room: absurd texts are cut, the last parts left off, and that is told', () => {
    const parts = Array.from({ length: 900 }, (_, n): CallPart => ({ kind: 'hold', from: n * 10, to: n * 10 + 5 }));
    const outside = { signalled: 'x'.repeat(40_000), displayName: 'y'.repeat(40_000), withheld: false };
    const tag = writeTag(document(callEntry({ parts, outside })));
    expect(tag.length).to.be.at.most(MAX_TAG_BYTES);
    const read = readTag(tag);
    expect(read?.entry.parts.length).to.be.within(100, 899);
    expect(read?.partsOmitted).to.equal(900 - (read?.entry.parts.length ?? 0));
    expect(read?.entry.outside.signalled).to.match(/^x{200}$/);
    const lone = writeTag(document(callEntry({ outside })));
    expect(readTag(lone)).to.not.have.property('partsOmitted');
  });

  it('is nothing where it is not ours, is cut off, or is damaged', () => {
    const tag = writeTag(document());
    expect(readTag(Buffer.alloc(0))).to.equal(undefined);
    expect(readTag(Buffer.from('ID3\x03\x00\x00\x00\x00\x00\x00', 'latin1'))).to.equal(undefined);
    fc.assert(
      fc.property(fc.nat({ max: tag.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        expect(readTag(tag.subarray(0, at))).to.equal(undefined);
        const damaged = Buffer.from(tag);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        readTag(damaged); // Whatever it gives, it does not throw.
      }),
    );
  });
});
