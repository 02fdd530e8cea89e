/**
 * Structured logging: one event a line, with the call's id where there is a call. Levels mean something: `error` is
 * for what someone must act on, `warn` for what someone should know, `info` for the life of calls and processes.
 */
import { pino, type DestinationStream } from 'pino';
import { prettyFactory } from 'pino-pretty';

export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  child(facts: object): Log;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LogOptions {
  readonly level: LogLevel;
  /** Readable lines for a terminal instead of JSON. */
  readonly pretty: boolean;
  /** The process that speaks: `halina`, `sip`, `media`. */
  readonly name: string;
  /** Where lines go; by default stdout, synchronously, so that nothing is lost in a crash. */
  readonly destination?: DestinationStream;
}

/** Facts that would be secrets never get into a line, whoever puts them there. */
const SECRETS = ['password', 'secret', 'authorization', 'proxyAuthorization'];

export function createLog({ level, name, destination, ...options }: LogOptions): Log {
  const settings = {
    level,
    base: { process: name },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRETS.flatMap((key) => [key, `*.${key}`]), censor: '[secret]' },
  };
  const out = destination ?? pino.destination({ dest: 1, sync: true });
  if (!options.pretty) return pino(settings, out);
  // Formatted in this process, not by a transport: that would be a thread of its own, and lose lines in a crash.
  const format = prettyFactory({
    singleLine: true,
    colorize: destination === undefined && process.stdout.isTTY && process.stdout.hasColors(),
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,process',
    messageFormat: '{process}: {msg}',
  });
  return pino(settings, { write: (line) => out.write(format(line)) });
}

const nothing = (): void => {};
/** A log that keeps nothing, for parts that are used without one. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silentLog };
