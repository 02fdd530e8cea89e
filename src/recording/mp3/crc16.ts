/** CRC-16 with the polynomial x^16 + x^15 + x^2 + 1, bits reflected, from 0: what the Info frame's checksums are. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  return crc;
});

export class Crc16 {
  value = 0;

  update(bytes: Uint8Array): void {
    let crc = this.value;
    for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number);
    this.value = crc;
  }
}
