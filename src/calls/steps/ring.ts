/** The step in which handsets ring. */
import type { LegPeer } from '../../media/engine.js';
import { redirectTo, Ringing, roundsOf } from '../call/ringing.js';
import { handsetSecurity } from '../call/security.js';
import type { HandsetTarget } from '../registrar/registrar.js';
import { beginAt } from './begin.js';
import type { Runner, RingStep, StepHost } from './step.js';

export const runRing: Runner<RingStep> = ({ handsets: extensions, strategy, ringMs }, host, tell) => {
  const { context, log, headers } = host;
  const { sip, clock, config, handsets } = context;
  const targets = extensions.flatMap((extension) => handsets.targets(extension));
  log.info({ extensions, strategy }, 'handsets ring');
  return beginAt(placesOf(targets, host), host, tell, (peerOf) => {
    const ringing = new Ringing({
      sip,
      clock,
      log,
      rounds: roundsOf(extensions, strategy),
      ringMs,
      handsets,
      redirect: redirectTo(config),
      peerOf,
      headers,
      tell: (event) => {
        if (event.type !== 'failed') return tell(event);
        return tell({ type: 'over', outcome: { is: 'unanswered', why: event.why, status: event.status } });
      },
    });
    ringing.start();
    return ringing;
  });
};

/** A place for every way in which they are reached; one that is reached otherwise later has none. */
async function placesOf(
  targets: readonly HandsetTarget[],
  { place, context: { config }, log }: StepHost,
): Promise<(target: HandsetTarget) => LegPeer | undefined> {
  const securityOf = ({ binding: { extension, protocol } }: HandsetTarget) =>
    handsetSecurity(config, extension, protocol);
  const places = new Map<string, LegPeer>();
  for (const target of targets) {
    const security = securityOf(target);
    const { extension, sourceAddress } = target.binding;
    if (security === 'refuse')
      log.warn({ extension }, 'a handset must encrypt its sound and is not reached over TLS: it does not ring');
    else places.set(security, places.get(security) ?? (await place.at(sourceAddress, security)));
  }
  return (target) => places.get(securityOf(target));
}
