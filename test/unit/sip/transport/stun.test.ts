import { expect } from 'chai';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { stunAnswer } from '../../../../src/sip/transport/stun.js';
import { isStun } from '../../../../src/stun/message.js';
import { Station } from '../../../support/sip/station.js';
import { until } from '../../../support/until.js';

/** The header of the sample request of RFC 5769 § 2.1, whose answer stands in § 2.2 and § 2.3. */
const TRANSACTION = 'b7e7a701bc34d686fa87dfae';
const request = (attributes = '', type = '0001'): Buffer => {
  const body = Buffer.from(attributes, 'hex');
  const length = body.length.toString(16).padStart(4, '0');
  return Buffer.concat([Buffer.from(`${type}${length}2112a442${TRANSACTION}`, 'hex'), body]);
};
const hex = (bytes: Buffer | undefined): string | undefined => bytes?.toString('hex');

describe('STUN on a SIP port', () => {
  it('answers with the address, as RFC 5769 § 2.2 and § 2.3 write it', () => {
    expect(hex(stunAnswer(request(), '192.0.2.1', 32_853))).to.equal(
      `0101000c2112a442${TRANSACTION}002000080001a147e112a643`,
    );
    expect(hex(stunAnswer(request(), '2001:db8:1234:5678:11:2233:4455:6677', 32_853))).to.equal(
      `010100182112a442${TRANSACTION}002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9`,
    );
  });

  it('skips what may be skipped, and names what it had to know (420)', () => {
    expect(hex(stunAnswer(request('802200047465737480280004e57a3bcf'), '192.0.2.1', 1))).to.match(/^0101/);
    expect(hex(stunAnswer(request('000600036a3a610000240004000000ff'), '192.0.2.1', 1))).to.equal(
      `011100102112a442${TRANSACTION}0009000400000414000a000400060024`,
    );
  });

  it('says nothing to indications, answers, and attributes that do not fit', () => {
    expect(stunAnswer(request('', '0011'), '192.0.2.1', 1)).to.equal(undefined);
    expect(stunAnswer(request('', '0101'), '192.0.2.1', 1)).to.equal(undefined);
    expect(stunAnswer(request('80220009'), '192.0.2.1', 1)).to.equal(undefined);
  });

  it('is told from SIP and from rubbish', () => {
    expect(isStun(request())).to.equal(true);
    for (const other of [Buffer.from('INVITE sip:a@b SIP/2.0\r\n'), request().subarray(0, 19), Buffer.alloc(24)])
      expect(isStun(other)).to.equal(false);
  });

  it('is answered at the port of a face, where the peer is known', async () => {
    for (const known of [true, false]) {
      const station = await Station.open({}, undefined, undefined, () => known);
      const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
      await once(socket, 'listening');
      const heard: string[] = [];
      socket.on('message', (bytes) => heard.push(bytes.toString('latin1').slice(0, 7)));
      socket.send(request(), station.port, '127.0.0.1');
      socket.send(request('', '0101'), station.port, '127.0.0.1');
      const { counters } = station.layer;
      await until('both were read', () => counters.pings === 2);
      if (known) await until('an answer', () => heard.length > 0);
      expect(heard).to.deep.equal(known ? ['\u0001\u0001\0\f!\u0012¤'] : []);
      socket.close();
      await station.layer.close();
    }
  });
});
