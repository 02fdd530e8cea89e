/** A call's entry as a spool begins with it. */
import type { CallId } from '../../../src/base/brands.js';
import { newCallId } from '../../../src/base/call-id.js';
import type { CallEntry } from '../../../src/entry/call-entry.js';

export function callEntry(id: CallId = newCallId(Date.now())): CallEntry {
  return {
    version: 1,
    id,
    direction: 'inbound',
    trunk: 'provider',
    outside: { signalled: '48221234567', number: '+48221234567', withheld: false },
    dialled: '+48327654321',
    startedAt: Date.now(),
    zone: 'Europe/Warsaw',
    parts: [],
    record: { wanted: true },
  };
}
