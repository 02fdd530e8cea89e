/** Proxying for an application: it says where a request goes, and hears of the final responses only. */
import type { SipMessage } from '../message/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { fromNetwork, sentTo, wayBack, type Context, type Reply } from './context.js';
import type { ProxiedCalls } from './proxied-calls.js';
import { ProxySession } from './proxy-session.js';

/** `4s`, `400ms` or a number of milliseconds. */
function milliseconds(text: string | undefined): number | undefined {
  const match = /^(\d{1,9})(ms|s)?$/.exec(text ?? '');
  return match ? Number(match[1]) * (match[2] === 's' ? 1000 : 1) : undefined;
}

export class Proxy {
  constructor(
    private readonly context: Context,
    private readonly calls: ProxiedCalls,
  ) {}

  /** `tokens`: those of the protocol's `proxy` message after the transaction id. */
  start(reply: Reply, transaction: ServerTransaction, tokens: readonly string[], extra: SipMessage): void {
    const [stay, full, follow, forking, provisional, final, ...targets] = tokens;
    const { application, id } = reply;
    const { cdrs } = this.context;
    const isInvite = transaction.request.method === 'INVITE';
    const options = {
      recordRoute: stay === 'remainInDialog',
      followRedirects: follow === 'followRedirects',
      simultaneous: forking === 'simultaneous',
      provisionalTimeout: milliseconds(provisional),
      finalTimeout: milliseconds(final),
    };
    const session = new ProxySession(this.context, transaction, options, targets, extra, {
      onFinal: (response, flow) => {
        if (full !== 'fullResponse') return;
        const where = flow ? fromNetwork(response, flow) : sentTo(this.context, response, wayBack(transaction.flow));
        application.replyMessage(id, { ...where, source: 'network' }, '', '', 'continue');
      },
      onForward: (response) => {
        if (isInvite && options.recordRoute && response.status > 100 && response.status < 300)
          this.calls.remember(response);
      },
      onDone: (response) => {
        this.calls.done(transaction);
        if (isInvite && response.status < 300) cdrs.start('network', response, 'proxy-uas');
        else if (isInvite) cdrs.stop('network', response, response.status === 487 ? 'call-canceled' : 'call-rejected');
        application.reply(id, 'OK', 'done');
      },
    });
    this.calls.begin(transaction, session);
  }
}
