/**
 * Structured logging: one event a line, with the call's id where there is a call. Levels mean something: `error` is
 * for what someone must act on, `warn` for what someone should know, `info` for the life of calls and processes.
 */
import { pino } from 'pino';

export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  child(facts: object): Log;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** `pretty`: readable lines for a terminal instead of JSON. Writes to stdout, synchronously (nothing is lost in a crash). */
export function createLog(options: { level: LogLevel; pretty: boolean; name: string }): Log {
  const base = { level: options.level, base: { process: options.name }, timestamp: pino.stdTimeFunctions.isoTime };
  if (!options.pretty) return pino(base, pino.destination({ dest: 1, sync: true }));
  return pino({
    ...base,
    transport: { target: 'pino-pretty', options: { destination: 1, ignore: 'pid,hostname,process', sync: true } },
  });
}

const nothing = (): void => {};
/** A log that keeps nothing, for parts that are used without one. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silentLog };
