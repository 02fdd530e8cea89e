/** Our port to SIP with the embedded server behind it, and scripted peers on the other side of that; all on free ports. */
import { SrfPort, type SrfHandlers } from '../../../src/calls/srf.js';
import { Stand } from '../drachtio/stand.js';
import { Breakable } from './breakable.js';

export interface Line {
  readonly stand: Stand;
  readonly port: SrfPort;
  /** Breaks the connection between port and server. */
  break(): void;
  /** See `Breakable`. */
  hold: Breakable['hold'];
  close(): Promise<void>;
}

/** `handlers` may be made with the port in hand. */
export async function openLine(
  handlers: SrfHandlers | ((port: () => SrfPort) => SrfHandlers) = {},
  server: Parameters<typeof Stand.open>[0] = {},
): Promise<Line> {
  const stand = await Stand.open(server);
  const way = await Breakable.open(stand.server.applicationPort);
  let port: SrfPort | undefined;
  const made = typeof handlers === 'function' ? handlers(() => opened(port)) : handlers;
  port = new SrfPort({ host: '127.0.0.1', port: way.port, secret: 'cymru' }, made);
  await port.connect();
  await routed(port);
  const close = async (): Promise<void> => {
    opened(port).close();
    await way.close();
    await stand.close();
  };
  return { stand, port, close, break: () => way.break(), hold: () => way.hold() };
}

/** Until the server knows what the port routed: it has read that when it answers what comes after. Nobody listens at port 1. */
async function routed(port: SrfPort): Promise<void> {
  await port.request({ method: 'OPTIONS', uri: 'sip:nobody@127.0.0.1:1;transport=tcp' }).catch(() => undefined);
}

function opened(port: SrfPort | undefined): SrfPort {
  if (!port) throw new Error('the port is not there yet');
  return port;
}

/** A value that something will give: `give` once, `value` to wait for it. */
export function later<T>(): { readonly value: Promise<T>; readonly give: (value: T) => void } {
  let give: (value: T) => void = () => {};
  const value = new Promise<T>((resolve) => {
    give = resolve;
  });
  return { value, give };
}
