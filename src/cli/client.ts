/** The command line's end of the control socket. */
import http from 'node:http';
import { HalinaError } from '../base/errors.js';
import { commands, controlSocket, failure, type CommandName, type Reply, type Request } from '../app/control-api.js';

/** Whether nothing listens there: no program runs on this data folder. */
export class NotRunning extends HalinaError {
  constructor(data: string) {
    super('NOT_RUNNING', `no Halina runs on the data folder ${data}`, { hint: 'start it with `npm start`' });
  }
}

function post(data: string, path: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const request = http.request({ socketPath: controlSocket(data), path, method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? new NotRunning(data) : error);
    });
    request.end(body);
  });
}

/** Asks the running program. Rejects with `NotRunning`, or with what the program answered. */
export async function ask<K extends CommandName>(data: string, name: K, request: Request<K>): Promise<Reply<K>> {
  const { status, text } = await post(data, `/${name}`, JSON.stringify(request));
  const reply: unknown = JSON.parse(text);
  if (status === 200) return commands[name].reply.parse(reply) as Reply<K>;
  const { code, message, hint } = failure.parse(reply);
  throw new HalinaError(code, message, hint === undefined ? {} : { hint });
}
