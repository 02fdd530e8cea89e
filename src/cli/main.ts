#!/usr/bin/env node
/** The `halina` command as a process. */
import { runCommand } from './command-line.js';

process.setSourceMapsEnabled(true);
const terminal = { print: (text: string) => console.log(text), complain: (text: string) => console.error(text) };
process.exitCode = await runCommand(process.argv.slice(2), terminal);
