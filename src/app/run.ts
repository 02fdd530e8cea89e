/** `halina start`: the program in the foreground until it is told to stop. */
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { formatHostPort } from '../sip/message/grammar.js';
import { listeningFaces } from '../sip/transport/configured.js';
import { systemClock } from '../base/clock.js';
import { createLog } from '../base/log.js';
import { ServiceManager, watchdogMs } from '../ops/service-manager.js';
import type { ConsoleAddress } from './console.js';
import { Program } from './program.js';
import { ONE_SCAVENGER } from './sip-process.js';
import type { Where } from './where.js';

/** Calls are ended, recordings closed, Redis saved, milliseconds. */
const CLOSING_MS = 30_000;

function tellConsole({ url, firstAdministrator }: ConsoleAddress): void {
  process.stderr.write(`\nConsole: ${url}\n`);
  if (firstAdministrator === undefined) return;
  process.stderr.write(
    `There is no account yet. The first administrator comes in here, once: ${firstAdministrator}\n\n`,
  );
}

export async function runProgram(where: Where): Promise<void> {
  // drachtio-srf asks the environment about every header of every message: a third of what a message costs there, since each
  // question goes to the system. A copy answers at once.
  process.env = { ...process.env };
  // What a call makes lives for its seconds and is then garbage; several threads that look for it cost a fifth more than one.
  setFlagsFromString(ONE_SCAVENGER);
  const logging = { level: where.config.log.level, pretty: process.stdout.isTTY };
  const log = createLog({ ...logging, name: 'halina' });
  const [stop, hurry] = [new AbortController(), new AbortController()];
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => (stop.signal.aborted ? hurry : stop).abort(signal));
  }
  const manager = ServiceManager.connect(process.env, log);
  const program = await Program.start(where, logging, log);
  process.on('SIGHUP', () => void program.reload());
  const faces = listeningFaces(where.config.sip.faces).map((face) => formatHostPort(face.address, face.port));
  log.info({ config: where.configFile, data: where.data, sip: faces }, 'ready');
  // To the terminal alone: the link is a way in.
  if (program.console) tellConsole(program.console);
  if (where.demo)
    log.info(
      {},
      'this is the demo configuration on loopback: copy config/halina.example.yaml to config/halina.yaml for your own',
    );
  manager.ready('calls are taken', systemClock, watchdogMs(process.env, process.pid), () => program.isAlive);
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  const { drainMs } = program;
  log.info({ signal: String(stop.signal.reason), drainMs }, 'stopping; told so again, it ends the calls at once');
  manager.stopping('calls may end', drainMs + CLOSING_MS);
  const told = hurry.signal.aborted ? Promise.resolve() : once(hurry.signal, 'abort');
  await Promise.race([program.drain(drainMs), told]);
  await program.close();
  manager.close();
  log.info({}, 'stopped');
}
