/** What the kernel says of time spent: of a process, of a tree of them, and of time stolen from the whole machine. */
import { readFileSync, readdirSync } from 'node:fs';
import os from 'node:os';

/** CPU time of a process with all its threads, in milliseconds (`/proc/PID/task/*\/schedstat`, nanoseconds there). */
export function cpuMs(pid: number): number {
  let sum = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const text = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8');
    sum += Number(text.split(' ')[0]);
  }
  return sum / 1e6;
}

/** Resident memory without what is shared, in kB. */
export function privateKb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  return of('Private_Clean') + of('Private_Dirty');
}

/** All processes below `root`, itself included, with their command lines. */
export function processTree(root: number): { pid: number; command: string }[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && (error as NodeJS.ErrnoException).code !== 'ESRCH')
        throw error;
    }
  }
  const all: number[] = [];
  const visit = (pid: number): void => {
    all.push(pid);
    for (const child of parents.get(pid) ?? []) visit(child);
  };
  visit(root);
  return all.map((pid) => ({
    pid,
    command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
  }));
}

/** Jiffies of the whole machine: stolen by the host, and all. */
export function machineTime(): { steal: number; total: number } {
  const fields = readFileSync('/proc/stat', 'utf8').split('\n')[0]?.trim().split(/\s+/).slice(1).map(Number) ?? [];
  return { steal: fields[7] ?? 0, total: fields.slice(0, 8).reduce((a, b) => a + b, 0) };
}

/** Share of the machine's time that its host took away since `before`, in percent. */
export function stealPct(before: { steal: number; total: number }): number {
  const after = machineTime();
  return (100 * (after.steal - before.steal)) / Math.max(1, after.total - before.total);
}

export function machineName(): string {
  return `${os.cpus()[0]?.model ?? 'unknown'}, ${os.cpus().length} cores, Linux ${os.release()}, Node ${process.version}`;
}
