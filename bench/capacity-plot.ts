/**
 * Cost and delay against calls, as a picture: takes what `bench:capacity -- --json` printed for several loads (one object a line)
 * and writes an SVG.
 *   for n in 60 150 300; do npm run -s bench:capacity -- --calls $n --plane kernel --rtpengine --json >> runs.jsonl; done
 *   node dist/bench/capacity-plot.js runs.jsonl bench/results/capacity.svg
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { BLUE, draw, GREY, readRuns, RED } from './lib/plot.js';
import type { Panel } from './lib/plot.js';

const halina = { name: 'Halina', colour: BLUE };
const dgram = { name: 'dgram relay, records nothing', colour: GREY };
const rtpengine = { name: 'rtpengine, recording', colour: RED };

const panels: readonly Panel[] = [
  {
    title: 'whole cost, µs of CPU a packet',
    series: [
      { ...halina, figure: 'usPerPacket' },
      { ...dgram, figure: 'usPerPacketDgram' },
      { ...rtpengine, figure: 'usPerPacketRtpengine' },
    ],
  },
  {
    title: 'added delay, p99, ms',
    series: [
      { ...halina, figure: 'addedDelayMsP99' },
      { ...dgram, figure: 'addedDelayMsP99Dgram' },
      { ...rtpengine, figure: 'addedDelayMsP99Rtpengine' },
    ],
  },
];

const [from, to] = process.argv.slice(2);
if (!from || !to) throw new Error('usage: capacity-plot RUNS.jsonl OUT.svg');
const runs = readRuns(readFileSync(from, 'utf8'), 'calls');
if (runs.length === 0) throw new Error(`there are no figures in ${from}`);
writeFileSync(to, draw({ panels, runs, along: 'calls', label: 'recorded calls at once' }));
