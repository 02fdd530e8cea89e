import { expect } from 'chai';
import { Assembler, number } from '../../../../src/media/kernel/assembler.js';
import { R0, R1, R2, R10 } from '../../../../src/media/kernel/instructions.js';

/** The instruction as RFC 9669 § 3 lays it out: opcode, registers, offset, immediate. */
function words(build: (a: Assembler) => void, maps: Record<string, number> = {}): string[] {
  const a = new Assembler();
  build(a);
  const bytes = a.assemble(maps);
  return Array.from({ length: bytes.length / 8 }, (_, n) => bytes.toString('hex', n * 8, n * 8 + 8));
}

describe('the eBPF assembler', () => {
  it('writes arithmetic with immediates and registers, 64 and 32 bits wide', () => {
    const code = words((a) => {
      a.alu('mov', R1, number(5));
      a.alu('add', R1, R2);
      a.alu32('sub', R2, number(-1));
      a.negate32(R1);
      a.swap(R1, 16);
      a.swap(R2, 32);
    });
    expect(code).to.deep.equal([
      'b701000005000000',
      '0f21000000000000',
      '14020000ffffffff',
      '8401000000000000',
      'dc01000010000000',
      'dc02000020000000',
    ]);
  });

  it('writes loads and stores of every size, and the atomic addition', () => {
    const code = words((a) => {
      a.load(1, R1, R2, 4);
      a.load(2, R1, R2, 4);
      a.load(4, R1, R2, 4);
      a.load(8, R1, R2, 4);
      a.store(4, R10, -8, R1);
      a.store(2, R10, -8, number(7));
      a.fetchAdd32(R2, 0, R1);
    });
    expect(code).to.deep.equal([
      '7121040000000000',
      '6921040000000000',
      '6121040000000000',
      '7921040000000000',
      '631af8ff00000000',
      '6a0af8ff07000000',
      'c312000001000000',
    ]);
  });

  it('jumps forwards and backwards over as many instructions as lie between', () => {
    const code = words((a) => {
      const [end, begin] = [a.label('end'), a.label('begin')];
      a.place(begin);
      a.jumpIf(R1, 'equal', number(0), end);
      a.jumpIf32(R1, 'less', R2, begin);
      a.jump(end);
      a.place(end);
      a.leave(-1);
    });
    expect(code).to.deep.equal([
      '1501020000000000',
      'ae21feff00000000',
      '0500000000000000',
      'b7000000ffffffff',
      '9500000000000000',
    ]);
  });

  it('counts the two halves of a map in the distance of a jump, and puts its descriptor in', () => {
    const code = words(
      (a) => {
        const end = a.label('end');
        a.jumpIf(R1, 'equal', number(0), end);
        a.loadMap(R1, 'table');
        a.place(end);
        a.call('mapLookup');
        a.exit();
      },
      { table: 9 },
    );
    expect(code).to.deep.equal([
      '1501020000000000',
      '1811000009000000',
      '0000000000000000',
      '8500000001000000',
      '9500000000000000',
    ]);
  });

  it('names the label or the map that is missing', () => {
    const a = new Assembler();
    a.jump(a.label('nowhere'));
    expect(() => a.assemble({})).to.throw('nowhere');
    const b = new Assembler();
    b.loadMap(R0, 'ring');
    expect(() => b.assemble({})).to.throw('ring');
  });
});
