/** A DNS server with a zone of the test's own, over UDP: A and SRV records, and "no such thing" for the rest (RFC 1035). */
import dgram from 'node:dgram';
import { once } from 'node:events';

export type ZoneRecord =
  | { readonly type: 'A'; readonly address: string }
  | { readonly type: 'SRV'; readonly priority: number; readonly port: number; readonly name: string };

const TYPES = { A: 1, SRV: 33 } as const;
const TTL = 5;

export async function zoneServer(
  zone: Readonly<Record<string, readonly ZoneRecord[]>>,
  address = '127.0.0.1',
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (query, from) => socket.send(answer(query, zone), from.port, from.address));
  socket.bind(0, address);
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function answer(query: Buffer, zone: Readonly<Record<string, readonly ZoneRecord[]>>): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.subarray(at + 1, at + 1 + length).toString());
    at += 1 + length;
  }
  const type = query.readUInt16BE(at + 1);
  const question = query.subarray(12, at + 5);
  const known = zone[labels.join('.').toLowerCase()];
  const records = (known ?? []).filter((one) => TYPES[one.type] === type).map(recordBytes);
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  // A response, authoritative, with recursion; 3: there is no such name.
  head.writeUInt16BE(0x8580 | (known ? 0 : 3), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, question, ...records]);
}

function recordBytes(record: ZoneRecord): Buffer {
  const data =
    record.type === 'A'
      ? Buffer.from(record.address.split('.').map(Number))
      : Buffer.concat([u16(record.priority), u16(1), u16(record.port), nameBytes(record.name)]);
  // 0xc00c: the name of the question.
  return Buffer.concat([u16(0xc00c), u16(TYPES[record.type]), u16(1), u16(0), u16(TTL), u16(data.length), data]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

const nameBytes = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
