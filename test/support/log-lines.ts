/** A log that a test can read. */
import type { Log } from '../../src/base/log.js';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly facts: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export class LogLines implements Log {
  readonly lines: LogLine[] = [];

  debug = this.#keep('debug');
  info = this.#keep('info');
  warn = this.#keep('warn');
  error = this.#keep('error');

  child(): Log {
    return this;
  }

  /** Lines of a level, each as its message and its hint. */
  of(level: LogLine['level']): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }

  #keep(level: LogLine['level']): Log['info'] {
    return (facts, message) => void this.lines.push({ level, facts: facts as LogLine['facts'], message });
  }
}
