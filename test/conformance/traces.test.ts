/**
 * The 33 conversations that the real drachtio-server had with unmodified drachtio-srf, had again with the embedded server:
 * they must be the same, but for what differs from run to run, and for the differences that `differences.ts` names.
 */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { comparable, parseRecording, type Frame } from '../support/drachtio/conversation.js';
import { Stand } from '../support/drachtio/stand.js';
import { bothScenarios } from './scenarios/both.js';
import { DIFFERENCES } from './differences.js';
import type { Scenario } from './scenarios/scenario.js';
import { uacScenarios } from './scenarios/uac.js';
import { uasScenarios } from './scenarios/uas.js';

const scenarios = [...uasScenarios, ...uacScenarios, ...bothScenarios].sort((a, b) => a.file.localeCompare(b.file));

function expected(file: string): Frame[] {
  const text = readFileSync(new URL(`../../../test/conformance/traces/${file}.txt`, import.meta.url), 'utf8');
  const recorded = parseRecording(text);
  return DIFFERENCES[file]?.expected(recorded) ?? recorded;
}

async function play(scenario: Scenario): Promise<void> {
  const stand = await Stand.open(DIFFERENCES[scenario.file]?.options ?? {});
  try {
    const client = await stand.application();
    const [peer, other] = [await stand.peer(), await stand.peer()];
    const served = (text: string) => client.wire.seen('server', (frame) => frame.includes(text), text);
    const ports = new Map([[stand.sipPort, 5060], [peer.port, 5090], [other.port, 5091]]); // prettier-ignore
    const known = (port: number, recorded: number): void => void ports.set(port, recorded);
    await scenario.run({ stand, client, srf: client.srf, peer, other, known, served });
    const recorded = expected(scenario.file);
    for (const sender of ['application', 'server'] as const)
      await client.wire.count(sender, recorded.filter((frame) => frame.sender === sender).length);
    await client.wire.settle();
    const texts = comparable(recorded, client.wire.frames, ports);
    expect(texts.live).to.equal(texts.recorded);
  } finally {
    await stand.close();
  }
}

describe('the conversations recorded from drachtio-server', () => {
  it('are all played again', () => {
    expect(scenarios).to.have.length(33);
  });

  for (const scenario of scenarios) {
    const difference = DIFFERENCES[scenario.file];
    it(`${scenario.file}${difference ? ` (${difference.why})` : ''}`, () => play(scenario));
  }
});
