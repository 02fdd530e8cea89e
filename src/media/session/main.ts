/**
 * A media process: forked by the engine, told everything over the IPC channel, gone when the channel is. Signals are
 * the engine's business: a terminal's Ctrl-C and a service manager's SIGTERM reach every process of the group, and the
 * calls must be ended in order first.
 */
import { isIPv6 } from 'node:net';
import { constants, setPriority } from 'node:os';
import { systemClock } from '../../base/clock.js';
import { Gathered } from '../../base/gathered.js';
import { DSCP, setDscp } from '../../base/socket-options.js';
import { spareMemory } from '../../base/spare-memory.js';
import { KernelPlane } from '../kernel/kernel-plane.js';
import { dropKernelRights } from '../kernel/rights.js';
import type { FromPlane, ToPlane } from './messages.js';
import { PlaneHost } from './plane/host.js';
import { polledIo } from './plane/polled-udp.js';
import { SpoolDisk } from './plane/spool-disk.js';

try {
  setPriority(constants.priority.PRIORITY_HIGH); // packets cannot wait; encoding, beside us, can
} catch {
  // Only root may: without it we are a process like any other.
}

process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

const words = new Gathered<FromPlane>((all) => {
  // A channel that breaks says so by `disconnect`, after which what was collected is still written.
  if (process.connected) process.send?.(all, undefined, undefined, () => {});
});

const host = new PlaneHost({
  clock: systemClock,
  io: polledIo((socket) => {
    setDscp(socket, DSCP.media, isIPv6(socket.address().address) ? 6 : 4); // a nicety where the system allows it
  }),
  spools: new SpoolDisk(systemClock),
  openKernelPlane: (options) => {
    const plane = new KernelPlane(options);
    dropKernelRights(plane.needsRights);
    return plane;
  },
  send: (message) => words.add(message),
});

spareMemory(() => host.sessions, systemClock);

process.on('message', (messages) => {
  for (const message of messages as ToPlane[]) host.receive(message);
});
const leave = (): void => {
  void host.close().finally(() => process.exit(0));
};
if (process.connected) process.once('disconnect', leave);
else leave(); // the engine went while this process was being loaded
