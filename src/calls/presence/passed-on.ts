/** Invites and dialogs that are passed on as they are; who has an eye on them overrides what is of interest. */
import type {
  Dialog,
  DialogHandlers,
  Headers,
  IncomingInvite,
  IncomingRequest,
  IncomingResponse,
  ReceivedMessage,
  ResponseOptions,
  Source,
} from '../sip-port.js';

export class PassedInvite implements IncomingInvite {
  constructor(protected readonly invite: IncomingInvite) {}

  get method(): string {
    return this.invite.method;
  }

  get uri(): string {
    return this.invite.uri;
  }

  get receivedOn(): IncomingInvite['receivedOn'] {
    return this.invite.receivedOn;
  }

  get answered(): boolean {
    return this.invite.answered;
  }

  get body(): string {
    return this.invite.body;
  }

  get callId(): string {
    return this.invite.callId;
  }

  get source(): Source {
    return this.invite.source;
  }

  header(name: string): string | undefined {
    return this.invite.header(name);
  }

  respond(status: number, options?: ResponseOptions): Promise<void> {
    return this.invite.respond(status, options);
  }

  abandon(): void {
    this.invite.abandon();
  }

  onCancel(handler: (cancel: Pick<ReceivedMessage, 'header'>) => void): void {
    this.invite.onCancel(handler);
  }

  onUpdate(handler: (update: IncomingRequest) => void): void {
    this.invite.onUpdate(handler);
  }

  accept(options: { readonly sdp: string; readonly headers?: Headers }): Promise<Dialog> {
    return this.invite.accept(options);
  }
}

export class PassedDialog implements Dialog {
  constructor(protected readonly dialog: Dialog) {}

  get role(): 'uac' | 'uas' {
    return this.dialog.role;
  }

  get callId(): string {
    return this.dialog.callId;
  }

  get localTag(): string {
    return this.dialog.localTag;
  }

  get remoteTag(): string {
    return this.dialog.remoteTag;
  }

  get localUri(): string {
    return this.dialog.localUri;
  }

  get remoteUri(): string {
    return this.dialog.remoteUri;
  }

  get remoteTarget(): string {
    return this.dialog.remoteTarget;
  }

  get routeSet(): readonly string[] {
    return this.dialog.routeSet;
  }

  get localCSeq(): number {
    return this.dialog.localCSeq;
  }

  get source(): Source {
    return this.dialog.source;
  }

  get remoteSdp(): string {
    return this.dialog.remoteSdp;
  }

  get confirmedAt(): number {
    return this.dialog.confirmedAt;
  }

  get ended(): boolean {
    return this.dialog.ended;
  }

  listen(handlers: DialogHandlers): void {
    this.dialog.listen(handlers);
  }

  request(...args: Parameters<Dialog['request']>): Promise<IncomingResponse> {
    return this.dialog.request(...args);
  }

  bye(headers?: Headers): Promise<void> {
    return this.dialog.bye(headers);
  }
}
