/** The step in which someone outside is called, for a call that comes from outside itself or was sent there. */
import { addressOfTrunk } from '../call/addresses.js';
import { trunkSecurity } from '../call/security.js';
import type { LegPeer } from '../../media/engine.js';
import type { CalleeEvent } from '../outbound/callee.js';
import type { Destination } from '../outbound/destination.js';
import { outsideCallee } from '../outbound/outside-callee.js';
import type { DiversionReason, SentOn } from '../trunks/diversion.js';
import { beginAt } from './begin.js';
import type { DialStep, Runner, StepEvent } from './step.js';

export const runDial: Runner<DialStep> = ({ number, by, why, ringMs }, host, tell) => {
  const { context, log } = host;
  const { config, switchboard } = context;
  const to = switchboard.outside(by, number, why && forwarded(why, host.sentOn));
  if (to.kind === 'refused') {
    log.info({ number, by, status: to.status, reason: to.reason }, 'a call is not sent on to the outside');
    queueMicrotask(() => tell({ type: 'over', outcome: { is: 'unanswered', why: 'unreachable', status: to.status } }));
    return { cancel: () => undefined };
  }
  const { trunk } = to;
  let current = trunk;
  log.info({ trunk: trunk.name, number: to.number, by }, 'the call is sent on to the outside');
  const place = host.place.at(addressOfTrunk(trunk), trunkSecurity(config, trunk));
  return beginAt(place, host, tell, (peer) => {
    const callee = outsideCallee(to, {
      context,
      log,
      peer,
      ringMs: ringMs ?? config.outbound.ring,
      take: (sdp, signalling) => peer.acceptOffer(sdp, signalling),
      tell: (event) => tell(stepEvent(event, { ...to, trunk: current }, peer)),
      onTrunk: (next) => (current = next),
    });
    callee.call();
    return callee;
  });
};

/** The office's number, as it was called, sends the call on; a call from nobody outside is sent on by who is shown for it. */
function forwarded(reason: DiversionReason, before: SentOn = { senders: [] }): SentOn {
  const senders = before.senders.length > 0 ? before.senders : [{ reason }];
  const last = senders.at(-1);
  return { ...before, senders: [...senders.slice(0, -1), { ...last, reason }] };
}

function stepEvent(event: CalleeEvent, to: Destination & { kind: 'external' }, peer: LegPeer): StepEvent {
  if (event.type === 'progress') return { type: 'rings' };
  if (event.type === 'answered')
    return {
      type: 'answered',
      dialog: event.dialog,
      party: { kind: 'outside', number: to.number, trunk: to.trunk },
      peer,
    };
  const { reason, status } = event.ending;
  const why = reason === 'busy' || reason === 'refused' || reason === 'no-answer' ? reason : 'unreachable';
  return { type: 'over', outcome: { is: 'unanswered', why, status } };
}
