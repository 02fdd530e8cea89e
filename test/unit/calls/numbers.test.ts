import { expect } from 'chai';
import fc from 'fast-check';
import type { E164 } from '../../../src/base/brands.js';
import { dialledKeys, dialString, formatNumber, plainText, readNumber } from '../../../src/calls/numbers.js';

const warsaw = { kind: 'e164', number: '+48221234567' };

describe('telephone numbers', () => {
  const spellings = [
    '+48221234567',
    '48221234567',
    '0048221234567',
    '221234567',
    '22 123 45 67',
    '(22) 123-45-67',
    '%2B48221234567',
    'sip:+48221234567@provider.example',
    'sip:+48221234567;npdi@provider.example;user=phone',
    'sip:221234567@10.0.0.1:5060',
    'sips:%2B48221234567@[2001:db8::1]',
    'tel:+48-22-123-45-67',
    'tel:1234567;phone-context=+4822',
    ' +48221234567 ',
  ];
  for (const text of spellings) {
    it(`${text} is one number`, () => expect(readNumber(text, 'PL')).to.deep.equal(warsaw));
  }

  it('of other countries are read with their own code', () => {
    expect(readNumber('+12025550123', 'PL')).to.deep.equal({ kind: 'e164', number: '+12025550123' });
    expect(readNumber('004930901820', 'PL')).to.deep.equal({ kind: 'e164', number: '+4930901820' });
    expect(readNumber('030 901820', 'DE')).to.deep.equal({ kind: 'e164', number: '+4930901820' });
  });

  for (const short of ['112', '997', '998', '999', '116123', '19115', '201', '31']) {
    it(`${short} is short, and kept`, () => {
      expect(readNumber(short, 'PL')).to.deep.equal({ kind: 'short', digits: short });
      expect(readNumber(`sip:${short}@office.example;user=phone`, 'PL')).to.deep.equal({
        kind: 'short',
        digits: short,
      });
    });
  }

  it('an emergency number with a context stays what it is', () => {
    expect(readNumber('tel:112;phone-context=+48', 'PL')).to.deep.equal({ kind: 'short', digits: '112' });
  });

  it('feature codes and numbers of no country are keys', () => {
    expect(readNumber('*7', 'PL')).to.deep.equal({ kind: 'keys', keys: '*7' });
    expect(readNumber('00000000', 'PL')).to.deep.equal({ kind: 'keys', keys: '00000000' });
    expect(readNumber('+4', 'PL')).to.deep.equal({ kind: 'keys', keys: '+4' });
  });

  const junk = [
    '',
    '+',
    ' ',
    'anonymous',
    'sip:office.example',
    'sip:anonymous@anonymous.invalid',
    'mailto:221234567@example.org',
    '22123$(reboot)',
    '`id`',
    '221234567;rm -rf /',
    '*3\r\n$6\r\nDEL 1',
    '22%0d%0a1234567',
    '22%zz1234567',
    '%00112',
    '+48+221234567',
    '２２１２３４５６７',
    '1'.repeat(41),
  ];
  for (const text of junk) {
    it(`${JSON.stringify(text)} is none`, () => {
      expect(readNumber(text, 'PL')).to.deep.equal({ kind: 'none' });
    });
  }

  it('any text is read without an error, and what comes out are telephone keys or nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...Array.from('+0123456789*#-%;:@sip<>"')) })),
        (text) => {
          const out = dialString(readNumber(text, 'PL'));
          if (out !== undefined) expect(out).to.match(/^\+?[0-9*#]{1,40}$/);
          if (readNumber(text, 'PL').kind === 'e164') expect(out).to.match(/^\+[1-9]\d{3,16}$/);
        },
      ),
    );
  });

  it('reading what was read changes nothing', () => {
    const digits = fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 2, maxLength: 15 });
    fc.assert(
      fc.property(fc.constantFrom('', '+', '00', '+48', '0048'), digits, (prefix, rest) => {
        const once = dialString(readNumber(prefix + rest, 'PL'));
        if (once !== undefined) expect(dialString(readNumber(once, 'PL'))).to.equal(once);
      }),
    );
  });

  it('all spellings of a Polish number are the same number', () => {
    const subscriber = fc.integer({ min: 0, max: 9_999_999 }).map((n) => `22${String(n).padStart(7, '0')}`);
    fc.assert(
      fc.property(subscriber, (national) => {
        const expected = readNumber(`+48${national}`, 'PL');
        fc.pre(expected.kind === 'e164' && readNumber(national, 'PL').kind === 'e164');
        for (const text of [national, `48${national}`, `0048${national}`])
          expect(readNumber(text, 'PL')).to.deep.equal(expected);
      }),
    );
  });

  it('are written for people as in their own country, others with their code', () => {
    expect(formatNumber('+48221234567' as E164, 'PL')).to.equal('22 123 45 67');
    expect(formatNumber('+48601234567' as E164, 'PL')).to.equal('601 234 567');
    expect(formatNumber('+4930901820' as E164, 'PL')).to.equal('+49 30 901820');
  });

  it('keys are what was pressed, with the leading zero', () => {
    expect(dialledKeys('sip:0601234567@10.77.0.2')).to.equal('0601234567');
    expect(dialledKeys('sip:anna@10.77.0.2')).to.equal(undefined);
  });

  it("a peer's text loses control characters, line breaks and length", () => {
    expect(plainText(' Jan\r\nKowalski\u0000\u202E ')).to.equal('Jan Kowalski');
    expect(plainText('ż'.repeat(300))).to.have.length(128);
  });
});
