/** `halina handset …`: how telephones come to their configuration. */
import type { Command } from 'commander';
import { codeOf, handsetAddress, newSecret } from '../app/provisioning.js';
import { locate } from '../app/where.js';
import type { Terminal } from './terminal.js';

interface Options {
  readonly config?: string;
  readonly json?: boolean;
}

export function addHandset(program: Command, terminal: Terminal): void {
  const handset = program.command('handset').description('how telephones fetch their configuration');
  const withConfig = (name: string): Command =>
    handset
      .command(name)
      .argument('<extension>', 'of the handset')
      .option('--config <file>', 'the configuration (default: config/halina.yaml)')
      .option('--json', 'print one JSON object');
  const address = async (extension: string, options: Options) =>
    handsetAddress((await locate(options, { secrets: true })).config, extension);

  withConfig('url')
    .description('the address of its provisioning server; whoever has it has the handset’s password')
    .action(async (extension: string, options: Options) => {
      const found = await address(extension, options);
      terminal.print(options.json ? JSON.stringify(found) : found.url);
    });

  withConfig('qr')
    .description('the same as a code that Linphone reads')
    .action(async (extension: string, options: Options) => {
      const found = await address(extension, options);
      terminal.print(options.json ? JSON.stringify(found) : codeOf(found.url));
    });

  handset
    .command('secret')
    .description('a new secret, for `device` or `password` in the configuration')
    .action(() => terminal.print(newSecret()));
}
