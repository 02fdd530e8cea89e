/** The REFERs within a conversation: their senders are told what becomes of them (RFC 3515 § 2.4) before they are let go. */
import type { Log } from '../../base/log.js';
import { reply } from '../call/reply.js';
import type { Dialog, Headers, IncomingRequest } from '../sip-port.js';
import { ReferNotices } from './refer.js';

export class Referrals {
  readonly #log: Log;
  readonly #notices: ReferNotices[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** Accepts a REFER; gives what tells its sender how it goes. `first`: of this dialog. */
  accept(request: IncomingRequest, dialog: Dialog, first: boolean): (status: number) => void {
    void reply(request, 202, this.#log);
    const notices = new ReferNotices(dialog, first ? undefined : request.header('CSeq'), this.#log);
    this.#notices.push(notices);
    notices.tell(100);
    return (status) => notices.tell(status);
  }

  /** BYE, once the party was told how its REFER went. Never rejects. */
  async farewell(dialog: Dialog, headers: Headers): Promise<void> {
    const told = this.#notices.filter((notices) => notices.dialog === dialog);
    await Promise.all(told.map((notices) => notices.settled));
    await dialog.bye(headers);
  }

  /** The call is over: nothing more becomes of any of them. */
  close(): void {
    for (const notices of this.#notices) notices.tell(487);
  }
}
