/** Secrets stand in the configuration, in a file beside it, or in the environment; here they become text. */
import { readFileSync } from 'node:fs';
import { HalinaError, errorMessage } from '../base/errors.js';
import { readMasterKey } from './encryption.js';
import type { CheckProblem, SettingPath } from './problems.js';
import type { Config } from './schema.js';

export type Secret = string | { readonly file: string } | { readonly env: string };

/** The secret itself. Throws `HalinaError` `SECRET_MISSING`, which never holds it. */
export function readSecret(secret: Secret, environment: NodeJS.ProcessEnv = process.env): string {
  if (typeof secret === 'string') return secret;
  if ('env' in secret) {
    const value = environment[secret.env];
    if (value) return value;
    throw new HalinaError('SECRET_MISSING', `the environment variable ${secret.env} is not set`);
  }
  try {
    const [line = ''] = readFileSync(secret.file, 'utf8').split(/\r?\n/);
    if (line !== '') return line;
  } catch (error) {
    throw new HalinaError('SECRET_MISSING', `the secret file ${secret.file} cannot be read: ${errorMessage(error)}`, {
      cause: error,
    });
  }
  throw new HalinaError('SECRET_MISSING', `the first line of the secret file ${secret.file} is empty`);
}

/** Every secret of a configuration, with its place. */
export function secretsOf(config: Config): { readonly path: SettingPath; readonly secret: Secret }[] {
  return [
    ...(config.sip.server ? [{ path: ['sip', 'server', 'secret'], secret: config.sip.server.secret }] : []),
    ...config.trunks.flatMap(({ register, auth }, n) => [
      ...(register ? [{ path: ['trunks', n, 'register', 'password'], secret: register.password }] : []),
      ...(auth ? [{ path: ['trunks', n, 'auth', 'password'], secret: auth.password }] : []),
    ]),
    ...(config.redis.password === undefined ? [] : [{ path: ['redis', 'password'], secret: config.redis.password }]),
    ...(config.alerts.mail?.password === undefined
      ? []
      : [{ path: ['alerts', 'mail', 'password'], secret: config.alerts.mail.password }]),
    ...(config.alerts.webhook?.secret === undefined
      ? []
      : [{ path: ['alerts', 'webhook', 'secret'], secret: config.alerts.webhook.secret }]),
    ...(config.backup ? [{ path: ['backup', 'passphrase'], secret: config.backup.passphrase }] : []),
    ...config.handsets.map(({ password }, n) => ({ path: ['handsets', n, 'password'], secret: password })),
    ...config.handsets.flatMap(({ device }, n) =>
      device ? [{ path: ['handsets', n, 'device', 'secret'], secret: device.secret }] : [],
    ),
    ...(config.provisioning
      ? [{ path: ['provisioning', 'adminPassword'], secret: config.provisioning.adminPassword }]
      : []),
  ];
}

/** The secrets that cannot be read, the master key of the archive among them. */
export function secretProblems(config: Config): CheckProblem[] {
  const { encryption } = config.storage;
  const keys = (['key', 'previousKey'] as const).flatMap((name) => {
    const source = encryption?.[name];
    return source ? problem(['storage', 'encryption', name], () => readMasterKey(source)) : [];
  });
  return [...secretsOf(config).flatMap(({ path, secret }) => problem(path, () => readSecret(secret))), ...keys];
}

function problem(path: SettingPath, read: () => unknown): CheckProblem[] {
  try {
    read();
    return [];
  } catch (error) {
    const hint = error instanceof HalinaError && error.hint !== undefined ? { hint: error.hint } : {};
    return [{ path, message: errorMessage(error), ...hint }];
  }
}
