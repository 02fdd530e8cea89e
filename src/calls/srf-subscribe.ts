/**
 * SUBSCRIBE (RFC 6665) as the application gets it. drachtio-srf's own dialogs are not made for it: they answer what ends a
 * subscription by themselves. So the server's dialog is used by its id, which a refresh brings again.
 */
import { notSent, rawHeaders, type SrfLink } from './srf-link.js';
import { SrfRequest, SrfResponse } from './srf-messages.js';
import type { RawReply, RawRequest, RawResponse, RawSrf } from './srf-raw.js';
import type { Headers, IncomingResponse, IncomingSubscribe, Subscription } from './sip-port.js';

export class SrfSubscribe extends SrfRequest implements IncomingSubscribe {
  readonly dialogId: string | undefined;
  readonly #srf: RawSrf;

  constructor(link: SrfLink, srf: RawSrf, request: RawRequest, reply: RawReply) {
    super(link, request, reply);
    this.#srf = srf;
    this.dialogId = /;\s*tag=/i.test(request.get('To') ?? '') ? request.stackDialogId : undefined;
  }

  async accept(options: { readonly expires: number; readonly headers?: Headers }): Promise<Subscription> {
    await this.respond(200, { headers: { ...options.headers, Expires: String(options.expires) } });
    const id = this.dialogId ?? this.reply.stackDialogId;
    if (!id) throw notSent('the SIP server gave the subscription no dialog');
    return { id, notify: (headers, body) => this.#notify(id, headers, body) };
  }

  #notify(stackDialogId: string, headers: Headers, body: string | undefined): Promise<IncomingResponse> {
    return this.link.wait<IncomingResponse>(({ resolve, reject }) => {
      const options = {
        method: 'NOTIFY',
        headers: rawHeaders(headers),
        stackDialogId,
        ...(body === undefined ? {} : { body }),
      };
      this.#srf.request('sip:placeholder', options, (error, request) => {
        if (error || !request) return reject(notSent(error));
        return request.on('response', (response: RawResponse) => {
          if (response.status >= 200) resolve(new SrfResponse(response));
        });
      });
    });
  }
}
