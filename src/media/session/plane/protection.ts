/**
 * The encryption of one leg: the keys that were agreed on, and what is done to packets with them. The same keys agreed
 * on once more go on where they were, as their indices must.
 */
import { type MasterKey, SrtpReceiver, SrtpSender, TRAILER_BYTES } from '../../../srtp/index.js';

/** The keys of both directions. */
interface Keys {
  readonly send: MasterKey;
  readonly receive: MasterKey;
}

export class Protection {
  #isOn = false;
  #send: { readonly key: MasterKey; readonly sender: SrtpSender } | undefined;
  #receive: { readonly key: MasterKey; readonly receiver: SrtpReceiver } | undefined;

  /** What was agreed on; undefined: plain from now on. */
  set(keys: Keys | undefined): void {
    this.#isOn = keys !== undefined;
    if (!keys) this.#send = this.#receive = undefined;
    else {
      const { send, receive } = keys;
      if (!this.#send || !isSame(this.#send.key, send)) this.#send = { key: send, sender: new SrtpSender(send) };
      if (!this.#receive || !isSame(this.#receive.key, receive))
        this.#receive = { key: receive, receiver: new SrtpReceiver(receive) };
    }
  }

  /** Keys are being agreed on, and those before hold no more: until they are set, nothing is let through. */
  awaitKeys(): void {
    this.#isOn = true;
    this.#send = this.#receive = undefined;
  }

  /** The suite of what comes; undefined: it is plain, or there are no keys yet. */
  get suite(): string | undefined {
    return this.#receive?.receiver.suite;
  }

  /** A packet that came, decrypted in place; undefined: it is not authentic. */
  open(bytes: Buffer, isRtcp: boolean): Buffer | undefined {
    const receiver = this.#receive?.receiver;
    if (!receiver) return this.#isOn ? undefined : bytes;
    const end = isRtcp ? receiver.unprotectRtcp(bytes, bytes.length) : receiver.unprotect(bytes, bytes.length);
    return end < 0 ? undefined : bytes.subarray(0, end);
  }

  /**
   * The packet of `bytes` from `start` to `end` as it is to be sent: a copy with its trailer; undefined: it must not be.
   * To be called only where `isOn`.
   */
  seal(bytes: Uint8Array, start: number, end: number, isRtcp: boolean): Buffer | undefined {
    const sender = this.#send?.sender;
    if (!sender) return undefined;
    const length = end - start;
    const sealed = Buffer.allocUnsafe(length + TRAILER_BYTES);
    sealed.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
    const protectedEnd = isRtcp ? sender.protectRtcp(sealed, length) : sender.protect(sealed, length);
    return protectedEnd < 0 ? undefined : sealed.subarray(0, protectedEnd);
  }

  /** Whether what is sent has to be encrypted. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Whether anything can be sent. */
  get isReady(): boolean {
    return !this.#isOn || this.#send !== undefined;
  }
}

const isSame = (a: MasterKey, b: MasterKey): boolean =>
  a.suite === b.suite &&
  Buffer.compare(a.key, b.key) === 0 &&
  Buffer.compare(a.salt, b.salt) === 0 &&
  (a.mkiBytes ?? 0) === (b.mkiBytes ?? 0);
