/**
 * Handsets fetch their configuration here over HTTPS: `https://HOST:PORT/SECRET/FILE`. There is nothing to see without a
 * secret; every refusal is the same 404, whether the device is unknown, the secret wrong or the path nonsense.
 */
import { readFile } from 'node:fs/promises';
import type { TLSSocket } from 'node:tls';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Clock } from '../base/clock.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Config } from '../config/schema.js';
import { readSecret } from '../config/secrets.js';
import { Attempts } from './attempts.js';
import { Devices, devicesOf, macsIn } from './device.js';
import { Fetches, type Asked } from './fetches.js';
import { Templates, type Registrar } from './template.js';

export interface ProvisioningOptions {
  readonly settings: NonNullable<Config['provisioning']>;
  readonly handsets: Config['handsets'];
  /** Folder of the templates. */
  readonly templates: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Who fetched what is noted here. */
  readonly fetches?: Fetches;
}

const NOTHING = 'not found\n';

export class ProvisioningServer {
  readonly #http: FastifyInstance;
  readonly #templates: Templates;
  readonly #registrar: Registrar;
  readonly #attempts: Attempts;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #fetches: Fetches;
  #devices: Devices;

  private constructor(http: FastifyInstance, templates: Templates, options: ProvisioningOptions) {
    const { settings, handsets, clock, log } = options;
    this.#http = http;
    this.#templates = templates;
    this.#attempts = new Attempts(clock);
    this.#log = log;
    this.#clock = clock;
    this.#fetches = options.fetches ?? new Fetches();
    this.#devices = new Devices(devicesOf({ handsets }));
    this.#registrar = {
      host: settings.registrar ?? settings.host,
      port: settings.registrarPort,
      transport: settings.transport,
      adminPassword: readSecret(settings.adminPassword),
    };
  }

  /** Listens. Rejects with `PROVISIONING_FAILED` where a file cannot be read or the port is taken. */
  static async start(options: ProvisioningOptions): Promise<ProvisioningServer> {
    const { address, port, certificate, key, clientCertificates } = options.settings;
    try {
      const [cert, privateKey, ca] = await Promise.all(
        [certificate, key, clientCertificates].map(async (file) =>
          file === undefined ? undefined : await readFile(file),
        ),
      );
      // Without a trusted certificate a device still has its secret: it is asked for one, and need not have it.
      const clients = ca ? { ca, requestCert: true, rejectUnauthorized: false } : {};
      const http = Fastify({
        logger: false,
        https: {
          ...(cert ? { cert } : {}),
          ...(privateKey ? { key: privateKey } : {}),
          minVersion: 'TLSv1.2',
          ...clients,
        },
        // A path that cannot be read is answered like any other that leads nowhere.
        frameworkErrors: (_error, _request, reply) => void refuse(reply as unknown as FastifyReply),
        requestTimeout: 10_000,
        connectionTimeout: 10_000,
      }) as unknown as FastifyInstance;
      const server = new ProvisioningServer(http, await Templates.read(options.templates), options);
      server.#route();
      await http.listen({ host: address, port });
      return server;
    } catch (error) {
      if (error instanceof HalinaError) throw error;
      const hint = 'see the section `provisioning`: the files must be readable, the port free';
      throw new HalinaError('PROVISIONING_FAILED', `handsets cannot be provisioned: ${errorMessage(error)}`, {
        hint,
        cause: error,
      });
    }
  }

  /** Where it listens. */
  get port(): number {
    const address = this.#http.server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  /** Devices are those of this configuration from now on. */
  configure({ handsets }: Pick<Config, 'handsets'>): void {
    this.#devices = new Devices(devicesOf({ handsets }));
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  #route(): void {
    this.#http.get<{ Params: { secret: string; file: string } }>('/:secret/:file', (request, reply) => {
      const { secret, file } = request.params;
      const found = this.#answer(request, secret, file);
      if (!found) return this.#nothing(request, reply, this.#devices.isSecret(secret));
      return reply.header('cache-control', 'no-store').type(found.type).send(found.body);
    });
    this.#http.setNotFoundHandler((request, reply) => this.#nothing(request, reply));
    this.#http.setErrorHandler((_error, request, reply) => this.#nothing(request, reply));
  }

  #answer(request: FastifyRequest, secret: string, file: string): { type: string; body: string } | undefined {
    const address = request.ip;
    if (this.#attempts.isOver(address)) return undefined;
    const device = this.#devices.find(file, secret, certifiedMacs(request));
    const owner = this.#devices.ownerOf(file);
    if (!device) {
      if (owner !== undefined) this.#fetches.refused(owner, this.#askedBy(request));
      return undefined;
    }
    const { extension, maker, mac } = device;
    const by = this.#askedBy(request);
    this.#fetches.fetched(extension, by);
    const { userAgent } = by;
    this.#log.info({ extension, maker, mac, source: address, userAgent }, 'a handset fetched its configuration');
    return this.#templates.render(device, this.#registrar);
  }

  #askedBy(request: FastifyRequest): Asked {
    const userAgent = request.headers['user-agent']?.slice(0, 100);
    const address = request.ip.replace(/^::ffff:(?=\d+\.)/, '');
    return { at: this.#clock.now(), address, ...(userAgent === undefined ? {} : { userAgent }) };
  }

  /** `isKnown`: whoever asks has a secret of ours, and does not guess. */
  #nothing(request: FastifyRequest, reply: FastifyReply, isKnown = false): FastifyReply {
    if (!isKnown && this.#attempts.failed(request.ip))
      this.#log.warn(
        { source: request.ip },
        'too many wrong requests for configurations of handsets: none is answered for ten minutes',
      );
    return refuse(reply);
  }
}

const refuse = (reply: FastifyReply): FastifyReply => reply.code(404).type('text/plain').send(NOTHING);

/** MAC addresses that a maker whom we trust has certified to whoever is connected. */
function certifiedMacs(request: FastifyRequest): string[] {
  const socket = request.raw.socket as TLSSocket;
  if (!socket.authorized) return [];
  return macsIn({ ...socket.getPeerCertificate().subject });
}
