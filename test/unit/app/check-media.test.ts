import { expect } from 'chai';
import { mediaPlane } from '../../../src/app/check-media.js';
import type { Config } from '../../../src/config/schema.js';

const config = (plane: 'auto' | 'kernel' | 'session'): Config => ({ media: { plane } }) as Config;
const refused = { possible: false, why: 'bpf mapCreate failed with EPERM', hint: 'needs CAP_BPF' } as const;

describe('halina check, who relays sound', () => {
  it('says nothing where the kernel can, or is not wanted', () => {
    expect(mediaPlane(config('auto'), () => ({ possible: true }))).to.deep.equal([]);
    expect(mediaPlane(config('session'), () => refused)).to.deep.equal([]);
  });

  it('warns where sockets take its place, and says what lacks', () => {
    const [finding] = mediaPlane(config('auto'), () => refused);
    expect(finding).to.include({ level: 'warning', hint: 'needs CAP_BPF' });
    expect(finding?.message).to.include('EPERM');
  });

  it('calls it an error where the kernel is insisted on', () => {
    expect(mediaPlane(config('kernel'), () => refused)[0]).to.include({ level: 'error' });
  });
});
