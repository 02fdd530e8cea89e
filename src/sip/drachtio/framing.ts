/**
 * Frames of the drachtio protocol: `<length>#<text>`, length in bytes of UTF-8, one after the other with nothing between.
 * test/conformance/traces holds whole conversations.
 */
const MAX_DIGITS = 5;

export function encodeFrame(text: string): string {
  return `${Buffer.byteLength(text)}#${text}`;
}

/** Takes bytes however they are cut. `undefined` from `push` means that the peer speaks something else: drop it. */
export class FrameParser {
  #buffer: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): string[] | undefined {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    const frames: string[] = [];
    for (;;) {
      const hash = this.#buffer.subarray(0, MAX_DIGITS + 1).indexOf(35);
      const digits = this.#buffer.subarray(0, hash < 0 ? MAX_DIGITS + 1 : hash).toString('latin1');
      if (!/^\d*$/.test(digits) || (hash < 0 && digits.length > MAX_DIGITS) || hash === 0) return undefined;
      if (hash < 0) return frames;
      const end = hash + 1 + Number(digits);
      if (this.#buffer.length < end) return frames;
      frames.push(this.#buffer.subarray(hash + 1, end).toString());
      this.#buffer = this.#buffer.subarray(end);
    }
  }
}
