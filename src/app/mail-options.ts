/** The mail server of `alerts.mail`, for whatever is sent by mail. */
import type { Config } from '../config/schema.js';
import { readSecret } from '../config/secrets.js';
import type { MailOptions } from '../ops/channels.js';

/** As the mailer wants it. */
export function mailOptions(mail: NonNullable<Config['alerts']['mail']>, office: string): MailOptions {
  const { server, security, user, password, from, to } = mail;
  const [host = server, port] = server.split(/:(?=\d+$)/);
  return {
    host,
    port: port === undefined ? 587 : Number(port),
    security,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password: readSecret(password) }),
    from,
    to,
    office,
  };
}
