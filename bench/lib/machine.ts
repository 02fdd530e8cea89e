/** What the kernel says of time spent: of a process, of a tree of them, and of time stolen from the whole machine. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import os from 'node:os';

/** Of Linux, towards programs (USER_HZ). */
const JIFFIES_PER_SECOND = 100;

/** What a process with all its threads did so far, in milliseconds. */
export interface Time {
  /** On a processor. */
  readonly cpuMs: number;
  /** Ready to run, but waiting for a processor. */
  readonly waitMs: number;
}

/** From `/proc/PID/task/*\/schedstat`, nanoseconds there. A process that has ended adds nothing. */
export function timeOf(pids: readonly number[]): Time {
  let [cpuMs, waitMs] = [0, 0];
  for (const pid of pids)
    for (const task of present(() => readdirSync(`/proc/${pid}/task`)) ?? []) {
      const text = present(() => readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8')) ?? '';
      const [cpu = 0, wait = 0] = text.split(' ').map(Number);
      cpuMs += cpu / 1e6;
      waitMs += wait / 1e6;
    }
  return { cpuMs, waitMs };
}

export const since = (before: Time, after: Time): Time => ({
  cpuMs: after.cpuMs - before.cpuMs,
  waitMs: after.waitMs - before.waitMs,
});

/** Undefined where the process is gone. */
function present<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

/** What the kernel's tables and tapes that a process has (eBPF maps) take, in kB: laid out when it starts, whoever calls. */
export function mapsKb(pids: readonly number[]): number {
  const folders = pids.map((pid) => `/proc/${pid}/fdinfo`);
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`));
  const texts = files.map((file) => present(() => readFileSync(file, 'utf8')) ?? '');
  const maps = texts.filter((text) => /^map_type:/m.test(text));
  return maps.reduce((sum, text) => sum + Number(/^memlock:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024, 0);
}

/** All processes below `root`, itself included, with their command lines. */
export function processTree(root: number): { pid: number; command: string }[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = present(() => readFileSync(`/proc/${name}/stat`, 'utf8'));
    if (stat === undefined) continue;
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
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

export interface MachineTime {
  readonly steal: number;
  readonly busy: number;
  readonly total: number;
}

/** Jiffies of the whole machine: stolen by the host, spent by anyone here, and all. */
export function machineTime(): MachineTime {
  const fields = readFileSync('/proc/stat', 'utf8').split('\n')[0]?.trim().split(/\s+/).slice(1).map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] = fields;
  const busy = user + nice + system + irq + softIrq;
  return { steal, busy, total: busy + idle + ioWait + steal };
}

/** Share of the machine's time that its host took away since `before`, in percent. */
export function stealPct(before: MachineTime): number {
  const after = machineTime();
  return (100 * (after.steal - before.steal)) / Math.max(1, after.total - before.total);
}

/** Share of the machine's time that was spent by others than processes that took `oursMs` of it, in percent. */
export function othersPct(before: MachineTime, oursMs: number): number {
  const after = machineTime();
  const ours = oursMs / (1000 / JIFFIES_PER_SECOND);
  return Math.max(0, (100 * (after.busy - before.busy - ours)) / Math.max(1, after.total - before.total));
}

export function machineName(): string {
  return `${os.cpus()[0]?.model ?? 'unknown'}, ${os.cpus().length} cores, Linux ${os.release()}, Node ${process.version}`;
}

/** Keeps this process, and what it starts, on one processor. */
export function stayOn(cpu: number): void {
  execFileSync('taskset', ['-p', '-c', String(cpu), String(process.pid)], { stdio: 'ignore' });
}
