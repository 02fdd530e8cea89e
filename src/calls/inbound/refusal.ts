/** A call from a trunk that is refused before anything is opened for it. It has its entry like every other. */
import { newCallId } from '../../base/call-id.js';
import type { CallContext, Outside } from '../call/context.js';
import { reasonHeader, statusOf, type Ending } from '../call/ending.js';
import { EntryBuilder } from '../call/entry-builder.js';
import { RecordKeeper } from '../call/record-keeper.js';
import { reply } from '../call/reply.js';
import type { IncomingInvite } from '../sip-port.js';

export interface RefusedCall {
  readonly invite: IncomingInvite;
  readonly trunk: string;
  readonly dialled: string;
  readonly outside: Outside;
}

/** Refuses it. Resolves when that is written down; never rejects. */
export async function recordRefusal(context: CallContext, call: RefusedCall, ending: Ending): Promise<void> {
  const { clock, config, ledger } = context;
  const { invite, trunk, dialled, outside } = call;
  const id = newCallId(clock.now());
  const log = context.log.child({ callId: id });
  const status = statusOf(ending);
  void reply(invite, status, log, { headers: { ...reasonHeader(ending), ...ending.headers } });
  const facts = new EntryBuilder(clock, {
    id,
    direction: 'inbound',
    trunk,
    outside,
    dialled,
    zone: config.office.zone,
    record: { wanted: false, why: 'not-connected' },
  });
  const keeper = new RecordKeeper(ledger, facts, log);
  await keeper.begin();
  await keeper.end({ ...ending, status }, undefined);
  log.info({ trunk, dialled, reason: ending.reason, status }, 'call refused');
}
