/** Ends a dialog of before a crash: a BYE from what was saved of it, sent outside any dialog that the server knows. */
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { SavedDialog } from '../ports.js';
import type { SipPort } from '../sip-port.js';
import { reasonHeader } from './ending.js';

/** How far above the last known CSeq ours is: the SIP server may have sent requests of its own (session refreshes). */
const CSEQ_AHEAD = 100;

/** Never rejects: a peer that is gone has no dialog to end. */
export async function byeAfterCrash(sip: SipPort, dialog: SavedDialog, log: Log): Promise<void> {
  const { callId, localUri, localTag, remoteUri, remoteTag, remoteTarget, routeSet, localCSeq, nextHop } = dialog;
  const headers = {
    ...reasonHeader({ by: 'halina', reason: 'restart' }),
    From: `<${localUri}>;tag=${localTag}`,
    To: `<${remoteUri}>;tag=${remoteTag}`,
    'Call-ID': callId,
    CSeq: `${localCSeq + CSEQ_AHEAD} BYE`,
    ...(routeSet.length > 0 ? { Route: routeSet } : {}),
  };
  try {
    const { status } = await sip.request({ method: 'BYE', uri: remoteTarget, nextHop, headers });
    log.info({ sipCallId: callId, status }, 'a call of before the restart was ended');
  } catch (error) {
    log.warn({ sipCallId: callId, error: errorMessage(error) }, 'a call of before the restart could not be ended');
  }
}
