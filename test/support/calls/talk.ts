/** Calls that are up, for tests of what can be done with them. */
import type { CallEntry } from '../../../src/entry/call-entry.js';
import type { ConfigInput } from '../../../src/config/schema.js';
import { Office, settled } from './office.js';
import type { FakeDialog, FakeInvite } from './scripted-sip.js';

export interface Talk {
  readonly office: Office;
  readonly caller: FakeInvite;
  readonly outside: FakeDialog;
  readonly inside: FakeDialog;
}

const dialogOf = (invite: FakeInvite): FakeDialog => {
  if (!invite.dialog) throw new Error('the INVITE was not answered');
  return invite.dialog;
};

/** A caller from outside and handset 201 talk. */
export async function talking(changes: Partial<ConfigInput> = {}): Promise<Talk> {
  const office = new Office(changes);
  const caller = await office.callerCalls();
  await office.hearNotice(caller);
  const inside = await office.answer('201');
  return { office, caller, outside: dialogOf(caller), inside };
}

/** Handset `from` calls handset `to`, which answers: the dialogs of both. */
export async function consult(office: Office, from: string, to: string): Promise<{ from: FakeDialog; to: FakeDialog }> {
  const invite = await office.dials(from, to);
  const answered = await office.answer(to);
  const calling = dialogOf(invite);
  for (const dialog of [calling, answered]) dialog.answerBody = 'v=0 answer';
  return { from: calling, to: answered };
}

/** A Refer-To by which the party takes the place of a dialog of the sender's. */
export const replacing = (target: string, { callId, localTag, remoteTag }: FakeDialog): string =>
  `<sip:${target}@192.0.2.1?Replaces=${encodeURIComponent(`${callId};to-tag=${localTag};from-tag=${remoteTag}`)}>`;

/** The party on a dialog sends the other one on; the final status of its REFER. */
export async function refers(dialog: FakeDialog, referTo: string): Promise<number | undefined> {
  const request = dialog.peer('REFER', '', { 'Refer-To': referTo });
  await settled();
  return request.final?.status;
}

/** What the party on a dialog was told of its REFER: `100 active`, `200 terminated`. */
export const told = (dialog: FakeDialog): string[] =>
  dialog.requests
    .filter(({ method }) => method === 'NOTIFY')
    .map(({ body, headers }) => {
      const state = String(headers?.['Subscription-State']).split(';')[0] ?? '';
      return `${body?.split(' ')[1] ?? ''} ${state}`;
    });

/** The caller hangs up after a while; the parts of the only recording. */
export async function parts({ office, outside }: Talk, ms = 5_000): Promise<CallEntry['parts']> {
  await office.pass(ms);
  outside.hangUp();
  await settled();
  if (office.calls.count > 0 || office.ledger.ended.length !== 1) throw new Error('it is not the only call, and over');
  return office.entry.parts;
}

/** A Refer-To. */
export const to = (target: string): string => `<sip:${target}@192.0.2.1>`;
