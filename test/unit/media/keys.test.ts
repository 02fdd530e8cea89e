import { expect } from 'chai';
import { KeyGate } from '../../../src/media/session/plane/key-gate.js';
import { KeyReader, type KeyPacket } from '../../../src/media/session/plane/key-reader.js';

describe('the reader of keys', () => {
  const DURATION = 800;
  const read = (
    reader: KeyReader,
    key: string,
    timestamp: number,
    how: { end?: boolean; duration?: number; marker?: boolean; ssrc?: number } = {},
  ): KeyPacket => {
    const event = { key, end: how.end ?? false, volume: 10, duration: how.duration ?? DURATION };
    return reader.read(event, how.ssrc ?? 1, timestamp, how.marker ?? false);
  };

  it('sees one press in all its packets and repeated ends', () => {
    const reader = new KeyReader();
    const packets = [
      read(reader, '5', 1000, { marker: true, duration: 160 }),
      read(reader, '5', 1000, { duration: 320 }),
      ...[1, 2, 3].map(() => read(reader, '5', 1000, { end: true, duration: 480 })),
    ];
    expect(packets).to.deep.equal(['press', 'more', 'more', 'more', 'more']);
  });

  it('sees a press of which only an end came through', () => {
    expect(read(new KeyReader(), '5', 1000, { end: true })).to.equal('press');
  });

  it('sees the same key pressed again, with or without a marker', () => {
    const reader = new KeyReader();
    read(reader, '5', 1000, { end: true });
    expect(read(reader, '5', 2600, { marker: true })).to.equal('press');
    read(reader, '5', 2600, { end: true });
    expect(read(reader, '5', 4200)).to.equal('press');
  });

  it('sees another key, and the first key’s packets that come late', () => {
    const reader = new KeyReader();
    read(reader, '5', 1000);
    expect(read(reader, '6', 2600)).to.equal('press');
    expect(read(reader, '5', 1000, { end: true })).to.equal('stale');
    expect(read(reader, '6', 2600)).to.equal('more');
  });

  it('sees one press in a key held so long that its event is split (RFC 4733 § 2.5.1.3)', () => {
    const reader = new KeyReader();
    read(reader, '5', 1000, { duration: 0xffff, marker: true });
    expect(read(reader, '5', 1000 + 0xffff, { duration: 160 })).to.equal('more');
    expect(read(reader, '5', 1000 + 0xffff, { end: true })).to.equal('more');
  });

  it('sees one press where a sender moves the timestamp within it', () => {
    const reader = new KeyReader();
    read(reader, '5', 1000, { marker: true, duration: 160 });
    const rest = [1160, 1320, 1480].map((timestamp) => read(reader, '5', timestamp, { duration: 160 }));
    expect(rest).to.deep.equal(['more', 'more', 'more']);
  });

  it('begins anew with another source, wherever its timestamps are', () => {
    const reader = new KeyReader();
    read(reader, '5', 1_000_000);
    expect(read(reader, '5', 1000, { ssrc: 2 })).to.equal('press');
  });
});

describe('the gate for codes *7 and *9', () => {
  const gate = (): KeyGate => new KeyGate(['*7', '*9']);
  const pressed = (keys: string, on = gate()) => keys.split('').map((key) => on.press(key));
  const nothing = { pass: false, released: [], code: undefined };

  it('lets keys pass that begin no code', () => {
    const passes = { pass: true, released: [], code: undefined };
    expect(pressed('57#')).to.deep.equal([passes, passes, passes]);
  });

  it('holds the beginning, and gives the code and nothing else', () => {
    expect(pressed('*7')).to.deep.equal([nothing, { ...nothing, code: '*7' }]);
  });

  it('releases what was no code after all, in order', () => {
    expect(pressed('*5')).to.deep.equal([nothing, { ...nothing, released: ['*', '5'] }]);
  });

  it('holds a second beginning while it releases the first', () => {
    expect(pressed('**7')).to.deep.equal([nothing, { ...nothing, released: ['*'] }, { ...nothing, code: '*7' }]);
  });

  it('releases what is held when no key comes', () => {
    const on = gate();
    on.press('*');
    expect(on.holds).to.equal(true);
    expect(on.expire()).to.deep.equal(['*']);
    expect(on.holds).to.equal(false);
    expect(on.expire()).to.deep.equal([]);
  });

  it('finds a code behind a longer beginning that failed', () => {
    const on = new KeyGate(['12345', '34*']);
    expect(pressed('1234*', on).at(-1)).to.deep.equal({ pass: false, released: ['1', '2'], code: '34*' });
  });

  it('finds codes of one key, and ignores empty ones', () => {
    expect(pressed('1', new KeyGate(['1', '']))).to.deep.equal([{ ...nothing, code: '1' }]);
    expect(pressed('2', new KeyGate(['']))[0]?.pass).to.equal(true);
  });
});
