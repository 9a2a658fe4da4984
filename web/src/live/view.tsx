// A simulation to drive and to look into: `/live?simulation=<id>`, or the way to one.

import './live.css';
import { place } from '../app/router.ts';
import { SimulationView } from './simulation-view.tsx';
import { StartPage } from './start-page.tsx';

export function LiveView() {
  const id = place.value.query.get('simulation');
  return (
    <div class="live">
      <h1>Live</h1>
      {id === null || id === '' ? <StartPage /> : <SimulationView key={id} id={id} />}
    </div>
  );
}
