// A browser sets no header on a WebSocket, but names protocols; so does the WebSocket of Node, as the standard has it. The token goes
// as one of them, beside the one that is spoken and answered.

const SPOKEN = 'stallscope.v1';
const TOKEN = 'stallscope.bearer.';

/** Without a token there is nothing to name. */
export function socketProtocols(token: string | undefined): string[] {
  return token === undefined ? [] : [SPOKEN, `${TOKEN}${base64url(token)}`];
}

/** Of its UTF-8, which btoa by itself does not know. */
function base64url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
