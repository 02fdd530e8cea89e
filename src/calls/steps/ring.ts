/** The step in which handsets ring. */
import { redirectTo, Ringing, roundsOf } from '../call/ringing.js';
import type { Runner, RingStep } from './step.js';

export const runRing: Runner<RingStep> = ({ handsets: extensions, strategy, ringMs }, host, tell) => {
  const { context, log, session, other, headers } = host;
  const { sip, clock, config, handsets } = context;
  const ringing = new Ringing({
    sip,
    clock,
    log,
    rounds: roundsOf(extensions, strategy),
    ringMs,
    handsets,
    redirect: redirectTo(config),
    offer: session.createOffer(other),
    headers,
    tell: (event) => {
      if (event.type !== 'failed') return tell(event);
      return tell({ type: 'over', outcome: { is: 'unanswered', why: event.why, status: event.status } });
    },
  });
  ringing.start();
  log.info({ extensions, strategy }, 'handsets ring');
  return ringing;
};
