/** The usual arrangement of an end-to-end test in one line each: voices, handsets, an outside caller with sound. */
import { mkdir, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Baresip, type BaresipOptions } from './baresip.js';
import { rtpPeer, type RtpPeer, type RtpPeerOptions } from '../peers/rtp-peer.js';
import { address } from './network.js';
import { run } from './process.js';
import { sipp, type Sipp, type SippOptions } from './sipp.js';
import { voice } from './voices.js';

/** Number of the office in `officeConfig`, as the provider dials it. */
export const OFFICE = '48227836000';
export const CALLER = '+48601234567';
/** RTP port of the outside party. */
export const OUTSIDE_MEDIA = 9000;

/** Handset n (0, 1, …) is extension 201 + n at `address.handset(n)`, registered, speaking with the employee's voice. */
export async function handset(n = 0, changes: Partial<BaresipOptions> = {}): Promise<Baresip> {
  const extension = String(201 + n);
  return Baresip.start({
    extension,
    password: `secret-${extension}`,
    address: address.handset(n),
    registrar: address.officeFace,
    controlPort: 4440 + n,
    audio: (await voice('employee')).wav,
    ...changes,
  });
}

/** The sound of the outside party at its media port; it begins when the first packet reaches it. */
export async function outsideSound(changes: Partial<RtpPeerOptions> = {}): Promise<RtpPeer> {
  return rtpPeer({
    address: address.provider,
    base: OUTSIDE_MEDIA,
    audio: (await voice('caller')).alaw,
    ...changes,
  });
}

/** Whether a packet is sound from a handset (baresip's range of ports; which address it takes is the kernel's choice). */
export const fromHandset = (packet: { readonly fromPort: number }): boolean =>
  packet.fromPort >= 30_000 && packet.fromPort < 31_000;

/** A folder with notices of one second, for tests that are about something else. */
export async function shortNotice(): Promise<string> {
  const folder = resolve(import.meta.dirname, '../../../../dist/peers/prompts');
  await mkdir(join(folder, 'pl'), { recursive: true });
  for (const name of ['notice', 'notice-opt-out', 'notice-opt-in']) {
    const beside = join(folder, `${process.pid}-${name}.wav`);
    await run('sox', ['-n', '-r', '8000', '-c', '1', '-b', '16', beside, 'synth', '1', 'sine', '440', 'vol', '0.2']);
    await rename(beside, join(folder, 'pl', `${name}.wav`));
  }
  return folder;
}

/** A call from the provider to the office's number, by one of the `caller-…` scenarios or its steps. */
export async function outsideCall(
  scenario: SippOptions['scenario'],
  values: Readonly<Record<string, string | number>> = {},
  changes: Partial<SippOptions> = {},
): Promise<Sipp> {
  return sipp({
    ...changes,
    scenario,
    address: address.provider,
    to: `${address.trunkFace}:5060`,
    values: { number: OFFICE, caller: CALLER, media: OUTSIDE_MEDIA, ...values },
  });
}

/** The provider's side of an outbound call, by one of the `callee-…` scenarios or its steps. */
export async function outsideCallee(
  scenario: SippOptions['scenario'],
  values: Readonly<Record<string, string | number>> = {},
  changes: Partial<SippOptions> = {},
): Promise<Sipp> {
  return sipp({
    ...changes,
    scenario,
    address: address.provider,
    values: { media: OUTSIDE_MEDIA, wait: 60_000, ...values },
  });
}

/** SIPp as handset n (extension 201 + n): registers, then behaves as a `callee-…` scenario or its steps say. */
export async function sippHandset(
  scenario: SippOptions['scenario'],
  values: Readonly<Record<string, string | number>> = {},
  n = 0,
): Promise<Sipp> {
  await register(n);
  return sipp({ scenario, address: address.handset(n), values: { media: 9100, ring: 300, wait: 60_000, ...values } });
}

/** The handset 201 + n, at its own address. */
export async function register(n: number): Promise<void> {
  const extension = String(201 + n);
  const registration = await sipp({
    scenario: 'handset-registers',
    address: address.handset(n),
    to: `${address.officeFace}:5060`,
    fields: [`${extension};[authentication username=${extension} password=secret-${extension}]`],
    values: { port: 5060 },
  });
  await registration.done();
}
