/**
 * Where packets to a peer leave this machine, asked of the kernel (rtnetlink, RTM_GETROUTE) as the socket would find it:
 * by the peer's address and our own.
 */
import ipaddr from 'ipaddr.js';
import { KernelError } from './bpf.js';
import { askNetlink, attribute, attributeIn } from './netlink.js';

const AF_INET = 2;
const AF_INET6 = 10;
const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
const RTA_DST = 1;
const RTA_SRC = 2;
const RTA_OIF = 4;
const RTN_UNICAST = 1;
const RTN_LOCAL = 2;
const ROUTE_MESSAGE = 12;
const TYPE_AT = 7;

export interface Route {
  /** Index of the interface; the loopback interface's where the peer is on this machine. */
  readonly interfaceIndex: number;
  readonly isLocal: boolean;
}

/** The way to `destination` from our address `source`; undefined where there is none. */
export function routeTo(destination: string, source: string): Route | undefined {
  const to = Buffer.from(ipaddr.parse(destination).toByteArray());
  const from = Buffer.from(ipaddr.parse(source).toByteArray());
  const message = Buffer.alloc(ROUTE_MESSAGE);
  message.writeUInt8(to.length === 4 ? AF_INET : AF_INET6, 0);
  message.writeUInt8(8 * to.length, 1);
  message.writeUInt8(8 * from.length, 2);
  try {
    const [answer] = askNetlink(
      RTM_GETROUTE,
      0,
      Buffer.concat([message, attribute(RTA_DST, to), attribute(RTA_SRC, from)]),
    );
    return answer?.type === RTM_NEWROUTE ? readRoute(answer.body) : undefined;
  } catch (error) {
    if (error instanceof KernelError && error.call === 'netlink') return undefined; // ENETUNREACH and the like
    throw error;
  }
}

function readRoute(body: Buffer): Route | undefined {
  const type = body.readUInt8(TYPE_AT);
  const out = attributeIn(body.subarray(ROUTE_MESSAGE), RTA_OIF);
  if (!out || (type !== RTN_UNICAST && type !== RTN_LOCAL)) return undefined;
  return { interfaceIndex: out.readUInt32LE(0), isLocal: type === RTN_LOCAL };
}
