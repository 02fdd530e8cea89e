import { expect } from 'chai';
import fc from 'fast-check';
import { LIMITS } from '../../../../src/sip/message/parse.js';
import { serialize } from '../../../../src/sip/message/serialize.js';
import { StreamParser, type StreamItem } from '../../../../src/sip/message/stream.js';
import { requestText } from '../../../support/sip/text.js';
import { torture } from '../../../support/sip/torture.js';

/** What an item is, in a form that can be compared. */
function summary(item: StreamItem): string {
  if (item.kind === 'ping') return 'ping';
  if (item.kind === 'failure') return `failure ${item.status} ${item.reason} ${item.partial ? 'answerable' : ''}`;
  return serialize(item).toString('latin1');
}

function read(stream: Buffer, cuts: readonly number[] = []): { items: string[]; broken: boolean; unfinished: boolean } {
  const parser = new StreamParser();
  const edges = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  const items = edges.slice(1).flatMap((edge, n) => parser.push(stream.subarray(edges[n], edge)));
  return { items: items.map(summary), broken: parser.broken, unfinished: parser.unfinished };
}

const good = requestText({ body: 'v=0\r\n\r\nzażółć' });
const pieces = {
  good,
  tortuous: torture('3.1.1.1').toString('latin1'),
  binary: torture('3.1.1.11').toString('latin1'),
  bareLf: requestText({ callId: 'lf' }).replaceAll('\r\n', '\n'),
  mistaken: requestText({ more: ['no header'], body: 'skipped' }),
  line: '\r\n',
  ping: '\r\n\r\n',
  unmeasured: requestText({ unmeasured: true }),
  negative: requestText({ length: -1 }),
  garbage: 'GET / HTTP/1.1\r\n\r\n',
  halves: good.slice(0, 70),
};

describe('a stream of SIP messages', () => {
  it('gives the same however it is cut, mistakes and pings included', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...Object.values(pieces)), { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(10_000), { maxLength: 30 }),
        (parts, cuts) => {
          const stream = Buffer.from(parts.join(''), 'latin1');
          expect(read(stream, cuts)).to.deep.equal(read(stream));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives the same byte by byte', () => {
    const stream = Buffer.from(Object.values(pieces).slice(0, 7).join(''), 'latin1');
    expect(read(stream, Array.from(stream.keys()))).to.deep.equal(read(stream));
  });

  it('goes on after a mistake whose end is known', () => {
    const { items, broken } = read(Buffer.from(pieces.mistaken + good));
    expect(items[0]).to.match(/^failure 400 .* answerable$/);
    expect(items[1]).to.equal(Buffer.from(good).toString('latin1'));
    expect(broken).to.equal(false);
  });

  for (const [name, text, failure] of [
    ['without Content-Length', pieces.unmeasured, /^failure 400 no Content-Length on a stream answerable$/],
    ['with a negative Content-Length', pieces.negative, /^failure 400 .* answerable$/],
    ['with two Content-Lengths', requestText({ more: ['l: 0'] }), /^failure 400 more than one .* answerable$/],
    ['with a body too large', requestText({ length: LIMITS.body + 1 }), /^failure 413 .* answerable$/],
    ['that is no SIP', pieces.garbage, /^failure 400 /],
    ['whose head has no end', `${good.slice(0, 200)}${'y'.repeat(LIMITS.head)}`, /^failure 513 .* answerable$/],
  ] as const)
    it(`breaks at a message ${name}, and says so once`, () => {
      const { items, broken } = read(Buffer.from(text + good));
      expect(items).to.have.length(1);
      expect(items[0]).to.match(failure);
      expect(broken).to.equal(true);
    });

  it('knows whether a message is under way', () => {
    const unfinished = (text: string): boolean => read(Buffer.from(text)).unfinished;
    for (const text of ['', '\r\n', '\r\n\r\n', good, pieces.garbage]) expect(unfinished(text), text).to.equal(false);
    for (const text of ['O', good.slice(0, -1), `${good}I`]) expect(unfinished(text), text).to.equal(true);
  });

  it('costs in proportion to its bytes even when it trickles', () => {
    const trickled = Buffer.from(requestText({ body: 'x'.repeat(60_000), more: [`X: ${'y'.repeat(8000)}`] }));
    const before = process.cpuUsage();
    expect(read(trickled, Array.from(trickled.keys())).items).to.have.length(1);
    const { user, system } = process.cpuUsage(before);
    // Copying all that waits with each byte would move two gigabytes.
    expect((user + system) / 1000, 'ms of the processor').to.be.lessThan(1000);
  });
});
