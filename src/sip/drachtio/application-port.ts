/**
 * The port on which applications connect, and the connections that we make to applications (outbound mode). Either way the
 * application speaks first: `authenticate`; who does not do so in time, or with another secret, is dropped.
 */
import net from 'node:net';
import { once } from 'node:events';
import type { Clock } from '../../base/clock.js';
import { HalinaError, errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { Application, type ApplicationMessage } from './application.js';

export interface ApplicationPortOptions {
  readonly host: string;
  readonly port: number;
}

export interface ApplicationPortEvents {
  onJoined(application: Application): void;
  onMessage(application: Application, message: ApplicationMessage): void;
  onGone(application: Application): void;
}

/** Milliseconds in which a connection must be made, and an application must say who it is. */
const CONNECT = 3000;
const AUTHENTICATE = 5000;

export class ApplicationPort {
  readonly #server = net.createServer();
  readonly #waiting = new Map<Application, (application: Application | undefined) => void>();

  private constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly events: ApplicationPortEvents,
  ) {}

  /** Rejects with `SIP_PORT_TAKEN`. Port 0 takes a free one. */
  static async listen(
    { host, port }: ApplicationPortOptions,
    clock: Clock,
    log: Log,
    events: ApplicationPortEvents,
  ): Promise<ApplicationPort> {
    const opened = new ApplicationPort(clock, log, events);
    try {
      opened.#server.listen(port, host);
      await once(opened.#server, 'listening');
    } catch (error) {
      throw new HalinaError(
        'SIP_PORT_TAKEN',
        `applications cannot connect at ${host}:${port}: ${errorMessage(error)}`,
        { hint: 'Another program may use this port: see `ss -lntp`.', cause: error },
      );
    }
    opened.#server.on('connection', (socket) => opened.#join(socket, false));
    return opened;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** Connects to an application that listens, for one request; undefined where nobody answers there as it should. */
  async dial(host: string, port: number): Promise<Application | undefined> {
    const socket = net.connect({ host, port });
    const limit = this.clock.setTimer(CONNECT, () => socket.destroy(new Error(`no connection in ${CONNECT} ms`)));
    try {
      await once(socket, 'connect');
    } catch (error) {
      this.log.warn({ host, port, error: errorMessage(error) }, 'an application cannot be reached');
      return undefined;
    } finally {
      limit.cancel();
    }
    const application = this.#join(socket, true);
    return new Promise((resolve) => this.#waiting.set(application, resolve));
  }

  /** The application said who it is. */
  authenticated(application: Application): void {
    application.authenticated = true;
    this.#settle(application, application);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #settle(application: Application, outcome: Application | undefined): void {
    this.#waiting.get(application)?.(outcome);
    this.#waiting.delete(application);
  }

  #join(socket: net.Socket, dialled: boolean): Application {
    const limit = this.clock.setTimer(AUTHENTICATE, () => {
      if (!application.authenticated) application.drop();
    });
    const application: Application = new Application(socket, dialled, () => this.clock.now(), {
      onMessage: (message) => this.events.onMessage(application, message),
      onGone: () => {
        limit.cancel();
        this.#settle(application, undefined);
        this.events.onGone(application);
      },
    });
    this.events.onJoined(application);
    return application;
  }
}
