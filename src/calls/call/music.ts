/** The music that somebody hears who waits; an office's own stands in notice.folder under the same name. */
export const HOLD_MUSIC = { name: 'waiting', language: 'music' } as const;
