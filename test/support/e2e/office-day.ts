/** What tests of an office's own ways share: handsets that dial codes, and a call's recording. */
import type { CallRecord } from '../../../src/archive/lifecycle.js';
import type { Baresip } from './baresip.js';
import { decode, type Decoded } from './decoded.js';
import type { Halina } from './halina.js';
import { address } from './network.js';

/** Dials a code and hears what it did; `times`: how many codes were dialled with this one, in the test. */
export async function dialsCode(halina: Halina, phone: Baresip, keys: string, times: number): Promise<void> {
  await phone.command('dial', `sip:${encodeURIComponent(keys)}@${address.officeFace}`);
  await halina.loggedTimes('what a code did', times);
  await phone.event('CALL_CLOSED');
  phone.forget();
}

export type Kept = { readonly recording: Decoded; readonly entry: CallRecord['entry'] };

/** The nth recording of the page, from 1. */
export async function keptCall(halina: Halina, n = 1): Promise<Kept> {
  const line = (await halina.loggedTimes('recording kept', n))[n - 1];
  const { path, callId } = line as unknown as { path: string; callId: string };
  return { recording: await decode(path), entry: (await halina.record(callId)).entry };
}
