/**
 * Structured logging: one event a line, with the call's id where there is a call. Levels mean something: `error` is
 * for what someone must act on, `warn` for what someone should know, `info` for the life of calls and processes.
 */
import { pino, type DestinationStream, type Logger } from 'pino';
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

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

/** Facts that would be secrets never get into a line, whoever puts them there. */
const SECRETS: ReadonlySet<string> = new Set(['password', 'secret', 'authorization', 'proxyAuthorization']);
const CENSOR = '[secret]';

/** Facts without secrets, be these facts themselves or within one. Mostly it is the very same object. */
function concealed(facts: object, depth = 1): object {
  let clean = facts as Record<string, unknown>;
  for (const [key, value] of Object.entries(facts)) {
    const inner: unknown = depth > 0 && isPlain(value) ? concealed(value, depth - 1) : value;
    const said = SECRETS.has(key) && value !== undefined ? CENSOR : inner;
    if (said === value) continue;
    if (clean === facts) clean = { ...facts };
    clean[key] = said;
  }
  return clean;
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Error);

/**
 * Lines with facts in common. The logger that knows these is made for each line: it costs less to make than to keep, since there
 * are several of these for as long as a call lasts, and most say nothing.
 */
class Lines implements Log {
  readonly #of: Logger | Lines;
  readonly #told: ReadonlySet<Level>;
  readonly #facts: object;

  constructor(of: Logger | Lines, told: ReadonlySet<Level>, facts: object = {}) {
    this.#of = of;
    this.#told = told;
    this.#facts = facts;
  }

  debug(facts: object, message: string): void {
    this.#tell('debug', facts, message);
  }

  info(facts: object, message: string): void {
    this.#tell('info', facts, message);
  }

  warn(facts: object, message: string): void {
    this.#tell('warn', facts, message);
  }

  error(facts: object, message: string): void {
    this.#tell('error', facts, message);
  }

  child(facts: object): Log {
    return new Lines(this, this.#told, facts);
  }

  get #logger(): Logger {
    return this.#of instanceof Lines ? this.#of.#logger.child(concealed(this.#facts)) : this.#of;
  }

  #tell(level: Level, facts: object, message: string): void {
    if (this.#told.has(level)) this.#logger[level](concealed(facts), message);
  }
}

export function createLog({ level, name, destination, ...options }: LogOptions): Log {
  const settings = { level, base: { process: name }, timestamp: pino.stdTimeFunctions.isoTime };
  const out = destination ?? pino.destination({ dest: 1, sync: true });
  const told = new Set(level === 'silent' ? [] : LEVELS.slice(LEVELS.indexOf(level)));
  if (!options.pretty) return new Lines(pino(settings, out), told);
  // Formatted in this process, not by a transport: that would be a thread of its own, and lose lines in a crash.
  const format = prettyFactory({
    singleLine: true,
    colorize: destination === undefined && process.stdout.isTTY && process.stdout.hasColors(),
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,process',
    messageFormat: '{process}: {msg}',
  });
  return new Lines(pino(settings, { write: (line) => out.write(format(line)) }), told);
}

const nothing = (): void => {};
/** A log that keeps nothing, for parts that are used without one. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silentLog };
