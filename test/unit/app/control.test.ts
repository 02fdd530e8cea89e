/** The control socket, both ends of it. */
import { expect } from 'chai';
import { stat } from 'node:fs/promises';
import http from 'node:http';
import { HalinaError } from '../../../src/base/errors.js';
import { controlSocket } from '../../../src/app/control-api.js';
import { NotRunning, ask } from '../../../src/cli/client.js';
import { runningControl, type RunningControl } from '../../support/fake-control.js';

const plan = { recordings: 2, bytes: 1000, fits: true };

describe('the control socket', () => {
  let control: RunningControl | undefined;
  afterEach(async () => {
    await control?.close();
    control = undefined;
  });

  it('carries a request to the program and its answer back', async () => {
    control = await runningControl({ evict: () => Promise.resolve(plan) });
    expect(await ask(control.data, 'evict', { dryRun: true })).to.deep.equal(plan);
    expect(control.asked).to.deep.equal([{ command: 'evict', request: { dryRun: true } }]);
  });

  it('is for the program’s own user only', async () => {
    control = await runningControl({});
    expect((await stat(controlSocket(control.data))).mode & 0o777).to.equal(0o600);
  });

  it('carries errors as they were, with what to do', async () => {
    const failed = new HalinaError('NO_ROOM', 'there is no room', { hint: 'make some' });
    control = await runningControl({ quota: () => Promise.reject(failed) });
    const error = await ask(control.data, 'quota', { dryRun: false }).catch((thrown: unknown) => thrown);
    expect(error)
      .to.be.instanceOf(HalinaError)
      .and.to.include({ code: 'NO_ROOM', message: failed.message, hint: 'make some' });
  });

  it('refuses a request that is not of its form', async () => {
    control = await runningControl({});
    const body = await new Promise<string>((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const options = { socketPath: controlSocket(control?.data ?? ''), path: '/evict', method: 'POST', headers };
      http
        .request(options, (response) => response.once('data', (chunk: Buffer) => resolve(String(chunk))))
        .on('error', reject)
        .end('{"dryRun":"yes"}');
    });
    expect(JSON.parse(body)).to.include({ code: 'COMMAND_INVALID' });
    expect(control.asked).to.deep.equal([]);
  });

  it('is gone with the program, and says so', async () => {
    control = await runningControl({});
    const { data } = control;
    await control.close();
    control = undefined;
    const error = await ask(data, 'reindex', {}).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(NotRunning);
  });
});
