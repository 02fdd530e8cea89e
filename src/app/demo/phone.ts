/**
 * A telephone for the demonstration: a SIP server of its own with drachtio-srf on top, as Halina has them, and a voice. It
 * registers like any handset, or calls like a provider's trunk.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { HalinaError } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { SrfPort } from '../../calls/srf.js';
import type { Dialog, IncomingInvite } from '../../calls/sip-port.js';
import { SipServer } from '../../sip/server.js';
import { Voice } from './voice.js';

export interface PhoneOptions {
  readonly address: string;
  /** 0: a free one. */
  readonly port: number;
  /** WAV that it says. */
  readonly voice: string;
  readonly log: Log;
}

export class Phone {
  #dialog: Dialog | undefined;
  #ended: (() => void) | undefined;

  private constructor(
    private readonly server: SipServer,
    private readonly sip: SrfPort,
    readonly voice: Voice,
  ) {}

  /** `onRing`: a call comes in; the phone answers after it. */
  static async start(options: PhoneOptions, onRing?: () => Promise<void>): Promise<Phone> {
    const secret = randomBytes(16).toString('hex');
    const face = { name: 'phone', address: options.address, port: options.port, transports: ['udp'] as const };
    const application = { host: '127.0.0.1', port: 0, secret };
    const server = await SipServer.start({ faces: [face], application }, options.log);
    const voice = await Voice.open(options.address, options.voice);
    const invite = onRing ? (incoming: IncomingInvite) => void phone.#answer(incoming, onRing) : undefined;
    const handlers = invite ? { invite } : {};
    const sip = new SrfPort({ host: '127.0.0.1', port: server.applicationPort, secret, log: options.log }, handlers);
    const phone = new Phone(server, sip, voice);
    await sip.connect();
    return phone;
  }

  /** Registers at Halina. Rejects when it is refused. */
  async register(registrar: string, extension: string, password: string): Promise<void> {
    const face = this.server.faces[0];
    const response = await this.sip.request({
      method: 'REGISTER',
      uri: `sip:${registrar}`,
      headers: {
        From: `<sip:${extension}@${registrar}>`,
        To: `<sip:${extension}@${registrar}>`,
        Contact: `<sip:${extension}@${face?.address ?? ''}:${face?.port ?? 0}>`,
        Expires: '300',
      },
      credentials: { username: extension, password },
    });
    if (response.status === 200) return;
    throw new HalinaError('DEMO_REGISTER', `the handset was refused with ${response.status} ${response.reason}`);
  }

  /** Calls a number; resolves when it is answered. */
  async call(uri: string, from: string): Promise<void> {
    const invite = this.sip.invite({ uri, headers: { From: `<${from}>` }, sdp: this.voice.sdp });
    this.#begin(await invite.dialog);
  }

  /** Resolves when the call is over. */
  readonly over = new Promise<void>((resolve) => {
    this.#ended = resolve;
  });

  async hangUp(): Promise<void> {
    await this.#dialog?.bye();
    this.#ended?.();
  }

  async close(): Promise<void> {
    this.voice.close();
    this.sip.close();
    await this.server.close();
  }

  async #answer(invite: IncomingInvite, onRing: () => Promise<void>): Promise<void> {
    await invite.respond(180);
    await onRing();
    this.#begin(await invite.accept({ sdp: this.voice.sdp }));
  }

  #begin(dialog: Dialog): void {
    this.#dialog = dialog;
    this.voice.speakTo(dialog.remoteSdp);
    dialog.listen({ onEnd: () => this.#ended?.() });
  }
}

/** Resolves when `done` says so, asked every 50 ms; rejects after `ms` with what was awaited. */
export async function until(done: () => boolean, what: string, ms: number): Promise<void> {
  for (const end = performance.now() + ms; !done(); await wait(50))
    if (performance.now() > end) throw new HalinaError('DEMO_FAILED', `${what} did not happen in ${ms / 1000} s`);
}
