/** The step in which handsets ring. */
import { redirectTo, Ringing, roundsOf } from '../call/ringing.js';
import { beginAt } from './begin.js';
import type { Runner, RingStep } from './step.js';

export const runRing: Runner<RingStep> = ({ handsets: extensions, strategy, ringMs }, host, tell) => {
  const { context, log, headers } = host;
  const { sip, clock, config, handsets } = context;
  const [first] = extensions.flatMap((extension) => handsets.targets(extension));
  log.info({ extensions, strategy }, 'handsets ring');
  return beginAt(first?.binding.sourceAddress, host, tell, (peer) => {
    const ringing = new Ringing({
      sip,
      clock,
      log,
      rounds: roundsOf(extensions, strategy),
      ringMs,
      handsets,
      redirect: redirectTo(config),
      offer: peer.createOffer(),
      take: (sdp, signalling) => peer.acceptOffer(sdp, signalling),
      headers,
      tell: (event) => {
        if (event.type === 'rings') return tell(event);
        if (event.type === 'answered') return tell({ ...event, peer });
        return tell({ type: 'over', outcome: { is: 'unanswered', why: event.why, status: event.status } });
      },
    });
    ringing.start();
    return ringing;
  });
};
