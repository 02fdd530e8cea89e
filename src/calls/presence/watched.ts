/**
 * The SIP port and the directory of handsets as the call application gets them, with an eye on every INVITE of a handset.
 * Calls know nothing of it: whatever they become (transferred, parked, picked up), the dialogs with the handsets tell.
 */
import { parseNameAddress } from '../../sip/message/headers.js';
import { parseUri } from '../../sip/message/uri.js';
import type { Directory } from '../application.js';
import type {
  Dialog,
  DialogEnd,
  DialogHandlers,
  Headers,
  IncomingInvite,
  IncomingRequest,
  InviteOptions,
  OutgoingInvite,
  ReceivedMessage,
  ResponseOptions,
  SipPort,
} from '../sip-port.js';
import { SipFailure } from '../sip-port.js';
import type { Ending, LineBoard, OpenLine } from './lines.js';
import { PassedDialog, PassedInvite } from './passed-on.js';
import { refuseUnheard } from '../srf-messages.js';

/** Contacts that are remembered; those of one office are a few hundred. */
const MOST_CONTACTS = 20_000;

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

  constructor(private readonly lines: LineBoard) {}

  /** The port for the call application. */
  port(sip: SipPort): SipPort {
    return {
      request: (options) => sip.request(options),
      invite: (options) => this.#invite(sip, options),
      get listening() {
        return sip.listening;
      },
    };
  }

  /** Handsets for the call application: who is asked for is known again when the INVITE goes out. */
  directory(handsets: Directory): Directory {
    return {
      hasFlow: (source) => handsets.hasFlow(source),
      hasAddress: (address) => handsets.hasAddress(address),
      unreachable: (binding) => handsets.unreachable(binding),
      targets: (extension) => {
        const targets = handsets.targets(extension);
        for (const { uri, nextHop } of targets) this.#remember(contactKey(uri, nextHop), extension);
        return targets;
      },
      authenticate: (request, urgent) => {
        const extension = handsets.authenticate(request, urgent);
        if (extension !== undefined && request instanceof WatchedInvite)
          request.line = this.#lineOf(request, extension);
        return extension;
      },
    };
  }

  /** An INVITE that came: when it turns out to be a handset's, its line is in use. */
  incoming(invite: IncomingInvite): IncomingInvite {
    return new WatchedInvite(invite);
  }

  #lineOf(invite: WatchedInvite, extension: string): OpenLine {
    return invite.line ?? this.lines.begin(extension, 'initiator', userOf(invite.uri));
  }

  #remember(key: string, extension: string): void {
    if (this.#contacts.get(key) === extension) return; // whoever is asked for again later is remembered again
    this.#contacts.set(key, extension);
    if (this.#contacts.size <= MOST_CONTACTS) return;
    const [oldest] = this.#contacts.keys();
    if (oldest !== undefined) this.#contacts.delete(oldest);
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
    return { dialog, cancel };
  }
}

const contactKey = (uri: string, nextHop: string | undefined): string => `${uri} ${nextHop ?? ''}`;

/** An INVITE that came. */
class WatchedInvite extends PassedInvite {
  /** Once it is known whose it is. */
  line: OpenLine | undefined;

  override async accept(options: { readonly sdp: string; readonly headers?: Headers }): Promise<Dialog> {
    const dialog = await this.invite.accept(options);
    this.line?.confirmed();
    return this.line ? watchDialog(dialog, this.line) : dialog;
  }

  override respond(status: number, options?: ResponseOptions): Promise<void> {
    if (status > 100 && status < 200) this.line?.early();
    else if (status >= 300) this.line?.ended('over');
    return this.invite.respond(status, options);
  }

  override onCancel(handler: (cancel: Pick<ReceivedMessage, 'header'>) => void): void {
    this.invite.onCancel((cancel) => {
      this.line?.ended('over');
      handler(cancel);
    });
  }

  override abandon(): void {
    this.line?.ended('over');
    this.invite.abandon();
  }
}

/** The dialog of a handset's line, which listens for whoever has the dialog. */
class WatchedDialog extends PassedDialog implements DialogHandlers {
  #handlers: DialogHandlers | undefined;

  constructor(
    dialog: Dialog,
    private readonly line: OpenLine,
  ) {
    super(dialog);
  }

  override listen(handlers: DialogHandlers): void {
    this.#handlers = handlers;
    this.dialog.listen(this);
  }

  onEnd(end: DialogEnd): void {
    this.line.ended('over');
    this.#handlers?.onEnd(end);
  }

  onAck(ack: ReceivedMessage): void {
    this.#handlers?.onAck?.(ack);
  }

  onRequest(request: IncomingRequest): void {
    if (this.#handlers?.onRequest) this.#handlers.onRequest(request);
    else refuseUnheard(request);
  }

  override bye(headers?: Headers): Promise<void> {
    this.line.ended('over');
    return this.dialog.bye(headers);
  }
}

function watchDialog(dialog: Dialog, line: OpenLine): Dialog {
  if (dialog.ended) line.ended('over');
  return new WatchedDialog(dialog, line);
}
