import { expect } from 'chai';
import fc from 'fast-check';
import { SdpError } from '../../../src/sdp/errors.js';
import { limits, parseSdp } from '../../../src/sdp/parse.js';
import { serializeSdp } from '../../../src/sdp/serialize.js';

const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n`;
const whole = lines(
  'v=0',
  'o=alice 2890844526 2890844527 IN IP4 host.example.com',
  's=A call',
  'i=not of use',
  'c=IN IP4 192.0.2.7',
  'b=AS:64',
  't=0 0',
  'a=tool:x',
  'm=audio 49170 RTP/AVP 8 0 101',
  'c=IN IP4 192.0.2.8/127',
  'a=rtpmap:8 PCMA/8000',
  'a=sendonly',
  'm=video 51372/2 RTP/SAVP 31 32',
);

const refused = (text: string): SdpError => {
  try {
    parseSdp(text);
  } catch (error) {
    if (error instanceof SdpError) return error;
    throw error;
  }
  throw new Error('it was accepted');
};

describe('the parser of session descriptions', () => {
  it('reads what a call depends on', () => {
    expect(parseSdp(whole)).to.deep.equal({
      origin: {
        username: 'alice',
        sessionId: '2890844526',
        sessionVersion: '2890844527',
        addressType: 'IP4',
        address: 'host.example.com',
      },
      sessionName: 'A call',
      connection: { addressType: 'IP4', address: '192.0.2.7' },
      attributes: [{ name: 'tool', value: 'x' }],
      media: [
        {
          media: 'audio',
          port: 49170,
          protocol: 'RTP/AVP',
          formats: ['8', '0', '101'],
          connection: { addressType: 'IP4', address: '192.0.2.8' },
          attributes: [{ name: 'rtpmap', value: '8 PCMA/8000' }, { name: 'sendonly' }],
        },
        { media: 'video', port: 51372, protocol: 'RTP/SAVP', formats: ['31', '32'], attributes: [] },
      ],
    });
  });

  const tolerated: Record<string, string> = {
    'bare line feeds': whole.replaceAll('\r\n', '\n'),
    'no line end at the end': whole.trimEnd(),
    'blank lines and spaces at line ends': whole.replaceAll('\r\n', '  \r\n\r\n'),
    'missing lines that nobody needs': whole.replace('i=not of use\r\n', '').replace('t=0 0\r\n', ''),
    'a type that nobody knows': whole.replace('t=0 0', 'x=y'),
    'a user name with spaces': whole.replace('o=alice ', 'o=alice from there '),
    'two spaces between words': whole.replace('RTP/AVP 8', 'RTP/AVP  8'),
    'small letters': whole.replaceAll('IN IP4', 'in ip4'),
  };
  for (const [what, text] of Object.entries(tolerated))
    it(`tolerates ${what}`, () => {
      const parsed = parseSdp(text);
      expect(parsed.media).to.deep.equal(parseSdp(whole).media);
      expect(parsed.connection?.address).to.equal('192.0.2.7');
    });

  const malformed: Record<string, string> = {
    'an empty body': '',
    'a body of another kind': '{"sdp":"no"}',
    'no version': whole.replace('v=0\r\n', ''),
    'another version': whole.replace('v=0', 'v=1'),
    'no origin': whole.replace(/o=.*\r\n/, ''),
    'an origin cut short': whole.replace(/o=.*\r\n/, 'o=alice 1 1 IN IP4\r\n'),
    'a connection without an address': whole.replace('c=IN IP4 192.0.2.7', 'c=IN IP4'),
    'a network that is not the Internet': whole.replace('c=IN IP4 192.0.2.7', 'c=ATM IP4 192.0.2.7'),
    'an unknown address type': whole.replace('c=IN IP4 192.0.2.7', 'c=IN IP5 192.0.2.7'),
    'a port that is no number': whole.replace('49170', '4917o'),
    'a port that is too large': whole.replace('49170', '65536'),
    'a negative port': whole.replace('49170', '-1'),
    'a strange number of ports': whole.replace('51372/2', '51372/x'),
    'an m= line without formats': whole.replace('RTP/AVP 8 0 101', 'RTP/AVP'),
    'a line without =': whole.replace('t=0 0', 'hello'),
    'a NUL': whole.replace('A call', 'A\0call'),
    'a carriage return within a line': whole.replace('A call', 'A\rcall'),
    'an attribute without a name': whole.replace('a=tool:x', 'a=:x'),
    'too many m= lines': whole + 'm=audio 4 RTP/AVP 0\r\n'.repeat(limits.media),
    'too many formats': whole.replace('8 0 101', '8 '.repeat(limits.formats + 1)),
    'too many lines': whole + 'a=x\r\n'.repeat(limits.lines),
    'too many characters': whole + `a=${'x'.repeat(limits.characters)}\r\n`,
  };
  for (const [what, text] of Object.entries(malformed))
    it(`refuses ${what} with 400`, () => {
      expect(refused(text).status).to.equal(400);
    });

  const token = fc.stringMatching(/^[A-Za-z0-9.-]{1,10}$/);
  const addressType = fc.constantFrom('IP4' as const, 'IP6' as const);
  const attribute = fc.oneof(
    fc.record({ name: token }),
    fc.record({ name: token, value: fc.stringMatching(/^[!-~]{1,5}( [!-~]{1,5})?$/) }),
  );
  const connection = fc.record({ addressType, address: token });
  const media = fc.record(
    {
      media: fc.constantFrom('audio', 'video', 'image'),
      port: fc.integer({ min: 0, max: 65_535 }),
      protocol: fc.constantFrom('RTP/AVP', 'udptl'),
      formats: fc.array(token, { minLength: 1, maxLength: 5 }),
      connection,
      attributes: fc.array(attribute, { maxLength: 5 }),
    },
    { requiredKeys: ['media', 'port', 'protocol', 'formats', 'attributes'] },
  );
  const description = fc.record(
    {
      origin: fc.record({
        username: token,
        sessionId: fc.nat().map(String),
        sessionVersion: fc.nat().map(String),
        addressType,
        address: token,
      }),
      sessionName: token,
      connection,
      attributes: fc.array(attribute, { maxLength: 5 }),
      media: fc.array(media, { maxLength: 4 }),
    },
    { requiredKeys: ['origin', 'sessionName', 'attributes', 'media'] },
  );

  it('reads back whatever was written', () => {
    fc.assert(
      fc.property(description, (written) => {
        const read = parseSdp(serializeSdp(written));
        expect(JSON.parse(JSON.stringify(read))).to.deep.equal(JSON.parse(JSON.stringify(written)));
      }),
    );
  });

  it('throws nothing but its own error, whatever comes', () => {
    // The strings of fast-check itself take one and a half seconds to be set up for all characters.
    const put = fc.array(fc.nat(0x10ffff), { maxLength: 12 }).map((points) => String.fromCodePoint(...points));
    const damaged = fc.tuple(fc.nat(whole.length), fc.nat(20), put);
    fc.assert(
      fc.property(fc.array(damaged, { minLength: 1, maxLength: 4 }), (damages) => {
        let text = whole;
        for (const [at, length, other] of damages) text = text.slice(0, at) + other + text.slice(at + length);
        try {
          parseSdp(text);
        } catch (error) {
          expect(error).to.be.instanceOf(SdpError);
        }
      }),
    );
  });
});
