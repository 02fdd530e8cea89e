/** Writes session descriptions (RFC 8866 § 5), lines ended by CRLF, in the order that the RFC asks for. */
import type { Attribute, Connection, MediaDescription, SessionDescription } from './description.js';

/** The text of a description. */
export function serializeSdp(description: SessionDescription): string {
  const { origin } = description;
  const lines = [
    'v=0',
    `o=${origin.username} ${origin.sessionId} ${origin.sessionVersion} IN ${origin.addressType} ${origin.address}`,
    `s=${description.sessionName}`,
    ...connectionLines(description.connection),
    't=0 0',
    ...description.attributes.map(attributeLine),
    ...description.media.flatMap(mediaLines),
    '',
  ];
  return lines.join('\r\n');
}

function mediaLines(media: MediaDescription): string[] {
  return [
    `m=${media.media} ${media.port} ${media.protocol} ${media.formats.join(' ')}`,
    ...connectionLines(media.connection),
    ...media.attributes.map(attributeLine),
  ];
}

const connectionLines = (connection: Connection | undefined): string[] =>
  connection ? [`c=IN ${connection.addressType} ${connection.address}`] : [];

const attributeLine = ({ name, value }: Attribute): string =>
  value === undefined ? `a=${name}` : `a=${name}:${value}`;
