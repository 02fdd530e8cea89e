import { expect } from 'chai';
import { header, headerValues } from '../../../../src/sip/message/fields.js';
import { addressParameter, parseNameAddress, tagOf } from '../../../../src/sip/message/headers.js';
import type { SipMessage } from '../../../../src/sip/message/message.js';
import { parseMessage, type ParseFailure } from '../../../../src/sip/message/parse.js';
import { serialize } from '../../../../src/sip/message/serialize.js';
import { parseUri, unescapeUri, uriParameter } from '../../../../src/sip/message/uri.js';
import { validateMessage } from '../../../../src/sip/message/validate.js';
import { readHeader, readHeaders } from '../../../../src/sip/message/views/table.js';
import { TORTURE, torture, type Fate } from '../../../support/sip/torture.js';

/** As the transport reads: syntax, then what the stack needs. */
function read(bytes: Buffer): SipMessage | ParseFailure {
  const message = parseMessage(bytes);
  return message.kind === 'failure' ? message : (validateMessage(message) ?? message);
}

function fateOf(result: SipMessage | ParseFailure): Fate {
  if (result.kind !== 'failure') return 'take';
  return result.partial ? { refuse: result.status } : 'drop';
}

function taken(section: string): SipMessage {
  const message = read(torture(section));
  return message.kind === 'failure' ? expect.fail(message.reason) : message;
}

describe('the torture messages of RFC 4475', () => {
  it('are all here', () => {
    expect(TORTURE).to.have.length(49);
  });

  for (const { section, name, bytes, fate } of TORTURE) {
    const what =
      fate === 'take'
        ? 'is taken, and written as it came'
        : fate === 'drop'
          ? 'is dropped'
          : `is refused with ${fate.refuse}`;
    it(`§ ${section}: ${name}: ${what}`, () => {
      const result = read(bytes);
      expect(fateOf(result), result.kind === 'failure' ? result.reason : 'taken').to.deep.equal(fate);
      if (result.kind === 'failure' || section === '3.1.1.8') return;
      expect(serialize(result).toString('latin1')).to.equal(bytes.toString('latin1'));
    });
  }

  it('§ 3.1.1.1 means what it means', () => {
    const message = taken('3.1.1.1');
    expect(readHeader(message, 'max-forwards')).to.equal(68);
    expect(readHeader(message, 'cseq')).to.deep.equal({ number: 9, method: 'INVITE' });
    expect(tagOf(message, 'to')).to.equal('1918181833n');
    expect(readHeader(message, 'from')).to.deep.include({
      displayName: 'J Rosenberg \\"',
      uri: 'sip:jdrosen@example.com',
    });
    expect(readHeaders(message, 'via')?.map((via) => `${via.transport} ${via.host}`)).to.deep.equal([
      'UDP 192.0.2.2',
      'TCP spindle.example.com',
      'UDP 192.168.255.111',
    ]);
    expect(header(message, 'newfangledheader')).to.equal('newfangled value continued newfangled value');
    expect(header(message, 'unknownheaderwithunusualvalue')).to.equal(';;,,;;,;');
    expect(readHeader(message, 'subject')).to.equal('');
    expect(readHeader(message, 'contact')).to.deep.include({ displayName: 'Quoted string ""' });
    expect(uriParameter(parseUri('sip:services.example.com;lr;unknownwith=value') ?? expect.fail(), 'lr')).to.equal('');
  });

  it('§ 3.1.1.2 means what it means', () => {
    const message = taken('3.1.1.2');
    if (message.kind !== 'request') return expect.fail();
    const uri = parseUri(message.uri) ?? expect.fail();
    expect(uri.user).to.equal("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
    expect(uri.password).to.equal("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
    expect(uri.host).to.equal('example.com');
    expect(readHeader(message, 'to')).to.deep.include({ displayName: 'BEL:\x07 NUL:\x00 DEL:\x7f' });
    const from = readHeader(message, 'from') ?? expect.fail();
    expect(from.displayName).to.equal("token1~` token2'+_ token3*%!.-");
    expect(addressParameter(from, "fromparam''~+*_!.-%")).to.equal('работающий');
  });

  it('§ 3.1.1.3 to 3.1.1.5: escapes are of URIs alone', () => {
    const escaped = taken('3.1.1.3');
    if (escaped.kind !== 'request') return expect.fail();
    expect(unescapeUri(parseUri(escaped.uri)?.user ?? '')).to.equal('sips:user@example.com');
    expect(unescapeUri(parseUri(parseNameAddress(header(escaped, 'to') ?? '')?.uri ?? '')?.user ?? '')).to.equal(
      'user',
    );
    const nulls = headerValues(taken('3.1.1.4'), 'contact').map((value) =>
      parseUri(parseNameAddress(value)?.uri ?? ''),
    );
    expect(nulls.map((uri) => unescapeUri(uri?.user ?? ''))).to.deep.equal(['\0', '\0\0']);
    const plain = taken('3.1.1.5');
    expect(plain).to.include({ method: 'RE%47IST%45R' });
    expect(headerValues(plain, 'contact')).to.have.length(2);
    expect(readHeader(plain, 'to')?.displayName).to.equal('%Z%45');
  });

  it('§ 3.1.1.8: what follows the first request is left alone', () => {
    const message = taken('3.1.1.8');
    expect(message).to.include({ method: 'REGISTER' });
    expect(message.body).to.have.length(0);
  });

  it('§ 3.3.12 and 3.3.13: a parameter belongs to the header without brackets, to the URI within', () => {
    expect(readHeader(taken('3.3.12'), 'contact')).to.deep.include({ parameters: [['unknownparam', undefined]] });
    const within = readHeader(taken('3.3.13'), 'contact');
    expect(within)
      .to.deep.include({ parameters: [] })
      .and.to.include({ uri: 'sip:+19725552222@gw1.example.net;unknownparam' });
  });

  it('views give nothing for what is malformed, and the message stands', () => {
    expect(readHeader(taken('3.1.2.12'), 'date')).to.equal(undefined);
    expect(readHeader(taken('3.3.7'), 'authorization')).to.deep.include({ scheme: 'NoOneKnowsThisScheme' });
  });
});
