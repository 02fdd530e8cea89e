/**
 * How the archive's figures grow with its calls, as a picture: takes the lines that `bench:archive -- --runs FILE` wrote.
 *   node dist/bench/archive-plot.js runs.jsonl bench/results/archive.svg
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { BLUE, draw, GREY, readRuns } from './lib/plot.js';
import type { Panel } from './lib/plot.js';

const panels: readonly Panel[] = [
  {
    title: 'a search by the index, ms',
    limit: 20,
    series: [
      { name: 'p99 over all combinations of filters', figure: 'searchMsP99', colour: BLUE },
      { name: 'p50', figure: 'searchMsP50', colour: GREY },
    ],
  },
  {
    title: 'Redis memory a call, bytes',
    limit: 600,
    series: [{ name: 'index', figure: 'bytesPerCall', colour: BLUE }],
  },
  {
    title: 'an eviction, ms',
    limit: 2,
    series: [{ name: 'p99', figure: 'evictMsP99', colour: BLUE }],
  },
  {
    title: 'replay of the journal at the start, s',
    series: [{ name: 'replay', figure: 'replaySeconds', colour: BLUE }],
  },
];

const [from, to] = process.argv.slice(2);
if (!from || !to) throw new Error('usage: archive-plot RUNS.jsonl OUT.svg');
const runs = readRuns(readFileSync(from, 'utf8'), 'calls');
if (runs.length === 0) throw new Error(`there are no figures in ${from}`);
writeFileSync(to, draw({ panels, runs, along: 'calls', label: 'calls in the archive', logarithmic: true }));
