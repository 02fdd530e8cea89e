/**
 * A program at an interface's ingress on kernels before 6.6, which have no links for it: as a filter of traffic control
 * (clsact, direct action), by the same messages that `tc` sends. A filter outlives its process. So it carries the
 * process's name, whoever starts next removes those of processes that are gone, and the program itself does nothing once
 * its process has not renewed its lease (`relay-program.ts`).
 */
import { readFileSync } from 'node:fs';
import { type Descriptor, KernelError } from './bpf.js';
import { askNetlink, attribute, attributeIn, NLM } from './netlink.js';

const RTM_NEWQDISC = 36;
const RTM_DELQDISC = 37;
const RTM_NEWTFILTER = 44;
const RTM_DELTFILTER = 45;
const RTM_GETTFILTER = 46;
const TCA_KIND = 1;
const TCA_OPTIONS = 2;
const TCA_BPF_FD = 6;
const TCA_BPF_NAME = 7;
const TCA_BPF_FLAGS = 8;
const DIRECT_ACTION = 1;
/** struct tcmsg: family, interface, handle, parent, info. */
const MESSAGE = 20;
const CLSACT = 0xffff_fff1;
const CLSACT_HANDLE = 0xffff_0000;
const INGRESS = 0xffff_fff2;
const EGRESS = 0xffff_fff3;
/** Of all our filters, with ETH_P_ALL in network order: one after another in one place. */
const PRIORITY = 0x4841;
const INFO = (PRIORITY << 16) | 0x0300;

const text = (value: string): Buffer => Buffer.from(`${value}\0`);
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};

function message(interfaceIndex: number, handle: number, parent: number, info: number): Buffer {
  const bytes = Buffer.alloc(MESSAGE);
  bytes.writeInt32LE(interfaceIndex, 4);
  bytes.writeUInt32LE(handle >>> 0, 8);
  bytes.writeUInt32LE(parent >>> 0, 12);
  bytes.writeUInt32LE(info >>> 0, 16);
  return bytes;
}

/** A filter of ours at an interface, and how to take it away. */
export interface IngressFilter {
  remove(): void;
}

/** Puts a program at an interface's ingress. Throws `KernelError`. */
export function addIngressFilter(program: Descriptor, interfaceIndex: number): IngressFilter {
  const made = makePlace(interfaceIndex);
  removeOrphans(interfaceIndex);
  const name = nameOf(process.pid);
  const options = [
    attribute(TCA_BPF_FD, u32(program)),
    attribute(TCA_BPF_NAME, text(name)),
    attribute(TCA_BPF_FLAGS, u32(DIRECT_ACTION)),
  ];
  const parts = [attribute(TCA_KIND, text('bpf')), attribute(TCA_OPTIONS, Buffer.concat(options))];
  const flags = NLM.acknowledge | NLM.create | NLM.exclusive;
  askNetlink(RTM_NEWTFILTER, flags, Buffer.concat([message(interfaceIndex, 0, INGRESS, INFO), ...parts]));
  return { remove: () => remove(interfaceIndex, name, made) };
}

/** Whether the place was not there before. */
function makePlace(interfaceIndex: number): boolean {
  const body = Buffer.concat([message(interfaceIndex, CLSACT_HANDLE, CLSACT, 0), attribute(TCA_KIND, text('clsact'))]);
  try {
    askNetlink(RTM_NEWQDISC, NLM.acknowledge | NLM.create | NLM.exclusive, body);
    return true;
  } catch (error) {
    if (error instanceof KernelError && error.errno === 'EEXIST') return false;
    throw error;
  }
}

interface Found {
  readonly handle: number;
  readonly info: number;
  readonly name: string | undefined;
}

function filtersAt(interfaceIndex: number, parent: number): Found[] {
  return askNetlink(RTM_GETTFILTER, NLM.dump, message(interfaceIndex, 0, parent, 0)).flatMap(({ type, body }) => {
    const options = attributeIn(body.subarray(MESSAGE), TCA_OPTIONS);
    if (type !== RTM_NEWTFILTER || !options) return []; // the head of a chain has none
    const name = attributeIn(options, TCA_BPF_NAME)?.toString('latin1').replace(/\0.*$/, '');
    return { handle: body.readUInt32LE(8), info: body.readUInt32LE(16), name };
  });
}

function removeOrphans(interfaceIndex: number): void {
  for (const found of filtersAt(interfaceIndex, INGRESS)) if (isOrphan(found.name)) removeOne(interfaceIndex, found);
}

/** Takes away our filter, and with the last one the place that we made for it. */
function remove(interfaceIndex: number, name: string, isPlaceOurs: boolean): void {
  for (const found of filtersAt(interfaceIndex, INGRESS)) if (found.name === name) removeOne(interfaceIndex, found);
  const isEmpty = [INGRESS, EGRESS].every((parent) => filtersAt(interfaceIndex, parent).length === 0);
  if (!isPlaceOurs || !isEmpty) return;
  const body = Buffer.concat([message(interfaceIndex, CLSACT_HANDLE, CLSACT, 0), attribute(TCA_KIND, text('clsact'))]);
  askNetlink(RTM_DELQDISC, NLM.acknowledge, body);
}

function removeOne(interfaceIndex: number, { handle, info }: Found): void {
  const body = Buffer.concat([message(interfaceIndex, handle, INGRESS, info), attribute(TCA_KIND, text('bpf'))]);
  askNetlink(RTM_DELTFILTER, NLM.acknowledge, body);
}

/** The process by its number and the time of its beginning, since numbers come again. */
const nameOf = (pid: number): string => `halina_relay:${pid}:${beginningOf(pid)}`;

function isOrphan(name: string | undefined): boolean {
  const [, pid] = /^halina_relay:(\d+):/.exec(name ?? '') ?? [];
  return pid !== undefined && nameOf(Number(pid)) !== name;
}

/** Field 22 of /proc/PID/stat; undefined: there is no such process. */
function beginningOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
