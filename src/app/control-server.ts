/** The running program's end of the control socket. */
import { chmod, rm } from 'node:fs/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { HalinaError, errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { commands, controlSocket, type CommandName, type Control } from './control-api.js';

/** Room for a file of anchors that was kept elsewhere. */
const BODY_LIMIT = 64 * 1024 * 1024;

const names = Object.keys(commands) as CommandName[];

export class ControlServer {
  private constructor(
    private readonly http: FastifyInstance,
    private readonly path: string,
  ) {}

  /** Listens in the data folder, whose lock the caller holds. Only the program's own user may connect. */
  static async start(data: string, control: Control, log: Log): Promise<ControlServer> {
    const path = controlSocket(data);
    const http = Fastify({ logger: false, bodyLimit: BODY_LIMIT });
    for (const name of names)
      http.post(`/${name}`, async (request, reply) => {
        try {
          return await answer(control, name, request.body);
        } catch (error) {
          if (!(error instanceof HalinaError))
            log.error({ command: name, error: errorMessage(error) }, 'a command failed');
          const code = error instanceof HalinaError ? error.code : 'FAILED';
          const hint = error instanceof HalinaError ? error.hint : undefined;
          return reply.code(422).send({ code, message: errorMessage(error), ...(hint ? { hint } : {}) });
        }
      });
    // A socket that a killed program left behind is nobody's: the folder's lock is ours.
    await rm(path, { force: true });
    await http.listen({ path });
    await chmod(path, 0o600);
    return new ControlServer(http, path);
  }

  async close(): Promise<void> {
    await this.http.close();
    await rm(this.path, { force: true });
  }
}

function answer(control: Control, name: CommandName, body: unknown): Promise<unknown> {
  const parsed = commands[name].request.safeParse(body ?? {});
  if (parsed.success) return (control[name] as (request: unknown) => Promise<unknown>)(parsed.data);
  const wrong = parsed.error.issues.map((one) => `${one.path.join('.')}: ${one.message}`);
  throw new HalinaError('COMMAND_INVALID', wrong.join('; '));
}
