/** Takes the messages of applications: what each verb of the drachtio protocol asks for. */
import { formatHostPort } from '../message/grammar.js';
import { facePort } from '../transport/face-ports.js';
import type { ApplicationMessage, Application } from './application.js';
import type { ApplicationPort } from './application-port.js';
import { sameSecret } from './applications.js';
import type { Answers } from './answers.js';
import { CDR_KINDS } from './cdr.js';
import { METHODS } from './checks.js';
import { parseApplicationMessage } from './compose.js';
import type { Context, Reply } from './context.js';
import type { OurInvites } from './our-invites.js';
import type { Outgoing } from './outgoing.js';
import type { Proxy } from './proxy.js';

/** What drachtio-srf takes for the version of a drachtio-server; it pings from v0.8.2 on. */
const VERSION = 'v0.9.10';
const VERBS: ReadonlySet<string> = new Set([...METHODS.map((method) => method.toLowerCase()), ...CDR_KINDS]);

export class Desk {
  constructor(
    private readonly context: Context,
    private readonly parts: {
      readonly answers: Answers;
      readonly outgoing: Outgoing;
      readonly invites: OurInvites;
      readonly proxy: Proxy;
    },
    private readonly secret: string,
  ) {}

  handle(application: Application, message: ApplicationMessage, port: ApplicationPort): void {
    const [verb = '', ...tokens] = message.tokens;
    const reply: Reply = { application, id: message.id };
    if (verb === 'authenticate') return this.#authenticate(reply, tokens, port);
    if (!application.authenticated) return application.drop();
    switch (verb) {
      case 'route':
      case 'remove_route':
        return this.#route(reply, verb, tokens[0]?.toLowerCase() ?? '');
      case 'ping':
        return application.reply(message.id, 'OK', 'pong');
      case 'sip':
        return this.#sip(reply, tokens, message.payload);
      case 'proxy':
        return this.#startProxy(reply, tokens, message.payload);
      default:
        return application.reply(message.id, 'NOK', `unknown message ${verb}`);
    }
  }

  #authenticate(reply: Reply, [secret = '', tags = '']: readonly string[], port: ApplicationPort): void {
    const { application, id } = reply;
    if (!sameSecret(secret, this.secret)) {
      application.reply(id, 'NO', 'incorrect secret');
      return application.end();
    }
    application.tags = tags.split(',').filter(Boolean);
    const { faces } = this.context.transport;
    const hostPorts = (address: (face: (typeof faces)[number]) => string): string =>
      faces
        .flatMap((face) =>
          face.transports
            .toReversed()
            .map((protocol) => `${protocol}/${formatHostPort(address(face), facePort(face, protocol))}`),
        )
        .join(',');
    const external = hostPorts((face) => face.externalAddress ?? face.address);
    application.reply(id, 'OK', external, VERSION, hostPorts((face) => face.address)); // prettier-ignore
    port.authenticated(application);
  }

  #route({ application, id }: Reply, what: string, verb: string): void {
    if (!VERBS.has(verb)) return application.reply(id, 'NO', 'Route request includes unsupported verb');
    if (what === 'route') application.verbs.add(verb);
    else application.verbs.delete(verb);
    application.reply(id, 'OK');
  }

  #sip(reply: Reply, [transactionId = '', dialogId = '', routeUrl = '']: readonly string[], payload: Buffer): void {
    const message = parseApplicationMessage(payload);
    if (!message) return reply.application.reply(reply.id, 'NOK', whatIsWrong(payload));
    const { answers, invites, outgoing } = this.parts;
    if (message.kind === 'response') answers.respond(reply, transactionId, message);
    else if (message.method === 'CANCEL') invites.cancel(reply, transactionId, message);
    else outgoing.request(reply, message, dialogId, routeUrl);
  }

  #startProxy(reply: Reply, [transactionId = '', ...tokens]: readonly string[], payload: Buffer): void {
    const transaction = this.context.pending.get(transactionId)?.transaction;
    const message = parseApplicationMessage(payload);
    if (!transaction || !message) return reply.application.reply(reply.id, 'NOK', 'unknown transaction');
    this.context.pending.remove(transactionId);
    this.parts.proxy.start(reply, transaction, tokens, message);
  }
}

function whatIsWrong(payload: Buffer): string {
  const [method = '', uri = ''] = payload.toString().split(' ', 2);
  return METHODS.some((known) => known === method) ? `invalid request-uri: ${uri}` : 'the SIP message cannot be parsed';
}
