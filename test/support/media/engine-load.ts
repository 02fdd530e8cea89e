/**
 * Many recorded calls through the media engine alone, without signalling: the sound comes from `rtp-peer`, which carries the
 * sending time and a counter in each packet.
 */
import { join } from 'node:path';
import { newCallId } from '../../../src/base/call-id.js';
import type { MediaEngine, MediaSession } from '../../../src/media/engine.js';
import { callEntry } from './entry.js';

export interface EngineLoadOptions {
  readonly calls: number;
  /** Where the sessions' sockets are, and where the peers' are: stream 2n and 2n + 1 are the legs of call n. */
  readonly address: string;
  readonly peerAddress: string;
  readonly peerBase: number;
  /** Where the spools go; undefined: nothing is recorded. */
  readonly spools: string | undefined;
}

/** Bytes that a recorded call adds to its spool in a second: a hundred packets of 172 bytes with their headers. */
export const SPOOL_BYTES_A_SECOND = 100 * (172 + 44);

const described = (address: string, port: number): string =>
  ['v=0', `o=- 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0', `m=audio ${port} RTP/AVP 8`, ''].join(
    '\r\n',
  );

/** A call of which both sides are heard, recorded where that is wanted. */
export async function loadedCall(engine: MediaEngine, options: EngineLoadOptions, n: number): Promise<MediaSession> {
  const { address, peerAddress, peerBase, spools } = options;
  const at = { local: address, advertised: address };
  const id = newCallId(Date.now());
  const session = await engine.openSession({ id, addresses: { outside: at, inside: at } });
  session.acceptOffer('outside', described(peerAddress, peerBase + 4 * n));
  session.createOffer('inside');
  session.acceptAnswer('inside', described(peerAddress, peerBase + 4 * n + 2));
  if (spools !== undefined) await session.startSpool(join(spools, `${id}.pcap`), callEntry(id));
  session.tone('outside', 'ringback'); // a peer speaks when it is spoken to
  while ((await session.stats()).outside.packetsReceived === 0);
  session.bridge();
  return session;
}

/** All of them, some at a time. */
export async function engineLoad(engine: MediaEngine, options: EngineLoadOptions): Promise<MediaSession[]> {
  const sessions: MediaSession[] = [];
  const next = [...Array(options.calls).keys()];
  const worker = async (): Promise<void> => {
    for (let n = next.shift(); n !== undefined; n = next.shift()) sessions[n] = await loadedCall(engine, options, n);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return sessions;
}
