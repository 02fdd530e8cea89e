/** What an error that stops a call means for it: one table from error codes to the end of the call. */
import { HalinaError } from '../../base/errors.js';
import { SdpError } from '../../sdp/index.js';
import { SipFailure } from '../sip-port.js';
import { meaningOf, type Ending } from './ending.js';
import { refusalOf } from './reply.js';

/** The ending for an error in a step of the call that concerns its caller. `caller`: who that is. */
export function endingOfFailure(error: unknown, caller: 'outside' | 'employee'): Ending {
  if (error instanceof SdpError) {
    const { status, options } = refusalOf(error);
    return { by: 'halina', reason: 'refused', status, ...(options.headers ? { headers: options.headers } : {}) };
  }
  if (error instanceof SipFailure)
    return { by: 'outside', reason: meaningOf(error.status, true), status: error.status };
  if (!(error instanceof HalinaError)) return { by: 'halina', reason: 'error' };
  switch (error.code) {
    case 'SIP_NOT_SENT': // The transaction is gone: the caller gave up while we answered.
      return { by: caller, reason: 'cancelled' };
    case 'PEER_GONE': // A party that was to come from another call.
    case 'PEER_REFUSED':
      return { by: 'employee', reason: 'peer-lost' };
    case 'MEDIA_NO_PORTS':
    case 'MEDIA_NO_ENGINE':
      return { by: 'halina', reason: 'error', status: 503 };
    case 'MEDIA_ENGINE_LOST':
      return { by: 'halina', reason: 'engine-lost' };
    default:
      return { by: 'halina', reason: 'error' };
  }
}
