/**
 * `halina demo`: a whole office on loopback for half a minute. Every real part is started with a configuration of its own, one
 * built-in telephone calls as a provider's trunk would, another is the handset; what they say is recorded.
 */
import dgram from 'node:dgram';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { HalinaError } from '../../base/errors.js';
import { createLog } from '../../base/log.js';
import { configSchema } from '../../config/schema.js';
import { Program } from '../program.js';
import { Phone, until } from './phone.js';

const HALINA = '127.0.0.1';
const PROVIDER = '127.0.0.2';
const HANDSET = '127.0.0.3';
const NUMBER = '+48227836000';
const CALLER = '+48601234567';
const TALK_MS = 12_000;

/** A free UDP port of loopback. */
async function freePort(): Promise<number> {
  const socket = dgram.createSocket('udp4');
  socket.bind(0, HALINA);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

function demoConfig(port: number, data: string) {
  return configSchema.parse({
    sip: { faces: [{ name: 'loopback', address: HALINA, port }] },
    trunks: [{ name: 'demo-provider', addresses: [PROVIDER], proxy: `sip:${PROVIDER}` }],
    handsets: [{ extension: '201', password: 'demo-handset-201', displayName: 'Demo' }],
    routes: [{ name: 'demo', numbers: [NUMBER], handsets: ['201'] }],
    storage: { data, quota: '100MB', minFree: '10MB', maxAge: '30d' },
    // Its half minute may fall beside a program whose console is open, and nobody comes to look at this one's.
    console: { enabled: false },
    log: { level: 'warn' },
  });
}

/** `say`: gets a line for each thing that happens. Gives the path of the MP3. */
export async function runDemo(folder: string | undefined, say: (line: string) => void): Promise<{ path: string }> {
  const data = resolve(folder ?? 'data/demo');
  const config = demoConfig(await freePort(), data);
  const face = config.sip.faces[0];
  const registrar = `${HALINA}:${face?.port ?? 0}`;
  const logging = { level: 'warn', pretty: process.stdout.isTTY } as const;
  const log = createLog({ ...logging, name: 'demo' });
  say('starting Halina on loopback: SIP server, media engine, archive, Redis');
  const program = await Program.start({ configFile: 'demo', config, data, demo: true }, logging, log);
  const speech = (name: string): string => join(import.meta.dirname, '../../../../demo', `${name}.wav`);
  const handset = await Phone.start({ address: HANDSET, port: 0, voice: speech('employee'), log }, async () => {
    say('the handset 201 rings, and answers after a second');
    await wait(1000);
  });
  const caller = await Phone.start({ address: PROVIDER, port: 0, voice: speech('caller'), log });
  try {
    await handset.register(registrar, '201', 'demo-handset-201');
    say('the handset 201 is registered');
    await caller.call(`sip:${NUMBER}@${registrar}`, `sip:${CALLER}@${PROVIDER}`);
    say(`${CALLER} calls ${NUMBER}: answered, and hears the notice`);
    await until(() => caller.voice.heard > 0, 'sound to the caller', 5000);
    await until(() => handset.voice.heard > 0, 'sound to the handset', 60_000);
    say(`the two talk for ${TALK_MS / 1000} seconds`);
    await wait(TALK_MS);
    await caller.hangUp();
    await handset.over;
    say('the caller hung up; the recording is encoded');
    const recording = await recorded(program);
    say(`recorded ${(recording.durationMs / 1000).toFixed(1)} s: left the caller, right the employee`);
    return { path: recording.path };
  } finally {
    await Promise.all([caller.close(), handset.close()]);
    await program.close();
  }
}

/** The recording of the newest call, once it is kept. */
async function recorded(program: Program): Promise<{ path: string; durationMs: number }> {
  for (let tries = 0; tries < 600; tries++) {
    const { calls } = await program.control.calls({ limit: 1 });
    const { path, durationMs } = calls[0]?.recording ?? {};
    if (path !== undefined && durationMs !== undefined) return { path, durationMs };
    await wait(50);
  }
  throw new HalinaError('DEMO_FAILED', 'the recording was not kept in 30 seconds');
}
