/**
 * The mark of a journal that was closed in good order: its last line, cut off again when it is opened. Where it stands, whatever
 * is unreadable before it was durable once, so it is damage and no torn end.
 */
import type { StoredFile } from './file-store.js';
import { formatLine, parseLine } from './line.js';
import type { ReplayReport } from './replay.js';

export const CLOSED_MARK = '#closed';

export const closedLine = (seq: number): Buffer => formatLine(seq, true, CLOSED_MARK);

/** What the replay found, with the end of the file judged by the mark of closing. */
export async function judgeEnd(file: StoredFile, report: ReplayReport): Promise<ReplayReport> {
  if (report.torn === 0) return report;
  const expected = closedLine(report.lastSeq + 1);
  const rest = await file.read(report.end, report.torn);
  if (rest.equals(expected)) return { ...report, torn: 0, closed: true };
  const changed = rest.length === expected.length && rest.filter((byte, at) => byte !== expected[at]).length === 1;
  if (changed) {
    const what = 'the mark of its last closing is not as it was written';
    return named(report, report.end, rest.length, what);
  }
  const mark = lastLine(rest);
  const line = mark && parseLine(mark);
  if (!mark || !line || typeof line === 'string' || line.payload.toString() !== CLOSED_MARK) return report;
  const length = rest.length - mark.length;
  const after = named(report, report.end, length, 'unreadable, although the journal was closed in good order after it');
  return { ...after, end: report.end + length, lastSeq: line.seq - 1, torn: 0, closed: true };
}

function named(report: ReplayReport, offset: number, length: number, what: string): ReplayReport {
  return { ...report, damage: [...report.damage, { line: report.lines + 1, offset, length, what }] };
}

/** The last bytes that could be the mark: it is found although the line break before it is gone. */
function lastLine(rest: Buffer): Buffer | undefined {
  const found = /[0-9a-f]{8} \+\d+ #closed\n$/.exec(rest.subarray(-64).toString('latin1'));
  return found ? rest.subarray(rest.length - found[0].length) : undefined;
}
