import { connection, retryNow } from '../api/connection.ts';

/** Says that the service is out of reach, since when, and when it is asked again. What was on the screen stays there. */
export function LostConnection() {
  const state = connection.value;
  return (
    <div role="status" class="lost-connection-place">
      {state.kind === 'ok' ? null : (
        <div class="lost-connection">
          <strong>The service does not answer</strong>
          <span>
            since <time dateTime={state.since.toISOString()}>{state.since.toLocaleTimeString()}</time>;{' '}
            {state.kind === 'reconnecting' ? 'asking now.' : `next try at ${state.nextTry.toLocaleTimeString()}.`} What
            is shown stays, and goes on where it was.
          </span>
          <button type="button" onClick={retryNow}>
            Retry now
          </button>
        </div>
      )}
    </div>
  );
}
