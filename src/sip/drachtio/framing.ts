/**
 * Frames of the drachtio protocol: `<length>#<text>`, length in bytes of UTF-8, one after the other with nothing between.
 * test/conformance/traces holds whole conversations.
 */
const MAX_DIGITS = 5;
const HASH = 35;
const ZERO = 48;
const NOTHING = Buffer.alloc(0);

/** A frame of `head`, and `message` behind it as it is. */
export function encodeFrame(head: string, message: Buffer | undefined): Buffer {
  const headBytes = Buffer.byteLength(head);
  const length = String(headBytes + (message?.length ?? 0));
  const start = length.length + 1;
  const frame = Buffer.allocUnsafe(start + headBytes + (message?.length ?? 0));
  frame.write(`${length}#`, 'latin1');
  frame.write(head, start);
  message?.copy(frame, start + headBytes);
  return frame;
}

/** Takes bytes however they are cut. `undefined` from `push` means that the peer speaks something else: drop it. */
export class FrameParser {
  #buffer: Buffer = NOTHING;

  push(chunk: Buffer): Buffer[] | undefined {
    const bytes = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    const frames: Buffer[] = [];
    let at = 0;
    for (;;) {
      let [length, digits] = [0, 0];
      for (let byte = bytes[at]; isDigit(byte) && digits <= MAX_DIGITS; byte = bytes[at + ++digits])
        length = length * 10 + byte - ZERO;
      const after = bytes[at + digits];
      if (digits > MAX_DIGITS || (after !== undefined && (after !== HASH || digits === 0))) return undefined;
      const start = at + digits + 1;
      if (after === undefined || bytes.length < start + length) break;
      at = start + length;
      frames.push(bytes.subarray(start, at));
    }
    this.#buffer = at === bytes.length ? NOTHING : bytes.subarray(at);
    return frames;
  }
}

const isDigit = (byte: number | undefined): byte is number => byte !== undefined && byte >= ZERO && byte < ZERO + 10;
