/** STUN messages: the vectors of RFC 5769, and what is malformed. */
import { expect } from 'chai';
import {
  ATTRIBUTE,
  attributeOf,
  BINDING_REQUEST,
  BINDING_SUCCESS,
  hasFingerprint,
  isAuthentic,
  notUnderstood,
  readStun,
  writeStun,
  xorMappedAddress,
} from '../../../src/stun/message.js';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt';

/** RFC 5769 § 2.1. */
const request = hex(`
  00010058 2112a442 b7e7a701 bc34d686 fa87dfae
  80220010 5354554e 20746573 7420636c 69656e74
  00240004 6e0001ff 80290008 932ff9b1 51263b36
  00060009 6576746a 3a683676 59202020
  00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2
  80280004 e57a3bcf`);
/** § 2.2 and § 2.3: from 192.0.2.1 and 2001:db8:1234:5678:11:2233:4455:6677, port 32853. */
const responses = [
  {
    address: '192.0.2.1',
    bytes: hex(`
      0101003c 2112a442 b7e7a701 bc34d686 fa87dfae
      8022000b 74657374 20766563 746f7220
      00200008 0001a147 e112a643
      00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7
      80280004 c07d4c96`),
  },
  {
    address: '2001:db8:1234:5678:11:2233:4455:6677',
    bytes: hex(`
      01010048 2112a442 b7e7a701 bc34d686 fa87dfae
      8022000b 74657374 20766563 746f7220
      00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9
      00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41
      80280004 c8fb0b4c`),
  },
];
const read = (bytes: Buffer) => readStun(bytes) ?? expect.fail('not read');

describe('STUN messages', () => {
  it('the request of RFC 5769 is read, authentic and whole', () => {
    const message = read(request);
    expect(message.type).to.equal(BINDING_REQUEST);
    expect(message.transaction.toString('hex')).to.equal('b7e7a701bc34d686fa87dfae');
    expect(attributeOf(message, ATTRIBUTE.username)?.value.toString()).to.equal('evtj:h6vY');
    expect(attributeOf(message, ATTRIBUTE.priority)?.value.toString('hex')).to.equal('6e0001ff');
    expect(attributeOf(message, ATTRIBUTE.useCandidate)).to.equal(undefined);
    expect(notUnderstood(message, [ATTRIBUTE.username, ATTRIBUTE.integrity, ATTRIBUTE.priority])).to.deep.equal([]);
    expect(notUnderstood(message, [ATTRIBUTE.integrity, ATTRIBUTE.priority])).to.deep.equal([ATTRIBUTE.username]);
    expect(isAuthentic(message, PASSWORD)).to.equal(true);
    expect(isAuthentic(message, 'another')).to.equal(false);
    expect(hasFingerprint(message)).to.equal(true);
  });

  for (const { address, bytes } of responses)
    it(`the response of RFC 5769 to ${address} is what is read, and its address what is written`, () => {
      const message = read(bytes);
      expect(message.type).to.equal(BINDING_SUCCESS);
      expect(isAuthentic(message, PASSWORD)).to.equal(true);
      expect(hasFingerprint(message)).to.equal(true);
      const { value } = xorMappedAddress(address, 32_853, message.transaction);
      expect(attributeOf(message, ATTRIBUTE.xorMappedAddress)?.value).to.deep.equal(value);
    });

  it('a message that is written has the bytes of RFC 5769, but for its padding', () => {
    const { transaction, attributes } = read(responses[1]?.bytes ?? Buffer.alloc(0));
    const mapped = attributes.filter(({ type }) => type === ATTRIBUTE.xorMappedAddress);
    const written = writeStun({ type: BINDING_SUCCESS, transaction }, mapped, PASSWORD);
    const message = read(written);
    expect(isAuthentic(message, PASSWORD)).to.equal(true);
    expect(hasFingerprint(message)).to.equal(true);
    expect(message.attributes.map(({ type }) => type)).to.deep.equal([
      ATTRIBUTE.xorMappedAddress,
      ATTRIBUTE.integrity,
      ATTRIBUTE.fingerprint,
    ]);
  });

  it('any bit that is another is noticed', () => {
    for (let bit = 0; bit < request.length * 8; bit++) {
      const bytes = Buffer.from(request);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const message = readStun(bytes);
      const isTaken = message && hasFingerprint(message) && isAuthentic(message, PASSWORD);
      expect(isTaken === true, `bit ${bit}`).to.equal(false);
    }
  });

  it('what follows MESSAGE-INTEGRITY is not believed', () => {
    const nominate = hex('00250000');
    const late = Buffer.concat([request.subarray(0, request.length - 8), nominate, request.subarray(-8)]);
    late.writeUInt16BE(late.length - 20, 2);
    expect(attributeOf(read(late), ATTRIBUTE.useCandidate)).to.equal(undefined);
  });

  for (const [what, bytes] of [
    ['nothing', Buffer.alloc(0)],
    ['half a header', request.subarray(0, 12)],
    ['another cookie', Buffer.concat([request.subarray(0, 4), hex('00000000'), request.subarray(8)])],
    ['a length that is not its own', request.subarray(0, 60)],
    ['an attribute that goes beyond the end', hex('000100082112a442b7e7a701bc34d686fa87dfae0006ffff00000000')],
    ['half an attribute', hex('000100022112a442b7e7a701bc34d686fa87dfae0006')],
    ['more attributes than anyone has', manyAttributes(40)],
  ] as const)
    it(`${what} is no message`, () => expect(readStun(bytes)).to.equal(undefined));
});

function manyAttributes(count: number): Buffer {
  const bytes = Buffer.concat([request.subarray(0, 20), ...Array.from({ length: count }, () => hex('80990000'))]);
  bytes.writeUInt16BE(4 * count, 2);
  return bytes;
}
