/** `halina start`: the program in the foreground until it is told to stop. */
import { once } from 'node:events';
import { formatHostPort } from '../sip/message/grammar.js';
import { listeningFaces } from '../sip/transport/configured.js';
import { createLog } from '../base/log.js';
import { Program } from './program.js';
import type { Where } from './where.js';

export async function runProgram(where: Where): Promise<void> {
  const logging = { level: where.config.log.level, pretty: process.stdout.isTTY };
  const log = createLog({ ...logging, name: 'halina' });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort(signal));
  const program = await Program.start(where, logging, log);
  process.on('SIGHUP', () => void program.reload());
  const faces = listeningFaces(where.config.sip.faces).map((face) => formatHostPort(face.address, face.port));
  log.info({ config: where.configFile, data: where.data, sip: faces }, 'ready');
  if (where.demo)
    log.info(
      {},
      'this is the demo configuration on loopback: copy config/halina.example.yaml to config/halina.yaml for your own',
    );
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  log.info({ signal: String(stop.signal.reason) }, 'stopping');
  await program.close();
  log.info({}, 'stopped');
}
