/** A call with the outside that is refused before anything is opened for it. It has its entry like every other. */
import { newCallId } from '../../base/call-id.js';
import type { CallContext, Outside } from './context.js';
import { reasonHeader, statusOf, type Ending } from './ending.js';
import { EntryBuilder } from './entry-builder.js';
import { RecordKeeper } from './record-keeper.js';
import { reply } from './reply.js';
import type { IncomingInvite } from '../sip-port.js';

export interface RefusedCall {
  readonly direction: 'inbound' | 'outbound';
  readonly invite: IncomingInvite;
  readonly trunk: string;
  readonly dialled: string;
  readonly outside: Outside;
  /** The handset that called. */
  readonly extension?: string;
}

/** Refuses it. Resolves when that is written down; never rejects. */
export async function recordRefusal(context: CallContext, call: RefusedCall, ending: Ending): Promise<void> {
  const { clock, config, ledger } = context;
  const { direction, invite, trunk, dialled, outside, extension } = call;
  const id = newCallId(clock.now());
  const log = context.log.child({ callId: id });
  const status = statusOf(ending);
  void reply(invite, status, log, { headers: { ...reasonHeader(ending), ...ending.headers } });
  const facts = new EntryBuilder(clock, {
    id,
    direction,
    trunk,
    outside,
    dialled,
    ...(extension === undefined ? {} : { employee: { extension } }),
    zone: config.office.zone,
    record: { wanted: false, why: 'not-connected' },
  });
  const keeper = new RecordKeeper(ledger, facts, log);
  await keeper.begin();
  await keeper.end({ ...ending, status }, undefined);
  log.info({ trunk, extension, dialled, reason: ending.reason, status }, 'call refused');
}
