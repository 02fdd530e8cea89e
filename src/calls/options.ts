/** OPTIONS outside a dialog (RFC 3261 § 11): providers and handsets ask so whether we are there, and what we can do. */
import { refuse } from './srf-messages.js';
import type { IncomingRequest } from './sip-port.js';

const IN_DIALOG = 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, PRACK';
/** What may be asked of us: handsets may send calls on, register and subscribe; a provider may not. */
export const methods = {
  known: IN_DIALOG,
  trunk: IN_DIALOG,
  handset: `${IN_DIALOG}, REFER, REGISTER, SUBSCRIBE`,
  /** Within a dialog. */
  dialog: `${IN_DIALOG}, REFER`,
} as const;

/** Extensions that hold for the two in a call (RFC 3261 § 20.37). */
const supported = { trunk: '100rel, timer', handset: '100rel, timer, replaces' } as const;

/**
 * What we say of ourselves in an INVITE and in its 2xx (RFC 3261 § 13.2.1, § 13.3.1.4). Telephones offer an attended
 * transfer only to whom they heard `replaces` of.
 */
export const abilities = {
  trunk: { Allow: methods.trunk, Supported: supported.trunk },
  handset: { Allow: methods.handset, Supported: supported.handset },
} as const;

/** Answers those whom we know, each as what it is; others learn nothing. */
export function answerOptions(
  request: IncomingRequest,
  roleOf: (address: string) => 'trunk' | 'handset' | undefined,
): void {
  const role = roleOf(request.source.address);
  if (role === undefined) return request.abandon();
  const registrar = role === 'handset' ? ', path, outbound' : '';
  const headers = { Allow: methods[role], Accept: 'application/sdp', Supported: supported[role] + registrar };
  void refuse(request, 200, { headers });
  return undefined;
}
