// Chance that is odd often: what a test or the program takes for a matter of course of random text, and what holds only
// nearly always, fails here and not in CI. Numbers lie at the ends of their range or beside it; bytes begin or end with
// zeros or ones, are digits only in hex (so that they read as a number, or hold any extension one looks for), begin in
// base64url with `-`, are nothing but signs in base64, or look like text, RTP, STUN or an MPEG frame. What must be unique
// stays so: something of each value is real chance, and what is shorter than that is not given twice.
import crypto from 'node:crypto';

/** So many bytes of each value are real chance. */
const REAL = 4;
const PLANTED = ['201', '202', '"201"', 'null', '</a>', '\r\n\r\n', '{{', '%00', '../', '\u0000', ' ', '$&', '\\'].map(
  (text) => Buffer.from(text),
);
const LOOKS_LIKE = ['8000fff0', 'fffb90c4', '0001000c2112a442', '000000002112a442', '16fefd0000', '80c80006', '494433', '7b22', '504b0304'].map((hex) => Buffer.from(hex, 'hex')); // prettier-ignore

/** `random` (0 to below 1) decides what is odd and how; the rest is the system's own chance. */
export function oddChance(random) {
  const below = (count) => Math.floor(random() * count);
  const of = (values) => values[below(values.length)];
  const own = { ...crypto, math: Math.random };
  const given = new Set();

  /** Bytes whose hex has no letter, or one `e` (which reads as a number too). */
  function digits(bytes) {
    for (const [i, byte] of bytes.entries()) bytes[i] = ((byte >> 4) % 10) * 16 + ((byte & 15) % 10);
    if (below(2) === 0) bytes[0] &= 0x0f;
    if (below(3) === 0) bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] & 0xf0) | 0x0e;
    if (below(3) === 0) bytes.set([0x20, 0x1e].slice(0, bytes.length), below(bytes.length - 1));
  }

  /** Short ones: a sequence number, an SSRC, the id of a guard. */
  const shortly = [
    (bytes) => bytes.fill(of([0, 0xff, 0x80])),
    (bytes) => bytes.fill(of([0, 0xff]), 0, bytes.length - 1),
    (bytes) => bytes.fill(of([0, 0xff]), 1),
    (bytes) => bytes.fill(0xff, 0, bytes.length - 1).fill(0xf0 + below(16), bytes.length - 1),
    digits,
  ];
  const longer = [
    (bytes) => bytes.fill(of([0, 0xff]), 0, 1 + below(bytes.length - REAL)),
    (bytes) => bytes.fill(of([0, 0xff]), REAL + below(bytes.length - REAL)),
    digits,
    digits,
    (bytes) => bytes.set([of([0xf8, 0xfb, 0xfc, 0xff, 0x7d])]), // in base64url `-…`, `_…`; in base64 `+…`, `/…`; `fQ`
    (bytes) => Buffer.alloc(bytes.length - REAL, of(['fbefbe', 'ffffff']), 'hex').copy(bytes),
    (bytes) => of(PLANTED).copy(bytes, below(bytes.length - REAL), 0, bytes.length - REAL),
    (bytes) => of(LOOKS_LIKE).copy(bytes, 0, 0, bytes.length - REAL),
    (bytes) => of(LOOKS_LIKE).copy(bytes, 0, 0, bytes.length - REAL),
    (bytes) => bytes.forEach((byte, i) => (bytes[i] = 0x20 + (byte % 95))),
  ];

  function makeOdd(bytes) {
    if (bytes.length === 0 || random() < 0.3) return bytes;
    // A page that identifiers are cut from, or noise: each part of it is as a short value would be.
    if (bytes.length > 256) {
      for (let at = 0; at + 6 <= bytes.length; at += 6) if (random() < 0.5) of(longer)(bytes.subarray(at, at + 6));
      return bytes;
    }
    if (bytes.length > REAL + 1) return (of(longer)(bytes), bytes);
    const before = Buffer.from(bytes);
    of(shortly)(bytes);
    const name = bytes.toString('hex');
    if (bytes.length === REAL && given.has(name)) before.copy(bytes);
    given.add(name);
    return bytes;
  }

  const bytesOf = (view, offset = 0, size) => {
    const unit = view.BYTES_PER_ELEMENT ?? 1;
    const [buffer, start, length] = ArrayBuffer.isView(view) ? [view.buffer, view.byteOffset, view.byteLength] : [view, 0, view.byteLength]; // prettier-ignore
    const from = offset * unit;
    return Buffer.from(buffer, start + from, size === undefined ? length - from : size * unit);
  };
  const later = (done, value) => void setImmediate(() => done(null, value));

  crypto.randomBytes = (size, done) => {
    const bytes = makeOdd(own.randomBytes(size));
    return done ? later(done, bytes) : bytes;
  };
  crypto.randomFillSync = (view, offset, size) => {
    own.randomFillSync(view, offset, size);
    makeOdd(bytesOf(view, offset, size));
    return view;
  };
  crypto.randomFill = (view, ...rest) => {
    const done = rest.pop();
    later(done, crypto.randomFillSync(view, ...rest));
  };
  for (const web of new Set([crypto.webcrypto, globalThis.crypto])) {
    const fill = web.getRandomValues;
    web.getRandomValues = (view) => (makeOdd(bytesOf(fill.call(web, view))), view);
  }
  crypto.randomInt = (...args) => {
    const done = typeof args.at(-1) === 'function' ? args.pop() : undefined;
    const [min, max] = args.length > 1 ? args : [0, args[0]];
    const near = below(Math.min(16, max - min));
    const value = random() < 0.3 ? own.randomInt(min, max) : of([min + near, max - 1 - near]);
    return done ? later(done, value) : value;
  };
  crypto.randomUUID = (options) => {
    const id = own.randomUUID(options);
    const last = id.slice(-12);
    const number = last.replaceAll(/[a-f]/g, (letter) => String(letter.charCodeAt(0) - 96));
    return of([id, `00000000-0000-4000-8000-${last}`, `ffffffff-ffff-4fff-bfff-${last}`, `20120120-1201-4201-8201-${number}`, `${id.slice(0, -12)}${number}`]); // prettier-ignore
  };
  Math.random = () => {
    const real = own.math();
    return random() < 0.5 ? real : of([real / 2 ** 20, 1 - real / 2 ** 20, 0, 1 - 2 ** -53, 0.5]);
  };
}
