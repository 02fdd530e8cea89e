/** A trunk with two flows to its provider (RFC 5626): two edge proxies and a registrar behind them, all Kamailio. */
import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import { Capture, rtpOf } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { expectBothTalk } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, OFFICE, OUTSIDE_MEDIA, outsideSound, shortNotice } from '../support/e2e/office.js';
import { edgeProxy, flowRegistrar } from '../support/e2e/outbound-provider.js';
import { stopAll, type Started } from '../support/e2e/process.js';
import { sipp } from '../support/e2e/sipp.js';
import { Wire } from '../support/e2e/wire.js';

const REGISTRAR = '10.77.0.5';
const CALLER = '10.77.0.6';
const PASSWORD = 'of-the-account';
const TOOK = 'registrar: took';

describe('a trunk with two flows to its provider', function () {
  this.timeout(180_000);
  const servers: Started[] = [];
  before(needsNamespace);
  afterEach(async () => {
    // By SIGTERM, at which Kamailio ends its children too.
    await Promise.all(servers.splice(0).map((one) => one.stop()));
    await stopAll();
  });

  it('is registered by both; where one has failed, calls come by the other, and are recorded', async () => {
    const registrar = await flowRegistrar(REGISTRAR, PASSWORD);
    const edges = await Promise.all([
      edgeProxy(address.provider, REGISTRAR),
      edgeProxy(address.secondProvider, REGISTRAR),
    ]);
    servers.push(registrar, ...edges);
    const [first, second] = edges;
    const office = officeConfig({ notice: { folder: await shortNotice() } });
    const [trunkFace, officeFace] = office.sip?.faces ?? [];
    if (!trunkFace || !officeFace) return expect.fail();
    const halina = await Halina.start({
      ...office,
      sip: { faces: [{ ...trunkFace, transports: ['udp', 'tcp'] }, officeFace] },
      trunks: [
        {
          name: 'provider',
          addresses: [address.provider, address.secondProvider],
          proxy: `sip:${address.provider};transport=tcp`,
          domain: REGISTRAR,
          callerId: '+48227836000',
          register: {
            username: OFFICE,
            password: PASSWORD,
            flows: [`sip:${address.secondProvider};transport=tcp`],
          },
        },
      ],
    });
    await halina.loggedTimes('trunk registered', 2);
    await registrar.untilTimes(TOOK, 2);
    const phone = await handset();
    const call = async (): Promise<void> => {
      const sound = await outsideSound({ address: CALLER });
      const caller = await sipp({
        scenario: 'caller-waits',
        address: CALLER,
        to: `${REGISTRAR}:5060`,
        values: { number: OFFICE, caller: '+48601234567', media: OUTSIDE_MEDIA, wait: 60_000 },
      });
      await phone.event('CALL_ESTABLISHED');
      await wait(4_000);
      await phone.command('hangup');
      await caller.done();
      await sound.stop();
    };
    await call();
    await halina.loggedTimes('recording kept', 1);
    const took = edges.filter((edge) => /edge: INVITE over a flow/.test(edge.output()));
    expect(took, 'edges by which one call comes').to.have.length(1);

    // That edge begins anew: it answers, but the connection that its tokens name is no more.
    const [lost, other] = took[0] === first ? [first, second] : [second, first];
    await lost.stop();
    servers.push(await edgeProxy(lost === first ? address.provider : address.secondProvider, REGISTRAR));
    const capture = await Capture.start();
    await call();
    const { path } = (await halina.loggedTimes('recording kept', 2))[1] as unknown as { path: string };
    const seen = await capture.stop();
    await other.until(/edge: INVITE over a flow/);
    const recording = await decode(path);
    const wire = new Wire(seen);
    const outside = rtpOf(seen).filter(({ from, fromPort }) => from === CALLER && fromPort === OUTSIDE_MEDIA);
    const truth = { outside, employee: wire.fromHandset, from: wire.answeredBy(address.handset(0)) };
    expectBothTalk(recording, truth, 0.7, recording.seconds - 0.5);
    await halina.logged('the connection to the provider is gone: the trunk registers again');
    expect(await halina.stop()).to.equal(0);
  });
});
