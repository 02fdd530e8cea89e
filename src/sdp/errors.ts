/** Why a session description was refused, in the terms in which SIP answers it (RFC 3261 § 21.4.26 and § 20.43). */
import { HalinaError } from '../base/errors.js';

/** Warn codes of RFC 3261 § 20.43 that say more than the status does. */
export const warnings = {
  incompatibleNetworkProtocol: 300,
  incompatibleAddress: 301,
  incompatibleTransport: 302,
  mediaTypeNotAvailable: 304,
  incompatibleFormat: 305,
  miscellaneous: 399,
} as const;

export class SdpError extends HalinaError {
  /** 400: it could not be read; 488: it was understood, and nothing in it can be accepted. */
  readonly status: 400 | 488;
  /** For a Warning header beside a 488. */
  readonly warning: number | undefined;

  constructor(status: 400 | 488, message: string, options: { warning?: number; hint?: string } = {}) {
    super(
      status === 400 ? 'SDP_MALFORMED' : 'SDP_NOT_ACCEPTABLE',
      message,
      options.hint === undefined ? {} : { hint: options.hint },
    );
    this.name = 'SdpError';
    this.status = status;
    this.warning = options.warning;
  }
}

/** A description that cannot be read. */
export const malformed = (message: string): SdpError => new SdpError(400, message);
/** A description with nothing in it for us. */
export const notAcceptable = (message: string, warning: number): SdpError => new SdpError(488, message, { warning });
