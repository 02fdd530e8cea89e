// Whether a Halina answers on its control socket: node scripts/healthcheck.mjs DATA-FOLDER. Exit status 0 or 1.
import http from 'node:http';
import { join } from 'node:path';

const body = JSON.stringify({ dryRun: true });
const options = {
  socketPath: join(process.argv[2] ?? 'data', 'control.sock'),
  method: 'POST',
  path: '/quota',
  headers: { 'content-type': 'application/json' },
  timeout: 4000,
};
const request = http.request(options, (response) => process.exit(response.statusCode === 200 ? 0 : 1));
request.on('timeout', () => process.exit(1));
request.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
request.end(body);
