/**
 * The SIP port and the directory of handsets as the call application gets them, with an eye on every INVITE of a handset.
 * Calls know nothing of it: whatever they become (transferred, parked, picked up), the dialogs with the handsets tell.
 */
import { parseNameAddress } from '../../sip/message/headers.js';
import { parseUri } from '../../sip/message/uri.js';
import type { Directory } from '../application.js';
import type { Dialog, Headers, IncomingInvite, InviteOptions, OutgoingInvite, SipPort } from '../sip-port.js';
import { SipFailure } from '../sip-port.js';
import type { Ending, LineBoard, OpenLine } from './lines.js';

/** Contacts that are remembered; those of one office are a few hundred. */
const MOST_CONTACTS = 20_000;

/** An object with some members of its own and all others of another one, whatever those are. */
function over<T extends object>(target: T, own: Partial<T>): T {
  return new Proxy(target, {
    get(from, key) {
      if (Object.hasOwn(own, key)) return own[key as keyof T];
      const value: unknown = Reflect.get(from, key, from);
      return typeof value === 'function' ? (value.bind(from) as unknown) : value;
    },
  });
}

const userOf = (uri: string): string => parseUri(uri)?.user ?? '';

/** Who calls, as the called handset is told: empty where the name hides it. */
function callerIn(headers: Headers | undefined): string {
  const from = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'from')?.[1];
  const user = userOf(parseNameAddress(typeof from === 'string' ? from : '')?.uri ?? '');
  return user === 'anonymous' ? '' : user;
}

/** RFC 3326: a call that another handset took is given up with that reason. */
const tookElsewhere = (headers: Headers | undefined): boolean =>
  Object.entries(headers ?? {}).some(
    ([name, value]) => name.toLowerCase() === 'reason' && /cause=200/.test(String(value)),
  );

export class Watch {
  /** Extension by the contact and next hop that it was last asked for. */
  readonly #contacts = new Map<string, string>();
  readonly #incoming = new WeakMap<IncomingInvite, (extension: string) => void>();

  constructor(private readonly lines: LineBoard) {}

  /** The port for the call application. */
  port(sip: SipPort): SipPort {
    return over(sip, { invite: (options) => this.#invite(sip, options) });
  }

  /** Handsets for the call application: who is asked for is known again when the INVITE goes out. */
  directory(handsets: Directory): Directory {
    return over(handsets, {
      targets: (extension) => {
        const targets = handsets.targets(extension);
        for (const { uri, nextHop } of targets) this.#remember(contactKey(uri, nextHop), extension);
        return targets;
      },
      authenticate: (request, ...rest) => {
        const extension = handsets.authenticate(request, ...rest);
        if (extension !== undefined) this.#incoming.get(request as IncomingInvite)?.(extension);
        return extension;
      },
    });
  }

  /** An INVITE that came: when it turns out to be a handset's, its line is in use. */
  incoming(invite: IncomingInvite): IncomingInvite {
    let line: OpenLine | undefined;
    const seen = over(invite, {
      accept: async (options) => {
        const dialog = await invite.accept(options);
        line?.confirmed();
        return line ? watchDialog(dialog, line) : dialog;
      },
      respond: (status, options) => {
        if (status > 100 && status < 200) line?.early();
        else if (status >= 300) line?.ended('over');
        return invite.respond(status, options);
      },
      onCancel: (handler) =>
        invite.onCancel((cancel) => {
          line?.ended('over');
          handler(cancel);
        }),
      abandon: () => {
        line?.ended('over');
        invite.abandon();
      },
    });
    this.#incoming.set(seen, (extension) => {
      line ??= this.lines.begin(extension, 'initiator', userOf(invite.uri));
    });
    return seen;
  }

  #remember(key: string, extension: string): void {
    this.#contacts.delete(key);
    this.#contacts.set(key, extension);
    const [oldest] = this.#contacts.keys();
    if (this.#contacts.size > MOST_CONTACTS && oldest !== undefined) this.#contacts.delete(oldest);
  }

  #invite(sip: SipPort, options: InviteOptions): OutgoingInvite {
    const extension = this.#contacts.get(contactKey(options.uri, options.nextHop));
    if (extension === undefined) return sip.invite(options);
    const line = this.lines.begin(extension, 'recipient', callerIn(options.headers), options.headers);
    const sent = sip.invite({
      ...options,
      onProvisional: (response) => {
        line.early();
        options.onProvisional?.(response);
      },
    });
    let ending: Ending = 'unanswered';
    const dialog = sent.dialog.then(
      (made) => {
        line.confirmed();
        return watchDialog(made, line);
      },
      (error: unknown) => {
        line.ended(error instanceof SipFailure && error.status === 603 ? 'over' : ending);
        throw error;
      },
    );
    dialog.catch(() => undefined); // As with the port's own: whoever waits for it hears of it.
    const cancel = (headers?: Headers): void => {
      if (tookElsewhere(headers)) ending = 'elsewhere';
      sent.cancel(headers);
      // The telephone may be gone and never answer; the lamp must not wait for it.
      line.ended(ending);
    };
    return over(sent, { dialog, cancel });
  }
}

const contactKey = (uri: string, nextHop: string | undefined): string => `${uri} ${nextHop ?? ''}`;

function watchDialog(dialog: Dialog, line: OpenLine): Dialog {
  if (dialog.ended) line.ended('over');
  return over(dialog, {
    listen: (handlers) =>
      dialog.listen({
        ...handlers,
        onEnd: (end) => {
          line.ended('over');
          handlers.onEnd(end);
        },
      }),
    bye: (headers) => {
      line.ended('over');
      return dialog.bye(headers);
    },
  });
}
